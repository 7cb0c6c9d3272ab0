// What a participant.txt says of its recording: whom it names, or why it names nobody. One
// definition for backfill, ingest and audit. Source: raw-recordings.md section 5; commands.md,
// "backfill-participants".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "participants/canonicalizer.h"

namespace ursa::participants {

enum class AttributionKind {
  kNames,        // at least one usable name
  kPlaceholder,  // every name is one, or a sentinel beside a placeholder
  kSentinel,     // every name is one
  kNothing,      // no name in it
  kUnreadable,   // not UTF-8, too large, or a name without a slug or with an id that can't be
};

// Why a file is unreadable.
struct FileFault {
  std::string_view code;  // "not_utf8", "too_large", "empty_slug", "bad_participant_id"
  std::string message;    // a sentence, valid UTF-8, without a name
};

struct Attribution {
  AttributionKind kind = AttributionKind::kNothing;
  std::optional<std::string> raw_name;  // participant_file.h; none for bytes that are not UTF-8
  // Whom the file names, in its order, each canonical name once. Two of them may have one id
  // (spelled differently), which FindCollisions reports.
  std::vector<Participant> participants;
  // Pairs of participants, by number, whose line may have meant one: "Chen, Maya".
  std::vector<std::pair<size_t, size_t>> maybe_last_first;
  std::optional<FileFault> fault;  // of kUnreadable

  // The ids to attach: in the file's order, without repeats.
  [[nodiscard]] std::vector<std::string> ParticipantIds() const;
};

// Thread-safe.
Attribution AttributeFile(std::string_view bytes, const Canonicalizer& canonicalizer,
                          const KnownParticipants& known);

}  // namespace ursa::participants
