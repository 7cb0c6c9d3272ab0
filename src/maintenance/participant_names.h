// What backfill and audit share: which recordings are unattributed, whom the catalog knows, and
// what a participant.txt says. Source: catalog.md section 2; raw-recordings.md section 5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delta/value.h"
#include "maintenance/planning.h"
#include "participants/attribution.h"

namespace ursa::maintenance {

// What was met on the way to a name. Codes: "not_utf8", "too_large", "empty_slug",
// "bad_participant_id", "read_failed", "nas_r2_differ".
struct NameProblem {
  std::string_view code;
  std::string key;      // from the bucket's root; of the NAS its path; bytes from outside
  std::string message;  // a sentence, valid UTF-8
};

struct UnattributedRecording {
  std::string recording_id;
  std::string recording_hash;
  delta::Value participant_ids;    // as stored: null, empty, or holding "unknown" alone
  bool is_one_of_several = false;  // another row, attributed or not, has the same key (MarkSeveral)
};

struct Unattributed {
  uint64_t examined = 0;                          // all rows of the table
  std::vector<UnattributedRecording> recordings;  // in the order of their ids
};

Result<Unattributed> ReadUnattributed(const PlanningContext& context,
                                      const delta::Snapshot& recordings);

// Sets is_one_of_several: another engine's append may have written a row twice.
Result<void> MarkSeveral(const PlanningContext& context, const delta::Snapshot& recordings,
                         std::vector<UnattributedRecording>& unattributed);

// A participant.txt, read as far as names may reach.
struct NameFile {
  enum class State { kAbsent, kRead, kReadFailed };
  State state = State::kAbsent;
  participants::Attribution attribution;  // of kRead
  std::optional<NameProblem> problem;     // why it could not be read, or is unreadable

  [[nodiscard]] bool HasNames() const {
    return attribution.kind == participants::AttributionKind::kNames;
  }
};

// Reads `<prefix><recording_id>/participant.txt`; `shown_root` stands before the key in problems.
// An id that is no plain name has no file.
NameFile ReadNameFile(const store::ReadableStore& store, std::string_view prefix,
                      const std::string& recording_id, const std::string& shown_root,
                      const participants::Canonicalizer& canonicalizer,
                      const participants::KnownParticipants& known);

}  // namespace ursa::maintenance
