#include "plan/unfinished.h"

#include <algorithm>
#include <map>

#include "plan/rollback.h"
#include "plan/runs.h"
#include "plan/runs_table.h"

namespace ursa::plan {
namespace {

using Tables = std::map<std::string, delta::SnapshotPtr>;

// Whether the run is in some of its tables only; one that is being taken back is not to be
// finished.
bool IsInSomeTables(const std::string& plan_id, const RollbackSummary& summary,
                    const Tables& tables) {
  bool missing = false;
  for (const auto& [name, snapshot] : tables) {
    const auto transaction = snapshot->transactions.find(plan_id);
    if (transaction == snapshot->transactions.end()) {
      missing = missing || summary.changes_of.contains(name);
    } else if (transaction->second.version != kRunApplied) {
      return false;
    }
  }
  return missing;
}

}  // namespace

Result<std::vector<UnfinishedRun>> FindUnfinishedRuns(const catalog::Catalog& catalog,
                                                      std::string_view command) {
  std::vector<UnfinishedRun> runs;
  URSA_TRY(const Tables tables, LoadTables(catalog));
  const auto candidates = NotKnownAsWhole(tables);
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
    if (summary.command != command || !IsInSomeTables(plan_id, summary, tables)) {
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
