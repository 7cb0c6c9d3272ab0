#include "plan/unfinished.h"

#include <algorithm>

#include "plan/rollback.h"
#include "plan/runs.h"
#include "plan/runs_table.h"

namespace ursa::plan {

void FinishedRuns::Add(const FinishedRuns& later) {
  plan_ids.insert(plan_ids.end(), later.plan_ids.begin(), later.plan_ids.end());
  committed += later.committed;
  last_written = later.last_written.empty() ? last_written : later.last_written;
  for (const auto& [table, version] : later.table_versions) {
    table_versions[table] = std::max(table_versions[table], version);
  }
}

Result<std::vector<UnfinishedRun>> FindUnfinishedRuns(const catalog::Catalog& catalog,
                                                      std::string_view command,
                                                      const std::string& except) {
  std::vector<UnfinishedRun> runs;
  URSA_TRY(const auto tables, LoadTables(catalog));
  auto candidates = NotKnownAsWhole(tables);
  candidates.erase(except);
  if (candidates.empty()) {
    return runs;
  }
  URSA_TRY(const auto rollbacks, ListRollbacks(catalog));
  for (const std::string& plan_id : candidates) {
    const auto snapshots = rollbacks.find(plan_id);
    if (snapshots == rollbacks.end()) {
      continue;
    }
    URSA_TRY(const RollbackSummary summary,
             DescribeRollback(catalog.Assets(), snapshots->second.back()));
    if (summary.command != command ||
        StateOfPlan(plan_id, summary.changes_of, tables) != RunState::kPartlyCommitted) {
      continue;
    }
    for (const auto& [name, snapshot] : tables) {
      if (!snapshot->transactions.contains(plan_id)) {
        continue;
      }
      URSA_TRY(const auto commit, FindRunCommit(catalog, name, plan_id));
      if (commit) {
        runs.push_back({plan_id, commit->rollback_key});
        break;
      }
    }
  }
  return runs;
}

}  // namespace ursa::plan
