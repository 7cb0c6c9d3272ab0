#include "cli/restore_run.h"

namespace ursa::cli {

namespace {

// What is done to the row: taking an insert back deletes it.
std::string_view ActionOf(const plan::RestoreRow& row) {
  if (row.action == plan::RestoreAction::kRestore && row.undone == plan::ChangeKind::kInsert) {
    return "delete";
  }
  if (row.action == plan::RestoreAction::kRestore && row.undone == plan::ChangeKind::kDelete) {
    return "insert";
  }
  return plan::RestoreActionName(row.action);
}

}  // namespace

void RestoreRun::ShowRows(Report& report, const std::vector<plan::Fate>* fates) const {
  for (size_t i = 0; i < plan_.RowCount(); ++i) {
    const auto row = plan_.RowAt(i);
    if (!row) {
      // The plan was read whole when it was made; its spool can only fail with the disk.
      report.SetNeedsPerson();
      return;
    }
    std::string_view action = ActionOf(*row);
    if (fates != nullptr && row->change) {
      action = ActionAfter(action, (*fates)[*row->change]);
    }
    report.Row({Json{{"table", row->table},
                     {"key", row->key},
                     {"recording_id", row->locator},
                     {"action", action},
                     {"restored", row->restored},
                     {"refused", row->refused},
                     {"reason", row->reason.empty() ? Json(nullptr) : Json(row->reason)}},
                row->action != plan::RestoreAction::kNothing, false});
  }
}

Json RestoreRun::Counts() const {
  return Json{{"restore", plan_.Count(plan::RestoreAction::kRestore)},
              {"nothing", plan_.Count(plan::RestoreAction::kNothing)},
              {"rows_refused", plan_.Count(plan::RestoreAction::kRefused)}};
}

std::vector<Column> RestoreColumns() {
  return {TextColumn("table", "table"),       WholeColumn("recording", "recording_id"),
          WholeColumn("action", "action"),    TextColumn("row", "key"),
          TextColumn("restored", "restored"), TextColumn("refused", "refused"),
          TextColumn("reason", "reason")};
}

plan::RestoreContext RestoreContextOf(const maintenance::PlanningContext& context) {
  return {context.catalog, context.spool,
          context.tool,    FormatTime(std::chrono::floor<Microseconds>(context.clock.Now())),
          context.jobs,    context.stop};
}

}  // namespace ursa::cli
