// Rows of other tables that a plan's updates relied on. They are looked at right before a table's
// commit: Delta commits one table at a time, so what changes after that look is not seen.
// Source: catalog.md section 3, "Preconditions".
#pragma once

#include <set>
#include <stop_token>

#include "base/result.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace ursa::plan {

// The changes of `table` that rely on a row of another table which is gone, or has another value.
Result<std::set<size_t>> FindBrokenReliance(const Plan& plan, const catalog::TableDefinition& table,
                                            const catalog::Catalog& catalog, size_t jobs,
                                            const std::stop_token& stop);

}  // namespace ursa::plan
