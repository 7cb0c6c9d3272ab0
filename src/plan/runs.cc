#include "plan/runs.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "plan/rollback.h"
#include "plan/runs_table.h"

namespace ursa::plan {
namespace {

using Tables = std::map<std::string, delta::SnapshotPtr>;

// Where "<run_id>.<digits>" has its dot; npos where the id is of no such form.
size_t FindPlanNumber(const std::string& plan_id) {
  const size_t dot = plan_id.rfind('.');
  if (dot == std::string::npos || dot + 1 == plan_id.size() || plan_id.size() - dot > 10 ||
      !std::all_of(plan_id.begin() + static_cast<std::ptrdiff_t>(dot) + 1, plan_id.end(),
                   [](char c) { return c >= '0' && c <= '9'; })) {
    return std::string::npos;
  }
  return dot;
}

uint64_t PlanNumber(const std::string& plan_id) {
  const size_t dot = FindPlanNumber(plan_id);
  return dot == std::string::npos ? 0 : std::stoull(plan_id.substr(dot + 1));
}

// What the txns of a plan say, over all tables.
struct Standing {
  bool applied = false;
  bool undone = false;
  bool missing = false;  // in a table that the plan changes
};

void LookUp(const std::string& plan_id, const std::map<std::string, uint64_t>& changes_of,
            const Tables& tables, Standing& standing) {
  for (const auto& [name, snapshot] : tables) {
    const auto transaction = snapshot->transactions.find(plan_id);
    if (transaction == snapshot->transactions.end()) {
      standing.missing = standing.missing || changes_of.contains(name);
      continue;
    }
    (transaction->second.version == kRunUndone ? standing.undone : standing.applied) = true;
  }
}

RunState StateOf(const Standing& standing, bool finished) {
  if (!standing.applied && !standing.undone) {
    return RunState::kNotCommitted;
  }
  if (standing.undone) {
    return standing.applied ? RunState::kPartlyUndone : RunState::kUndone;
  }
  return standing.missing && !finished ? RunState::kPartlyCommitted : RunState::kCommitted;
}

// A run while its plans are being read.
struct Gathered {
  Run run;
  Standing standing;
  bool finished = true;
};

// A run that wrote its row says there all that its snapshots' first and last lines say, which are
// two reads each on the other side of a network. One whose snapshots are gone has its row.
Result<RollbackSummary> Describe(const catalog::Catalog& catalog,
                                 const std::vector<store::ObjectInfo>& snapshots,
                                 const RecordedRun* recorded) {
  if (!snapshots.empty() && (recorded == nullptr || !recorded->finished)) {
    return DescribeRollback(catalog.Assets(), snapshots.back());
  }
  RollbackSummary summary;
  summary.command = recorded->command;
  summary.tool = "Ursa/" + recorded->version;
  summary.created_at = FormatTime(recorded->started_at);
  for (const std::string& table : recorded->tables) {
    summary.changes_of[table] = 0;
  }
  return summary;
}

Result<void> Gather(const catalog::Catalog& catalog, const std::string& plan_id,
                    const std::vector<store::ObjectInfo>& snapshots, const Tables& tables,
                    const RecordedRun* recorded, Gathered& gathered) {
  Run& run = gathered.run;
  URSA_TRY(const RollbackSummary summary, Describe(catalog, snapshots, recorded));
  run.plans.push_back(plan_id);
  run.command = summary.command;
  run.tool = summary.tool;
  run.created_at = summary.created_at;
  uint64_t changes = 0;
  for (const auto& [table, count] : summary.changes_of) {
    changes += count;
    if (std::find(run.tables.begin(), run.tables.end(), table) == run.tables.end()) {
      run.tables.push_back(table);
    }
  }
  gathered.finished = gathered.finished && recorded != nullptr && recorded->finished;
  if (recorded != nullptr) {
    changes = static_cast<uint64_t>(std::max<int64_t>(recorded->rows_changed, 0));
    run.actor = recorded->actor;
    run.host = recorded->host;
    run.committed_at = std::max(run.committed_at, std::optional(recorded->committed_at));
  }
  run.changes += changes;
  for (const store::ObjectInfo& snapshot : snapshots) {
    run.rollback_keys.push_back(snapshot.key);
  }
  LookUp(plan_id, summary.changes_of, tables, gathered.standing);
  return {};
}

// The key of the snapshot that a table's commit of this plan names. Where the log's entry is gone
// (entries live 30 days) the only snapshot is it; of several, none can be told to be.
Result<std::string> CommittedSnapshot(const catalog::Catalog& catalog, const std::string& table,
                                      const std::string& plan_id,
                                      const std::vector<store::ObjectInfo>& snapshots) {
  URSA_TRY(const auto commit, FindRunCommit(catalog, table, plan_id));
  if (commit) {
    return commit->rollback_key;
  }
  URSA_TRY(const auto recorded, RecordedRollbackKey(catalog, plan_id));
  if (recorded) {
    return *recorded;
  }
  if (snapshots.size() == 1) {
    return snapshots.front().key;
  }
  return Fail(ErrorCode::kUnsupported,
              "the log of " + table + " no longer has the commit of the run " + plan_id +
                  ", which says which of its rollback snapshots holds; compare them by hand: " +
                  snapshots.front().key + ", ...");
}

// The committed plan of this id, in one piece for each snapshot that its commits name.
Result<void> ReadPlans(const catalog::Catalog& catalog, const std::string& plan_id,
                       const std::vector<store::ObjectInfo>& snapshots, const Tables& tables,
                       const SpoolOptions& spool, std::vector<CommittedPlan>& plans) {
  std::map<std::string, std::vector<std::string>> tables_of;  // by snapshot
  for (const auto& [name, snapshot] : tables) {
    if (snapshot->transactions.contains(plan_id)) {
      URSA_TRY(const std::string key, CommittedSnapshot(catalog, name, plan_id, snapshots));
      tables_of[key].push_back(name);
    }
  }
  for (auto& [key, names] : tables_of) {
    URSA_TRY(Plan plan, ReadRollback(catalog, key, spool));
    plans.push_back({std::move(plan), std::move(names)});
  }
  return {};
}

}  // namespace

std::string_view RunStateName(RunState state) {
  switch (state) {
    case RunState::kCommitted:
      return "committed";
    case RunState::kPartlyCommitted:
      return "partly_committed";
    case RunState::kUndone:
      return "undone";
    case RunState::kPartlyUndone:
      return "partly_undone";
    case RunState::kNotCommitted:
      return "not_committed";
  }
  return "";
}

RunState StateOfPlan(const std::string& plan_id, const std::map<std::string, uint64_t>& changes_of,
                     const Tables& tables) {
  Standing standing;
  LookUp(plan_id, changes_of, tables, standing);
  return StateOf(standing, false);
}

std::string RunOfPlan(const std::string& plan_id) {
  return plan_id.substr(0, FindPlanNumber(plan_id));
}

namespace {

Result<Tables> LoadWanted(const catalog::Catalog& catalog,
                          const std::function<bool(const std::string& table)>& wanted) {
  Tables tables;
  for (const catalog::TableDefinition& table : catalog::AllTables()) {
    if (!wanted(table.name)) {
      continue;
    }
    URSA_TRY(delta::SnapshotPtr snapshot, table.name == catalog::kMaintenanceRuns
                                              ? LoadRunsTable(catalog)
                                              : catalog.TableIfAny(table.name));
    if (snapshot != nullptr) {
      tables.emplace(table.name, std::move(snapshot));
    }
  }
  return tables;
}

}  // namespace

Result<Tables> LoadTables(const catalog::Catalog& catalog) {
  return LoadWanted(catalog, [](const std::string&) { return true; });
}

Result<Tables> LoadTablesOf(const Plan& plan, const catalog::Catalog& catalog) {
  return LoadWanted(catalog,
                    [&](const std::string& table) { return !plan.ChangesOf(table).empty(); });
}

Result<std::vector<Run>> ListRuns(const catalog::Catalog& catalog) {
  URSA_TRY(auto rollbacks, ListRollbacks(catalog));
  URSA_TRY(const Tables tables, LoadTables(catalog));
  URSA_TRY(const auto recorded, ReadRecordedRuns(catalog));
  for (const auto& [plan_id, row] : recorded) {
    if (std::ranges::any_of(tables, [&](const auto& table) {
          return table.second->transactions.contains(plan_id);
        })) {
      rollbacks[plan_id];
    }
  }
  std::map<std::string, Gathered> gathered;
  for (const auto& [plan_id, snapshots] : rollbacks) {
    const auto row = recorded.find(plan_id);
    URSA_CHECK(Gather(catalog, plan_id, snapshots, tables,
                      row == recorded.end() ? nullptr : &row->second,
                      gathered[RunOfPlan(plan_id)]));
  }
  std::vector<Run> runs;
  for (auto& [run_id, entry] : gathered) {
    entry.run.run_id = run_id;
    entry.run.state = StateOf(entry.standing, entry.finished);
    std::sort(
        entry.run.plans.begin(), entry.run.plans.end(),
        [](const std::string& a, const std::string& b) { return PlanNumber(a) < PlanNumber(b); });
    runs.push_back(std::move(entry.run));
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const Run& a, const Run& b) { return a.When() > b.When(); });
  return runs;
}

Result<std::vector<CommittedPlan>> ReadCommittedPlans(const catalog::Catalog& catalog,
                                                      const std::string& run_id,
                                                      const SpoolOptions& spool) {
  URSA_TRY(const auto rollbacks, ListRollbacks(catalog));
  std::vector<std::string> plan_ids;
  for (const auto& [plan_id, snapshots] : rollbacks) {
    if (RunOfPlan(plan_id) == run_id) {
      plan_ids.push_back(plan_id);
    }
  }
  if (plan_ids.empty()) {
    return Fail(ErrorCode::kUsage, "no run that left its rollback snapshot has the id " + run_id +
                                       "; `ursa runs` lists them");
  }
  std::sort(plan_ids.begin(), plan_ids.end(), [](const std::string& a, const std::string& b) {
    return PlanNumber(a) < PlanNumber(b);
  });
  URSA_TRY(const Tables tables, LoadTables(catalog));
  std::vector<CommittedPlan> plans;
  for (const std::string& plan_id : plan_ids) {
    URSA_CHECK(ReadPlans(catalog, plan_id, rollbacks.at(plan_id), tables, spool, plans));
  }
  if (plans.empty()) {
    return Fail(ErrorCode::kUsage,
                "the run " + run_id + " never committed: there is nothing to undo");
  }
  return plans;
}

}  // namespace ursa::plan
