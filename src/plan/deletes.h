// Which deletes of a plan must not happen. A restore deletes rows that its run inserted, unless
// somebody changed them, or something refers to them by now that the same plan does not delete too;
// a recording and its modalities and events go together or not at all.
// Source: catalog.md section 4.
#pragma once

#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace ursa::plan {

struct DeleteCheckOptions {
  // Tables in which the plan is applied already: what is still there in them stays.
  std::set<std::string> done;
  size_t jobs = 1;
  std::stop_token stop;
};

// The deletes that the newest snapshots forbid, by their number in the plan, each with the reason.
// Costs nothing for a plan without deletes.
Result<std::map<size_t, std::string>> FindForbiddenDeletes(const Plan& plan,
                                                           const catalog::Catalog& catalog,
                                                           const DeleteCheckOptions& options);

// The same, looked at again as long as a plan is on its way into the catalog. Refresh is not
// thread-safe, Forbids is.
class ForbiddenDeletes {
 public:
  // The plan must live longer.
  explicit ForbiddenDeletes(const Plan& plan) : plan_(plan) {}

  // Looks at the newest snapshots. True where Forbids now says something else than before.
  Result<bool> Refresh(const catalog::Catalog& catalog, const DeleteCheckOptions& options);

  [[nodiscard]] bool Forbids(size_t change) const { return forbidden_.contains(change); }

 private:
  const Plan& plan_;
  std::map<std::string, int64_t> versions_;  // of the tables that decide, as last looked at
  std::set<std::string> done_;               // as last looked at
  std::set<size_t> forbidden_;
};

}  // namespace ursa::plan
