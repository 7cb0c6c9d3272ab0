#include "plan/guards.h"

#include <fmt/format.h>

namespace ursa::plan {

std::vector<Refusal> WouldRefuse(const Plan& plan, const Guards& guards) {
  std::vector<Refusal> refusals;
  if (guards.targets_production && !guards.production_confirmed) {
    refusals.push_back(
        {"production", "this catalog is production: a commit needs " + guards.production_flag});
  }
  if (guards.expected_changes_digest && *guards.expected_changes_digest != plan.ChangesDigest()) {
    refusals.push_back(
        {"expect_mismatch",
         fmt::format("the changes are not those that were expected: their digest is {}, expected "
                     "was {}; look at a new dry run",
                     plan.ChangesDigest(), *guards.expected_changes_digest)});
  }
  for (const Brake& brake : plan.Brakes()) {
    if (brake.count > brake.limit) {
      refusals.push_back({brake.rule, brake.message});
    }
  }
  return refusals;
}

}  // namespace ursa::plan
