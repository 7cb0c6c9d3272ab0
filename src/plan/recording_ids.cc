#include "plan/recording_ids.h"

#include <unordered_map>

#include "delta/merge.h"
#include "delta/scan.h"

namespace ursa::plan {

Result<bool> RecordingIds::Refresh(const store::ReadableStore& assets,
                                   const delta::Snapshot& recordings, size_t jobs,
                                   std::stop_token stop) {
  if (!AreInserted() || version_ == recordings.version) {
    return false;
  }
  // The hash under which the plan inserts an id.
  std::unordered_map<std::string_view, std::string_view> hash_of_id;
  std::set<std::string> taken;
  delta::FileFilter filter{"recording_id", {}};
  for (const size_t change : plan_.InsertedRecordings()) {
    const std::string_view id = plan_.Locator(change);
    if (!hash_of_id.emplace(id, plan_.EncodedKey(change)).second) {
      taken.emplace(plan_.EncodedKey(change));
    }
    filter.values.emplace_back(id);
  }
  delta::ScanOptions scan;
  scan.columns = {"recording_id", "recording_hash"};
  scan.filters.push_back(std::move(filter));
  scan.jobs = jobs;
  scan.stop = std::move(stop);
  URSA_CHECK_CONTEXT(delta::Scan(assets, recordings, scan,
                                 [&](const delta::RowBatch& batch) -> Result<void> {
                                   for (size_t row = 0; row < batch.RowCount(); ++row) {
                                     const auto ours = hash_of_id.find(batch.String(0, row));
                                     if (ours != hash_of_id.end() &&
                                         ours->second != delta::EncodeKey({batch.String(1, row)})) {
                                       taken.emplace(ours->second);
                                     }
                                   }
                                   return {};
                                 }),
                     "looking for the recording_ids that the plan inserts");
  version_ = recordings.version;
  const bool changed = taken != taken_;
  taken_ = std::move(taken);
  return changed;
}

bool RecordingIds::MayInsert(const Change& change) const {
  const bool of_recording =
      change.table->name == catalog::kRecordings || change.table->name == catalog::kModalities;
  return !of_recording || !taken_.contains(delta::EncodeKey({change.key.front()}));
}

}  // namespace ursa::plan
