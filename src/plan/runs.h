// The runs of a catalog: who changed what, when, by which plan, and whether it can be undone.
//
// A run leaves its rollback snapshots in <prefix>/_rollback/ and a txn in each table that it
// changed. A snapshot without a txn is of a run that died before its commit, or of a try that lost
// a race and was followed by another. Source: catalog.md section 4.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace ursa::plan {

enum class RunState {
  kCommitted,     // every table that it has a snapshot of
  kUndone,        // by a restore
  kNotCommitted,  // it wrote a snapshot, and no commit
};

std::string_view RunStateName(RunState state);

struct Run {
  std::string run_id;
  std::string command;
  std::string tool;
  std::string created_at;  // of the plan, ISO 8601
  std::vector<std::string> tables;
  RunState state = RunState::kNotCommitted;
  uint64_t changes = 0;                  // of the last snapshot
  std::vector<std::string> rollback_keys;  // oldest first
};

// All runs that left a snapshot, newest first.
Result<std::vector<Run>> ListRuns(const catalog::Catalog& catalog);

// The plans that a run committed, one a table: read from the snapshots that its commits name.
// kUsage where no run has this id, or where it never committed.
Result<std::vector<Plan>> ReadCommittedPlans(const catalog::Catalog& catalog,
                                             const std::string& run_id, const SpoolOptions& spool);

}  // namespace ursa::plan
