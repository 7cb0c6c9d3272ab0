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
  bool known_wrong = false;
};

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
