#include "maintenance/legacy_modalities.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "delta/scan.h"
#include "maintenance/recording_rows.h"
#include "recovery/first_sample.h"

namespace ursa::maintenance {
namespace {

constexpr size_t kStatus = 3;
constexpr size_t kEpoch = 4;
constexpr size_t kIntervals = 6;
constexpr std::string_view kProcessed = "processed";

bool IsWanted(const delta::RowBatch& batch, size_t row, const FixModalitiesOptions& options) {
  if (batch.String(kStatus, row) != kProcessed || !batch.IsNull(kEpoch, row)) {
    return false;
  }
  if (!options.modalities.empty() &&
      std::ranges::find(options.modalities, batch.String(2, row)) == options.modalities.end()) {
    return false;
  }
  return IsInShard(options.shard, batch.String(1, row));
}

}  // namespace

// A bound that is null, as other engines may write it, is NaN: no rule of the catalog admits it.
Intervals LegacyModality::DomainIntervals() const {
  if (batch.IsNull(kIntervals, row)) {
    return std::nullopt;
  }
  std::vector<catalog::Interval> intervals;
  const auto bounds = batch.DoublePairs(kIntervals, row);
  intervals.reserve(bounds.size());
  for (const auto& [start, end] : bounds) {
    intervals.push_back({start, end});
  }
  return intervals;
}

Result<void> ScanLegacyModalities(const PlanningContext& context, const delta::Snapshot& modalities,
                                  const FixModalitiesOptions& options, bool whole,
                                  const std::function<void(const LegacyModality&)>& sink) {
  delta::ScanOptions scan;
  scan.columns = {"recording_hash", "recording_id", "modality", "ingestion_status",
                  "start_epoch_ns"};
  if (whole) {
    scan.columns.insert(scan.columns.end(), {"worker", "domain_intervals"});
  }
  scan.jobs = context.jobs;
  scan.stop = context.stop;
  return delta::Scan(context.catalog.Assets(), modalities, scan,
                     [&](const delta::RowBatch& batch) -> Result<void> {
                       for (size_t row = 0; row < batch.RowCount(); ++row) {
                         if (IsWanted(batch, row, options)) {
                           sink(LegacyModality{batch, row});
                         }
                       }
                       return {};
                     });
}

Result<std::vector<std::string>> KnownModalities(const PlanningContext& context,
                                                 const delta::SnapshotPtr& modalities) {
  std::set<std::string, std::less<>> names;
  for (const std::string_view name : recovery::AllModalities()) {
    names.emplace(name);
  }
  if (modalities != nullptr) {
    delta::ScanOptions scan;
    scan.columns = {"modality"};
    scan.jobs = context.jobs;
    scan.stop = context.stop;
    URSA_CHECK(delta::Scan(context.catalog.Assets(), *modalities, scan,
                           [&](const delta::RowBatch& batch) -> Result<void> {
                             for (size_t row = 0; row < batch.RowCount(); ++row) {
                               if (!names.contains(batch.String(0, row))) {
                                 names.emplace(batch.String(0, row));
                               }
                             }
                             return {};
                           }));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<uint64_t> CountLegacyModalities(const PlanningContext& context,
                                       const FixModalitiesOptions& options) {
  URSA_TRY(const delta::SnapshotPtr modalities, context.catalog.TableIfAny(catalog::kModalities));
  if (modalities == nullptr) {
    return uint64_t{0};
  }
  std::unordered_set<std::string> started;
  if (options.since) {
    URSA_TRY(const delta::SnapshotPtr recordings, context.catalog.Table(catalog::kRecordings));
    URSA_TRY(const auto rows, ReadRecordingRows(context, *recordings, {{}, options.since, {}}));
    for (const RecordingRow& row : rows) {
      started.insert(row.recording_hash);
    }
  }
  uint64_t count = 0;
  URSA_CHECK(ScanLegacyModalities(context, *modalities, options, false, [&](const auto& row) {
    count += !options.since || started.contains(std::string(row.RecordingHash())) ? 1 : 0;
  }));
  return count;
}

}  // namespace ursa::maintenance
