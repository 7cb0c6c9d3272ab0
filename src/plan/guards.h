// What may stand between a plan and its commit: brakes on the plan itself, and the guards of the
// run. A dry run shows all of them; a commit is refused by the first. Source: commands.md, "Plans,
// guards, undo".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "plan/plan.h"

namespace ursa::plan {

struct Guards {
  bool targets_production = false;
  bool production_confirmed = false;                   // production_flag was given
  std::optional<std::string> expected_changes_digest;  // --expect
  std::string production_flag = "--i-know-this-targets-prod";
};

struct Refusal {
  std::string rule;
  std::string message;
  // How a commit that it stops ends; kUnsupported is no refusal of ours but the catalog's.
  ErrorCode code = ErrorCode::kRefused;
};

// The refusal as what a commit fails with, before anything was written.
tl::unexpected<Error> ErrorOf(const Refusal& refusal);

// Everything that would refuse the commit, in a fixed order; empty: nothing does.
std::vector<Refusal> WouldRefuse(const Plan& plan, const Guards& guards);

// `unwritable_table` where Ursa may read a table and not write it (delta::CheckWritable).
std::optional<Refusal> WouldNotBeWritten(const delta::Snapshot& table, bool removes);

// What keeps the changes of a plan out of these tables, however the rows are: `unwritable_table`,
// and `plan_damaged` where two changes have the same key. Tables that the plan is applied to
// already are not asked.
Result<std::vector<Refusal>> WouldNotMerge(const Plan& plan,
                                           const std::map<std::string, delta::SnapshotPtr>& tables);

}  // namespace ursa::plan
