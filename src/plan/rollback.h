// The rollback snapshots of a catalog: the plans that were applied, as they were applied, in
// <prefix>/_rollback/. Their names: <run_id>.jsonl, and <run_id>-2.jsonl, ... for the smaller plans
// that lost races leave; <run_id>.1, <run_id>.2, ... are the plans of one run that has several.
// Source: catalog.md section 4.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "plan/plan.h"
#include "store/object_store.h"
#include "store/put_if_absent.h"

namespace ursa::plan {

// Saves the plan of the wanted changes under the first free name and returns its key; to be called
// before the commit that names it is put (ObjectStore::PutAhead). A name that
// holds the same bytes already (of a run that died before its commit) serves as well. kConflict
// after a thousand names; else errors of store::PutIfAbsent.
Result<std::string> SaveRollback(store::ObjectStore& assets, const std::string& prefix,
                                 const Plan& plan, const std::function<bool(size_t change)>& wanted,
                                 const std::optional<store::Patience>& patience = std::nullopt);

// A snapshot, read piece by piece. kNotFound; kRefused `plan_damaged`.
Result<Plan> ReadRollback(const catalog::Catalog& catalog, const std::string& key,
                          const SpoolOptions& spool);

// What the first and last line of a snapshot say; a damaged one says less.
struct RollbackSummary {
  std::string key;
  TimeNs last_modified;
  std::string command;
  std::string tool;
  std::string created_at;
  std::string plan_digest;
  std::map<std::string, uint64_t> changes_of;  // by table
};
Result<RollbackSummary> DescribeRollback(const store::ReadableStore& assets,
                                         const store::ObjectInfo& object);

// The snapshots by the plan's run_id, oldest name first.
Result<std::map<std::string, std::vector<store::ObjectInfo>>> ListRollbacks(
    const catalog::Catalog& catalog);

// What a commit says of the run that it belongs to, in its commitInfo.
struct RunCommit {
  int64_t version = 0;
  int64_t timestamp_ms = 0;
  std::string rollback_key;
  std::string command;
  std::string plan_digest;
  std::string started_at;
  std::optional<std::string> actor;
  std::optional<std::string> host;
  std::string engine_info;
  uint64_t rows_changed = 0;
};

// The table's commit of this plan; none where the log has it no more, or never had. With `version`
// that of its commit, the log is not searched.
Result<std::optional<RunCommit>> FindRunCommit(const catalog::Catalog& catalog,
                                               const std::string& table, const std::string& run_id,
                                               std::optional<int64_t> version = std::nullopt);

}  // namespace ursa::plan
