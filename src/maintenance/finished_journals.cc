#include "maintenance/finished_journals.h"

#include <unordered_set>

#include "delta/scan.h"
#include "ingest/journal.h"

namespace ursa::maintenance {

Result<void> RemoveFinishedJournals(const PlanningContext& context, store::ObjectStore& assets) {
  URSA_TRY_CONTEXT(const auto objects, store::ListAll(assets, ingest::kJournalsPrefix),
                   "listing the journals");
  std::unordered_set<std::string> ids;
  for (const store::ObjectInfo& object : objects) {
    if (auto id = ingest::RecordingOfJournal(object.key)) {
      ids.insert(std::move(*id));
    }
  }
  if (ids.empty()) {
    return {};
  }
  URSA_TRY(const delta::SnapshotPtr table, context.catalog.Table(catalog::kRecordings));
  delta::ScanOptions scan;
  scan.columns = {"recording_id"};
  scan.filters.push_back({"recording_id", {ids.begin(), ids.end()}});
  scan.jobs = context.jobs;
  scan.stop = context.stop;
  std::vector<std::string> finished;
  URSA_CHECK(delta::Scan(context.catalog.Assets(), *table, scan,
                         [&](const delta::RowBatch& batch) -> Result<void> {
                           for (size_t i = 0; i < batch.RowCount(); ++i) {
                             std::string id(batch.String(0, i));
                             if (ids.contains(id)) {
                               finished.push_back(std::move(id));
                             }
                           }
                           return {};
                         }));
  return RemoveJournals(finished, assets);
}

Result<void> RemoveJournals(const std::vector<std::string>& recording_ids,
                            store::ObjectStore& assets) {
  for (const std::string& id : recording_ids) {
    const std::string key = ingest::Journal(id).Key();
    const auto head = assets.Head(key);
    if (!head && head.error().code == ErrorCode::kNotFound) {
      continue;  // who may not delete is not told so for nothing
    }
    URSA_CHECK_CONTEXT(assets.Delete(key), "removing a journal");
  }
  return {};
}

}  // namespace ursa::maintenance
