// Committing a plan: one commit a table, after its rollback snapshot.
//
// For each table, in the order that a crash can't hurt (a recording's row last), the plan's changes
// are merged. A row is changed only where the columns that the plan changes and relied on still
// have the values that it states; one where they differ is left alone and reported; one that has
// the values after already needs nothing. Before the first commit the rollback snapshot, which is
// the plan itself, is written to <prefix>/_rollback/; where changes drop out, a smaller one is
// written before the commit is tried again, and each commit names the one that holds for its table.
// The commit carries a txn action with the run_id, so that the same plan applied again does what is
// missing and no more. At last the run gets its row in maintenance_runs.
// Source: catalog.md sections 3 and 4.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/writer.h"
#include "plan/guards.h"
#include "plan/plan.h"
#include "plan/unfinished.h"

namespace ursa::plan {

// What became of a change.
enum class Fate : unsigned char {
  kPending,  // its table's commit was not reached
  kCommitted,
  kAlready,           // the row had the values after; or the plan was applied before
  kChangedSincePlan,  // the row is not what the plan was made from; left alone
};

struct ApplyOutcome {
  std::string run_id;       // the plan's; empty where nothing was written
  std::vector<Fate> fates;  // of each change of the plan
  uint64_t committed = 0;
  uint64_t already = 0;
  uint64_t changed_since_plan = 0;
  std::map<std::string, int64_t> table_versions;  // after, of each table that the plan changes
  std::vector<std::string> rollback_uris;
  FinishedRuns finished;                // others on the same work, which were between two tables
  std::vector<Error> follow_up_errors;  // the commits hold; something after them failed
  // A table's commit failed after those of others, which stay: the changes from there on are
  // kPending, and applying the plan again does them.
  std::optional<Error> stopped_by;
};

// What in the catalog as it is would refuse the plan: `plan_other_catalog`, `plan_undone`,
// `sealed`, and those of WouldNotMerge; empty: nothing does.
Result<std::vector<Refusal>> WouldNotFit(const Plan& plan, const catalog::Catalog& catalog);

// What would become of each change if the plan were applied now; kPending: it would be committed.
Result<std::vector<Fate>> Foresee(const Plan& plan, const catalog::Catalog& catalog, size_t jobs,
                                  const std::stop_token& stop);

// Commits the plan. Fails with the first of WouldRefuse and WouldNotFit, before anything is
// written; other errors, as of catalog::Writer::Merge, before anything was committed (or it is not
// known).
Result<ApplyOutcome> Apply(const Plan& plan, const Guards& guards, catalog::Writer& writer);

}  // namespace ursa::plan
