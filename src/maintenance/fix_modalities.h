// fix-modalities-start-epoch: puts modalities onto the shared origin of their recording.
//
// A legacy row of `modalities` is processed, has no start_epoch_ns, and intervals that start at its
// own first sample. For each of them the first sample is derived (recovery/first_sample.h), and the
// plan sets start_epoch_ns and shifts all intervals by its distance from the recording's start. The
// first rule that holds decides:
//
//   out_of_scope    a video, or a scene
//   no_recording    its recording_hash is not in `recordings`
//   underivable     no first sample; or already shifted: the shift is more than 1 s from 0 and the
//                   first interval starts within 0.5 s of it
//   out_of_window   the first sample is not in [start - 1 h, start + duration + 1 h]; a duration
//                   that is null or known to be wrong is replaced by the derived one
//   underivable     intervals that would break a rule of the catalog once they are shifted
//   shift           all others
//
// The plan relies on each row's domain_intervals and ingestion_status, and on the recording's
// start_time. A recording is listed once, however many rows it has.
// Source: commands.md, "fix-modalities-start-epoch"; raw-recordings.md section 3.2.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/rows.h"
#include "maintenance/planning.h"
#include "plan/plan.h"
#include "raw/problem.h"

namespace ursa::maintenance {

inline constexpr std::string_view kFixModalities = "fix-modalities-start-epoch";

struct FixModalitiesOptions {
  uint64_t max_underivable = 0;
  std::optional<uint64_t> max_changes;
  std::vector<std::string> modalities;  // empty: all
  std::optional<TimeNs> since;          // by the recording's start_time
  Shard shard;
};

// In the order of the report.
enum class ModalityAction { kUnderivable, kOutOfWindow, kNoRecording, kShift, kOutOfScope };

std::string_view ActionName(ModalityAction action);

using Intervals = std::optional<std::vector<catalog::Interval>>;

// What was found for one row. There may be a million of them, so what rows of one recording share
// stands in ModalityPlan::recordings, and what can be computed is (IntervalsAfter).
struct ModalityRow {
  size_t recording = 0;  // its position in ModalityPlan::recordings
  std::string worker;
  std::string modality;
  ModalityAction action = ModalityAction::kShift;
  std::optional<TimeNs> first_sample;  // where one was derived, whether it counts or not
  std::optional<Nanoseconds> shift;    // first_sample - the recording's start
  Intervals intervals;                 // as they are stored; a null bound is NaN
  std::vector<raw::Problem> problems;
  std::optional<size_t> change;  // its number in the plan
};

// Whether its raw files could not be read: that says nothing of when it began.
inline bool HasReadFailure(const ModalityRow& row) {
  return std::ranges::any_of(row.problems, [](const raw::Problem& problem) {
    return problem.code == raw::ProblemCode::kReadFailed;
  });
}

// The intervals once the plan is committed: shifted, each bound the double nearest to the exact
// sum.
Intervals IntervalsAfter(const ModalityRow& row);

struct RecordingName {
  std::string recording_id;
  std::string recording_hash;
};

struct ModalityCounts {
  uint64_t selected = 0;
  uint64_t shift = 0;
  uint64_t underivable = 0;
  uint64_t out_of_window = 0;
  uint64_t no_recording = 0;
  uint64_t out_of_scope = 0;

  // What the brake compares.
  [[nodiscard]] uint64_t Left() const { return underivable + out_of_window + no_recording; }
};

// Rows whose start_epoch_ns stays null, and why.
struct StaysNull {
  std::string reason;  // the action; of underivable ones the code of the problem
  std::string modality;
  uint64_t rows = 0;
};

struct ModalityPlan {
  plan::Plan plan;
  std::vector<RecordingName> recordings;  // by recording_id, then recording_hash
  std::vector<ModalityRow>
      rows;  // by action, then the largest |shift|, recording, worker, modality
  ModalityCounts counts;
  std::vector<StaysNull> stays_null;  // by reason, then modality
};

// Where the catalog has no table `modalities` yet (null), nothing is selected.
Result<ModalityPlan> PlanFixModalities(const PlanningContext& context,
                                       const delta::SnapshotPtr& modalities,
                                       const FixModalitiesOptions& options);

}  // namespace ursa::maintenance
