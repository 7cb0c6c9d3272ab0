// What other runs did to the rows of a run that is to be taken back again. Used by restore.cc only.
//
// A run that was taken back may have had to leave rows alone. When it is taken back again, those
// are told from what the restore took back, and from what later runs made of them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "plan/runs.h"

namespace ursa::plan {

using RowName = std::pair<std::string, std::string>;  // table and encoded key

// Rows that runs changed, and which of their columns.
class TouchedRows {
 public:
  Result<void> Add(const CommittedPlan& committed);

  [[nodiscard]] bool Has(const RowName& row) const { return rows_.contains(row); }
  // True of every column of a row that came or went.
  [[nodiscard]] bool Has(const RowName& row, const std::string& column) const;

 private:
  std::map<RowName, std::set<std::string>> rows_;
};

// Of `runs`, all of the catalog (ListRuns): what restores that stand took back of the run with
// these plans.
Result<TouchedRows> FindTakenBack(const catalog::Catalog& catalog, const std::vector<Run>& runs,
                                  const std::vector<std::string>& plan_ids,
                                  const SpoolOptions& spool);

// Likewise: what runs that stand, restores aside, did and are not older than the one with these
// plans.
Result<TouchedRows> FindLaterWork(const catalog::Catalog& catalog, const std::vector<Run>& runs,
                                  const std::vector<std::string>& plan_ids,
                                  const SpoolOptions& spool);

}  // namespace ursa::plan
