// The rows of `modalities` that fix-modalities-start-epoch selects: processed, without an epoch.
// Source: commands.md, "fix-modalities-start-epoch".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "delta/row_batch.h"
#include "maintenance/fix_modalities.h"

namespace ursa::maintenance {

// One of them, in the batch that it was read with.
struct LegacyModality {
  const delta::RowBatch& batch;
  size_t row;

  [[nodiscard]] std::string_view RecordingHash() const { return batch.String(0, row); }
  [[nodiscard]] std::string_view RecordingId() const { return batch.String(1, row); }
  [[nodiscard]] std::string_view Modality() const { return batch.String(2, row); }
  // Only where they were asked for.
  [[nodiscard]] std::string_view Worker() const { return batch.String(5, row); }
  [[nodiscard]] Intervals DomainIntervals() const;
};

// Hands out every legacy row that has one of the wanted modalities and is in the shard, with all
// that a plan needs (`whole`) or only what is needed to count them. --since is the caller's to see
// to: a row does not say when its recording started.
Result<void> ScanLegacyModalities(const PlanningContext& context, const delta::Snapshot& modalities,
                                  const FixModalitiesOptions& options, bool whole,
                                  const std::function<void(const LegacyModality&)>& sink);

// The names that --modality may have: those of raw-recordings.md section 3.2, and whatever stands
// in the table, which may be null.
Result<std::vector<std::string>> KnownModalities(const PlanningContext& context,
                                                 const delta::SnapshotPtr& modalities);

// How many rows these options select in the catalog as it is now.
Result<uint64_t> CountLegacyModalities(const PlanningContext& context,
                                       const FixModalitiesOptions& options);

}  // namespace ursa::maintenance
