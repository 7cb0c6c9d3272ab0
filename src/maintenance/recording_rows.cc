#include "maintenance/recording_rows.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "delta/scan.h"

namespace ursa::maintenance {
namespace {

using Names = std::set<std::string, std::less<>>;

RecordingRow RowAt(const delta::RowBatch& batch, size_t i) {
  RecordingRow row;
  row.recording_id = batch.String(0, i);
  row.recording_hash = batch.String(1, i);
  if (!batch.IsNull(2, i)) {
    row.start = TimeUs{Microseconds{batch.Long(2, i)}};
  }
  if (!batch.IsNull(3, i)) {
    row.duration_us = batch.Long(3, i);
  }
  if (!batch.IsNull(4, i)) {
    row.known_wrong = batch.Boolean(4, i);
  }
  return row;
}

bool IsSelected(const RecordingRow& row, const RecordingSelection& selection) {
  if (selection.since && (!row.start || TimeNs{*row.start} < *selection.since)) {
    return false;
  }
  return IsInShard(selection.shard, row.recording_id);
}

// Another engine's append may have written a row twice.
void MarkSeveral(std::vector<RecordingRow>& rows) {
  std::unordered_map<std::string_view, RecordingRow*> first;
  first.reserve(rows.size());
  for (RecordingRow& row : rows) {
    const auto [found, is_first] = first.emplace(row.recording_hash, &row);
    row.is_one_of_several = !is_first;
    found->second->is_one_of_several = found->second->is_one_of_several || !is_first;
  }
}

Result<void> CheckAllFound(const Names& missing) {
  if (missing.empty()) {
    return {};
  }
  std::string names;
  for (const std::string& name : missing) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return Fail(ErrorCode::kUsage, "the catalog has no recording " + names);
}

}  // namespace

Result<std::vector<RecordingRow>> ReadRecordingRows(const PlanningContext& context,
                                                    const delta::Snapshot& recordings,
                                                    const RecordingSelection& selection) {
  const Names wanted(selection.recording_ids.begin(), selection.recording_ids.end());
  Names missing = wanted;
  delta::ScanOptions scan;
  scan.columns = {"recording_id", "recording_hash", "start_time", "duration_us",
                  "duration_known_wrong"};
  scan.jobs = context.jobs;
  scan.stop = context.stop;
  if (!wanted.empty()) {
    scan.filters.push_back({"recording_id", selection.recording_ids});
  }
  std::vector<RecordingRow> rows;
  URSA_CHECK(delta::Scan(context.catalog.Assets(), recordings, scan,
                         [&](const delta::RowBatch& batch) -> Result<void> {
                           for (size_t i = 0; i < batch.RowCount(); ++i) {
                             if (!wanted.empty() && !wanted.contains(batch.String(0, i))) {
                               continue;
                             }
                             RecordingRow row = RowAt(batch, i);
                             missing.erase(row.recording_id);
                             if (IsSelected(row, selection)) {
                               rows.push_back(std::move(row));
                             }
                           }
                           return {};
                         }));
  URSA_CHECK(CheckAllFound(missing));
  MarkSeveral(rows);
  std::sort(rows.begin(), rows.end(), [](const RecordingRow& a, const RecordingRow& b) {
    return std::tie(a.recording_id, a.recording_hash) < std::tie(b.recording_id, b.recording_hash);
  });
  return rows;
}

}  // namespace ursa::maintenance
