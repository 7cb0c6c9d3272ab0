#include "participants/attribution.h"

#include <fmt/format.h>

#include <algorithm>

#include "participants/participant_file.h"

namespace ursa::participants {
namespace {

// The number of the participant in the list, which it is added to where it is missing.
size_t Enlist(Participant participant, std::vector<Participant>& list) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Participant& other) {
    return other.participant_id == participant.participant_id && other.name == participant.name;
  });
  const auto number = static_cast<size_t>(found - list.begin());
  if (found == list.end()) {
    list.push_back(std::move(participant));
  }
  return number;
}

AttributionKind KindOf(bool has_participant, bool has_placeholder, bool has_sentinel) {
  return has_participant   ? AttributionKind::kNames
         : has_placeholder ? AttributionKind::kPlaceholder
         : has_sentinel    ? AttributionKind::kSentinel
                           : AttributionKind::kNothing;
}

Attribution Unreadable(Attribution attribution, std::string_view code, std::string message) {
  attribution.kind = AttributionKind::kUnreadable;
  attribution.participants.clear();
  attribution.maybe_last_first.clear();
  attribution.fault = FileFault{code, std::move(message)};
  return attribution;
}

}  // namespace

std::vector<std::string> Attribution::ParticipantIds() const {
  std::vector<std::string> ids;
  for (const Participant& participant : participants) {
    if (std::find(ids.begin(), ids.end(), participant.participant_id) == ids.end()) {
      ids.push_back(participant.participant_id);
    }
  }
  return ids;
}

Attribution AttributeFile(std::string_view bytes, const Canonicalizer& canonicalizer,
                          const KnownParticipants& known) {
  Attribution attribution;
  const auto file = ParseParticipantFile(bytes);
  if (!file) {
    return Unreadable({}, bytes.size() > kParticipantFileBytesMax ? "too_large" : "not_utf8",
                      file.error().message);
  }
  attribution.raw_name = file->raw_name;
  bool has_placeholder = false;
  bool has_sentinel = false;
  std::vector<std::optional<size_t>> numbers;  // of each name, where it is a participant's
  for (const std::string& name : file->names) {
    Participant participant = canonicalizer.Resolve(name, known);
    if (participant.kind == NameKind::kNoSlug) {
      return Unreadable(std::move(attribution), "empty_slug",
                        fmt::format("nothing of name {} of its {} can be written in ASCII: give "
                                    "it a slug in the merge map",
                                    numbers.size() + 1, file->names.size()));
    }
    if (participant.kind == NameKind::kBadId) {
      return Unreadable(std::move(attribution), "bad_participant_id",
                        fmt::format("the catalog's participant of name {} of its {} has an id that "
                                    "breaks the catalog's rules ([A-Za-z0-9_-]+): somebody has to "
                                    "give the row another one",
                                    numbers.size() + 1, file->names.size()));
    }
    has_placeholder = has_placeholder || participant.kind == NameKind::kPlaceholder;
    has_sentinel = has_sentinel || participant.kind == NameKind::kSentinel;
    numbers.push_back(participant.kind == NameKind::kParticipant
                          ? std::optional(Enlist(std::move(participant), attribution.participants))
                          : std::nullopt);
  }
  for (const size_t first : file->maybe_last_first) {
    if (numbers[first] && numbers[first + 1] && numbers[first] != numbers[first + 1]) {
      attribution.maybe_last_first.emplace_back(*numbers[first], *numbers[first + 1]);
    }
  }
  attribution.kind = KindOf(!attribution.participants.empty(), has_placeholder, has_sentinel);
  return attribution;
}

}  // namespace ursa::participants
