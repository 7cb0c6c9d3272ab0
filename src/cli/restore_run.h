// Taking a run back, as every command that can do so plans and shows it.
#pragma once

#include <vector>

#include "cli/planned_command.h"
#include "plan/restore.h"

namespace ursa::cli {

class RestoreRun final : public PlannedRun {
 public:
  RestoreRun(plan::RestorePlan plan, ProductionGuard guard)
      : plan_(std::move(plan)), guard_(guard) {}

  [[nodiscard]] const plan::Plan& ThePlan() const override { return plan_.ThePlan(); }
  [[nodiscard]] ProductionGuard Guard() const override { return guard_; }
  void ShowRows(Report& report, const std::vector<plan::Fate>* fates) const override;
  [[nodiscard]] Json Counts() const override;

 private:
  const plan::RestorePlan plan_;
  const ProductionGuard guard_;
};

// What people see of its rows.
std::vector<Column> RestoreColumns();

// What planning a restore takes from the run.
plan::RestoreContext RestoreContextOf(const maintenance::PlanningContext& context);

}  // namespace ursa::cli
