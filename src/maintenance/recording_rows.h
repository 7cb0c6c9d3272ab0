// Rows of `recordings`, as far as derivations of times need them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "maintenance/planning.h"

namespace ursa::maintenance {

// What the catalog says of a recording.
struct RecordingRow {
  std::string recording_id;
  std::string recording_hash;
  std::optional<TimeUs> start;
  std::optional<int64_t> duration_us;
  std::optional<bool> known_wrong;  // null, as other engines may write it, is no
  bool is_one_of_several = false;   // another row has the same key: a change would not know which

  [[nodiscard]] bool IsKnownWrong() const { return known_wrong.value_or(false); }
};

// What is said of a recording that is one of several.
inline constexpr std::string_view kOneOfSeveral =
    "several rows of the catalog have its recording_hash: somebody has to remove all but one";

// Which rows: those of these recordings (none: of all), that started at `since` or later, and that
// are in the shard.
struct RecordingSelection {
  std::vector<std::string> recording_ids;
  std::optional<TimeNs> since;
  Shard shard;
};

// The selected rows, in the order of their ids, so that nothing depends on files or jobs. kUsage
// names a wanted recording that the catalog lacks.
Result<std::vector<RecordingRow>> ReadRecordingRows(const PlanningContext& context,
                                                    const delta::Snapshot& recordings,
                                                    const RecordingSelection& selection);

}  // namespace ursa::maintenance
