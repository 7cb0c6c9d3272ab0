#include "plan/touched_rows.h"

#include <algorithm>

namespace ursa::plan {
namespace {

constexpr std::string_view kRestoreCommand = "restore";

bool TakesOneBack(const Plan& restore, const std::vector<std::string>& plan_ids) {
  return std::ranges::any_of(plan_ids, [&](const std::string& plan_id) {
    const auto mark = restore.Header().marks.find(plan_id);
    return mark != restore.Header().marks.end() && mark->second == kRunUndone;
  });
}

}  // namespace

Result<void> TouchedRows::Add(const CommittedPlan& committed) {
  for (const std::string& table : committed.tables) {
    for (const size_t number : committed.plan.ChangesOf(table)) {
      auto& columns = rows_[{table, std::string(committed.plan.EncodedKey(number))}];
      URSA_TRY(const Change change, committed.plan.ChangeAt(number));
      for (const ColumnChange& column : change.columns) {
        columns.insert(column.column);
      }
    }
  }
  return {};
}

bool TouchedRows::Has(const RowName& row, const std::string& column) const {
  const auto found = rows_.find(row);
  return found != rows_.end() && (found->second.empty() || found->second.contains(column));
}

Result<TouchedRows> FindTakenBack(const catalog::Catalog& catalog, const std::vector<Run>& runs,
                                  const std::vector<std::string>& plan_ids,
                                  const SpoolOptions& spool) {
  TouchedRows taken;
  for (const Run& run : runs) {
    if (run.command != kRestoreCommand || !run.CanBeUndone()) {
      continue;
    }
    URSA_TRY(const auto plans, ReadCommittedPlans(catalog, run.run_id, spool));
    for (const CommittedPlan& restore : plans) {
      URSA_CHECK(TakesOneBack(restore.plan, plan_ids) ? taken.Add(restore) : Result<void>());
    }
  }
  return taken;
}

Result<TouchedRows> FindLaterWork(const catalog::Catalog& catalog, const std::vector<Run>& runs,
                                  const std::vector<std::string>& plan_ids,
                                  const SpoolOptions& spool) {
  TouchedRows later;
  const auto ours = std::ranges::find(runs, RunOfPlan(plan_ids.front()), &Run::run_id);
  for (auto run = runs.begin(); run != runs.end(); ++run) {
    const bool is_older = ours != runs.end() && run->When() < ours->When();
    if (run == ours || is_older || run->command == kRestoreCommand || !run->CanBeUndone()) {
      continue;
    }
    URSA_TRY(const auto plans, ReadCommittedPlans(catalog, run->run_id, spool));
    for (const CommittedPlan& committed : plans) {
      URSA_CHECK(later.Add(committed));
    }
  }
  return later;
}

}  // namespace ursa::plan
