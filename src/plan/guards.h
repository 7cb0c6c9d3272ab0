// What may stand between a plan and its commit: brakes on the plan itself, and the guards of the
// run. A dry run shows all of them; a commit is refused by the first. Source: commands.md, "Plans,
// guards, undo".
#pragma once

#include <optional>
#include <string>
#include <vector>

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
};

// Everything that would refuse the commit, in a fixed order; empty: nothing does.
std::vector<Refusal> WouldRefuse(const Plan& plan, const Guards& guards);

}  // namespace ursa::plan
