// What several committed plans did together. Used by restore.cc only.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"
#include "plan/runs.h"

namespace ursa::plan {

// One plan that does what `plans`, one after the other, did: a row that several of them changed is
// in it once, from what it was before the first to what it was after the last. Its header is
// `header`, which has to be a restore's.
Result<Plan> JoinCommittedPlans(const std::vector<CommittedPlan>& plans, PlanHeader header,
                                const SpoolOptions& spool);

// The one change that does what `first` and then `second` do to a row; none where the row is as if
// nothing had happened.
std::optional<Change> Compose(const Change& first, const Change& second);

}  // namespace ursa::plan
