// fix-durations-inplace: recordings' durations from the ends of their raw streams.
//
// For every selected row of `recordings` the end is derived (recovery/recording_end.h) from tails
// and heads of its sidecars, and compared with what the catalog says. The plan updates rows that
// are wrong by more than a minimum, and flags rows whose end can't be derived; it relies on each
// row's start_time. Source: commands.md, "fix-durations-inplace"; raw-recordings.md section 3.1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "maintenance/planning.h"
#include "plan/plan.h"
#include "raw/problem.h"
#include "recovery/recording_end.h"

namespace ursa::maintenance {

inline constexpr std::string_view kFixDurations = "fix-durations-inplace";

struct FixDurationsOptions {
  Nanoseconds min_delta{std::chrono::seconds{60}};
  uint64_t max_indeterminate = 0;
  std::optional<uint64_t> max_changes;
  std::vector<std::string> recording_ids;  // empty: all
  std::optional<TimeNs> since;             // by start_time
  bool skip_raw_gone = false;
  Shard shard;
  bool keep_unchanged = false;  // rows that stay as they are are reported too
};

enum class DurationAction {
  kUpdate,
  kFlag,
  kIndeterminate,
  kReadFailed,
  kStillArriving,
  kUnchanged,
};

std::string_view ActionName(DurationAction action);

// What was found for one recording.
struct DurationRow {
  std::string recording_id;
  std::string recording_hash;
  DurationAction action = DurationAction::kUnchanged;
  std::optional<Microseconds> stored;
  std::optional<Microseconds> derived;
  std::optional<TimeNs> end;
  std::string end_source;  // a stream's name, "worker_report", or empty
  std::array<std::optional<TimeNs>, recovery::kStreamCount> streams;
  std::vector<raw::Problem> problems;
  std::optional<size_t> change;  // its number in the plan

  [[nodiscard]] std::optional<Microseconds> Delta() const {
    if (!stored || !derived) {
      return std::nullopt;
    }
    // A table may hold any number; what no 64 bits hold is as far away as they tell.
    int64_t delta = 0;
    const bool is_beyond = __builtin_sub_overflow(derived->count(), stored->count(), &delta);
    return is_beyond ? Microseconds::max() : Microseconds{std::max(delta, -INT64_MAX)};
  }
};

struct DurationCounts {
  uint64_t examined = 0;
  uint64_t update = 0;
  uint64_t flag = 0;
  uint64_t unchanged = 0;
  uint64_t read_failed = 0;
  uint64_t still_arriving = 0;
  uint64_t raw_gone = 0;
  uint64_t indeterminate = 0;  // all rows without an end: what the brake compares
};

struct DurationPlan {
  plan::Plan plan;
  // No delta first, then the largest |delta| first; unchanged ones, where kept, after the rest.
  std::vector<DurationRow> rows;
  DurationCounts counts;
};

// kUsage names a wanted recording that the catalog lacks.
Result<DurationPlan> PlanFixDurations(const PlanningContext& context,
                                      const delta::SnapshotPtr& recordings,
                                      const FixDurationsOptions& options);

}  // namespace ursa::maintenance
