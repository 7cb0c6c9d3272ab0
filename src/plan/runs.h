// The runs of a catalog: who changed what, when, by which plan, and whether it can be undone.
//
// A run leaves its rollback snapshots in <prefix>/_rollback/ and a txn in each table that it
// changed. A snapshot without a txn is of a run that died before its commit, or of a try that lost
// a race and was followed by another. Source: catalog.md section 4.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace ursa::plan {

enum class RunState {
  kCommitted,        // in every table that its plan changes
  kPartlyCommitted,  // it died between two tables: applying its plan again does the rest
  kUndone,           // by a restore
  kPartlyUndone,     // the restore died between two tables, or had nothing to undo in one
  kNotCommitted,     // it wrote a snapshot, and no commit
};

std::string_view RunStateName(RunState state);

struct Run {
  std::string run_id;
  std::vector<std::string>
      plans;  // the ids of its plans, first to last: itself, or <run_id>.N each
  std::string command;
  std::string tool;
  std::string created_at;  // of the plan, ISO 8601
  std::vector<std::string> tables;
  RunState state = RunState::kNotCommitted;
  // As maintenance_runs has it; of a run that it lacks yet, the changes of the last snapshot of
  // each plan.
  uint64_t changes = 0;
  std::optional<std::string> actor;
  std::optional<std::string> host;
  std::optional<TimeUs> committed_at;      // of its last plan
  std::vector<std::string> rollback_keys;  // oldest first

  // When it was committed, as far as that is known; else when it was planned. ISO 8601.
  [[nodiscard]] std::string When() const {
    return committed_at ? FormatTime(*committed_at) : created_at;
  }
  // Whether restore has something to take back, and from where.
  [[nodiscard]] bool CanBeUndone() const {
    return state != RunState::kUndone && state != RunState::kNotCommitted && !rollback_keys.empty();
  }
};

// Where a plan that changes these tables stands, by its txns alone.
RunState StateOfPlan(const std::string& plan_id, const std::map<std::string, uint64_t>& changes_of,
                     const std::map<std::string, delta::SnapshotPtr>& tables);

// All runs that left a snapshot, or whose changes the tables have though it is gone; newest first.
Result<std::vector<Run>> ListRuns(const catalog::Catalog& catalog);

// A plan as it was committed in some tables; its changes in others were not.
struct CommittedPlan {
  Plan plan;
  std::vector<std::string> tables;
};

// The plans that a run committed, first to last: read from the snapshots that its commits name.
// kUsage where no run has this id, or where it never committed.
Result<std::vector<CommittedPlan>> ReadCommittedPlans(const catalog::Catalog& catalog,
                                                      const std::string& run_id,
                                                      const SpoolOptions& spool);

// The run of a plan's id: "<run_id>.7" is a plan of "<run_id>".
std::string RunOfPlan(const std::string& plan_id);

// The newest snapshots of the catalog's tables, or of those that a plan changes; tables that the
// catalog lacks are left out.
Result<std::map<std::string, delta::SnapshotPtr>> LoadTables(const catalog::Catalog& catalog);
Result<std::map<std::string, delta::SnapshotPtr>> LoadTablesOf(const Plan& plan,
                                                               const catalog::Catalog& catalog);

}  // namespace ursa::plan
