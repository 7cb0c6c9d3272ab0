// runs, restore, apply and plan show: what was done, taken back, or saved for later.
// Source: commands.md, "Plans, guards, undo"; catalog.md section 4.

#include <fmt/format.h>

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/planned_command.h"
#include "cli/restore_run.h"
#include "delta/value_text.h"
#include "plan/plan_reader.h"
#include "plan/restore.h"
#include "plan/runs.h"

namespace ursa::cli {
namespace {

Json RunJson(const plan::Run& run) {
  const auto text = [](const std::optional<std::string>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  return Json{
      {"run_id", run.run_id},
      {"plan_command", run.command},
      {"tool", run.tool},
      {"created_at", run.created_at},
      {"committed_at", run.committed_at ? Json(FormatTime(*run.committed_at)) : Json(nullptr)},
      {"actor", text(run.actor)},
      {"host", text(run.host)},
      {"plans", run.plans.size()},
      {"tables", run.tables},
      {"changes", run.changes},
      {"state", plan::RunStateName(run.state)},
      {"can_be_undone", run.CanBeUndone()}};
}

class Runs final : public Command {
 public:
  Runs()
      : Command({.name = "runs",
                 .section = CommandSection::kPlans,
                 .summary = "list the runs that changed the catalog, newest first",
                 .description =
                     "Shows every run that changed rows: its id, command, time, who ran it,\n"
                     "tables and changes, and whether it is committed, undone, or was\n"
                     "interrupted between two tables (partly_committed, partly_undone: run\n"
                     "it again).",
                 .examples = {{"All runs", "runs"}}}) {}

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {WholeColumn("run", "run_id"),
            TextColumn("command", "plan_command"),
            TextColumn("committed at", "committed_at"),
            TextColumn("by", "actor"),
            TextColumn("tables", "tables"),
            NumberColumn("changes", "changes", 0),
            TextColumn("state", "state")};
  }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const CatalogSession session, OpenCatalogSession(invocation));
    URSA_TRY(const delta::SnapshotPtr table, session.catalog.Table(catalog::kRecordings));
    invocation.report.Begin(MakeRunInfo(session, *table));
    URSA_TRY(const auto runs, plan::ListRuns(session.catalog));
    for (const plan::Run& run : runs) {
      invocation.report.Row({RunJson(run), true, false});
    }
    invocation.report.Summary(Json{{"runs", runs.size()}});
    return {};
  }
};

class Restore final : public PlannedCommand {
 public:
  Restore()
      : PlannedCommand(
            {.name = "restore",
             .section = CommandSection::kPlans,
             .summary = "take a run back, row by row",
             .description =
                 "Gives every column that a run changed its value from before, where it still has\n"
                 "the value that the run gave it. A column that was changed since is refused and\n"
                 "named (exit 1); the others are restored. Without --commit nothing is written.",
             .examples = {{"Look at what would be restored", "restore RUN_ID"},
                          {"Restore it", "restore RUN_ID --commit"}}},
            catalog::kRecordings) {}

  void Configure(Options& options) override {
    options.Argument("RUN_ID", "as `ursa runs` shows it", run_id_);
    AddCommitOptions(options, commit_, {.typed_guard = true});
  }

  [[nodiscard]] std::vector<Column> Columns() const override { return RestoreColumns(); }

 protected:
  Result<std::unique_ptr<PlannedRun>> MakePlan(const Invocation&,
                                               const maintenance::PlanningContext& context,
                                               const delta::SnapshotPtr&) override {
    URSA_TRY(auto plan, plan::PlanRestore(RestoreContextOf(context), run_id_, commit_.max_changes));
    URSA_TRY(const ProductionGuard guard, GuardOfPlan(context.catalog, plan.ThePlan().Header()));
    return std::make_unique<RestoreRun>(std::move(plan), guard);
  }

 private:
  std::string run_id_;
};

// The values of a change's row, from the plan alone.
void AppendChange(std::string& text, const plan::Change& change, std::string_view action) {
  std::string key;
  for (const std::string& part : change.key) {
    key += (key.empty() ? "" : "/") + part;
  }
  const auto append = [&](const char* member, std::string_view value) {
    text += member;
    delta::AppendJsonText(text, value);
  };
  append("\"table\":", change.table->name);
  append(",\"key\":", key);
  append(",\"recording_id\":", change.locator);
  append(",\"action\":", action);
  text += ",\"columns\":{";
  for (const plan::ColumnChange& column : change.columns) {
    const auto position = change.table->schema.IndexOf(column.column);
    const delta::Type& type = change.table->schema.fields[*position].type;
    append(&column == change.columns.data() ? "" : ",", column.column);
    text += ":{\"before\":";
    delta::AppendJsonValue(text, type, column.before);
    text += ",\"after\":";
    delta::AppendJsonValue(text, type, column.after);
    text += '}';
  }
  text += '}';
}

std::string_view KindName(plan::ChangeKind kind) {
  switch (kind) {
    case plan::ChangeKind::kUpdate:
      return "update";
    case plan::ChangeKind::kInsert:
      return "insert";
    case plan::ChangeKind::kDelete:
      return "delete";
  }
  return "";
}

std::vector<Column> ChangeColumns() {
  return {TextColumn("table", "table"),
          WholeColumn("recording", "recording_id"),
          WholeColumn("action", "action"),
          {"changes", Alignment::kLeft, [](const Json& row) {
             std::string text;
             for (const auto& [column, change] : row["columns"].items()) {
               text += (text.empty() ? "" : ", ") + column + ": " + ShowValue(change["before"]) +
                       " -> " + ShowValue(change["after"]);
             }
             return text;
           }}};
}

Result<void> ReportChanges(Report& report, const plan::Plan& plan,
                           const std::vector<plan::Fate>* fates) {
  for (size_t i = 0; i < plan.Count(); ++i) {
    URSA_TRY(const plan::Change change, plan.ChangeAt(i));
    std::string_view action = KindName(change.kind);
    if (fates != nullptr) {
      action = ActionAfter(action, (*fates)[i]);
    }
    report.TextRow(action, [&](std::string& text) { AppendChange(text, change, action); });
  }
  return {};
}

class PlanShow final : public Command {
 public:
  PlanShow()
      : Command({.name = "plan show",
                 .section = CommandSection::kPlans,
                 .summary = "show a saved plan again",
                 .description =
                     "Shows the changes of a plan that --plan-out saved. A plan of which one\n"
                     "byte was changed is refused. Needs no profile.",
                 .examples = {{"A saved plan", "plan show durations.plan"}}}) {}

  void Configure(Options& options) override {
    options.Argument("FILE", "what --plan-out saved", file_);
  }
  [[nodiscard]] std::vector<Column> Columns() const override { return ChangeColumns(); }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const plan::Plan plan, ReadNamedPlan(invocation.process.working_directory / file_,
                                                  SpoolOf(invocation.process)));
    URSA_CHECK(ReportChanges(invocation.report, plan, nullptr));
    Json would_refuse = Json::array();
    for (const plan::Refusal& refusal : plan::WouldRefuse(plan, {})) {
      would_refuse.push_back(refusal.rule);
    }
    invocation.report.Summary(Json{{"plan_command", plan.Header().command},
                                   {"catalog", plan.Header().catalog_uri},
                                   {"created_at", plan.Header().created_at},
                                   {"changes", plan.Count()},
                                   {"would_refuse", std::move(would_refuse)},
                                   {"run_id", plan.RunId()},
                                   {"plan_digest", plan.PlanDigest()},
                                   {"changes_digest", plan.ChangesDigest()}});
    return {};
  }

 private:
  std::string file_;
};

class SavedRun final : public PlannedRun {
 public:
  SavedRun(plan::Plan plan, ProductionGuard guard) : plan_(std::move(plan)), guard_(guard) {}
  [[nodiscard]] const plan::Plan& ThePlan() const override { return plan_; }
  [[nodiscard]] ProductionGuard Guard() const override { return guard_; }
  void ShowRows(Report& report, const std::vector<plan::Fate>* fates) const override {
    // The plan was read whole when it was opened; its spool can only fail with the disk.
    if (const auto shown = ReportChanges(report, plan_, fates == nullptr ? Foreseen() : fates);
        !shown) {
      report.SetNeedsPerson();
    }
  }
  Result<void> Foresee(const maintenance::PlanningContext& context) override {
    URSA_TRY(foreseen_, plan::Foresee(plan_, context.catalog, context.jobs, context.stop));
    return {};
  }
  [[nodiscard]] const std::vector<plan::Fate>* Foreseen() const override {
    return foreseen_ ? &*foreseen_ : nullptr;
  }
  [[nodiscard]] Json Counts() const override {
    return Json{{"plan_command", plan_.Header().command}, {"changes", plan_.Count()}};
  }

 private:
  const plan::Plan plan_;
  std::optional<std::vector<plan::Fate>> foreseen_;
  const ProductionGuard guard_;
};

class Apply final : public PlannedCommand {
 public:
  Apply()
      : PlannedCommand(
            {.name = "apply",
             .section = CommandSection::kPlans,
             .summary = "commit saved plans: exactly that, and nothing else",
             .description =
                 "Commits what --plan-out saved. Several plans of one command, as shards make "
                 "them,\n"
                 "become one commit. Without --commit it says what would become of each change\n"
                 "by now. A row that is no longer what the plan was made from is left\n"
                 "alone and named (exit 1). Applied again, a plan says so and changes nothing.",
             .examples = {{"Look again, against the catalog as it is", "apply durations.plan"},
                          {"Commit it", "apply durations.plan --commit"}}},
            catalog::kRecordings) {}

  void Configure(Options& options) override {
    options.Arguments("FILE", "what --plan-out saved", files_);
    AddCommitOptions(options, commit_, {.guard = true, .plan = false, .typed_guard = true});
  }
  [[nodiscard]] std::vector<Column> Columns() const override { return ChangeColumns(); }

 protected:
  Result<std::unique_ptr<PlannedRun>> MakePlan(const Invocation& invocation,
                                               const maintenance::PlanningContext& context,
                                               const delta::SnapshotPtr&) override {
    std::vector<plan::Plan> plans;
    for (const std::string& file : files_) {
      URSA_TRY(plan::Plan plan,
               ReadNamedPlan(invocation.process.working_directory / file, context.spool));
      if (plan.Header().catalog_uri != context.catalog.Uri()) {
        return Refuse("plan_other_catalog",
                      fmt::format("the plan {} is for the catalog {}, not for {}", file,
                                  plan.Header().catalog_uri, context.catalog.Uri()));
      }
      plans.push_back(std::move(plan));
    }
    URSA_TRY(plan::Plan joined,
             plan::JoinPlans(std::move(plans), commit_.max_changes, context.spool));
    URSA_TRY(const ProductionGuard guard, GuardOfPlan(context.catalog, joined.Header()));
    return std::make_unique<SavedRun>(std::move(joined), guard);
  }

 private:
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Command> MakeRuns() { return std::make_unique<Runs>(); }
std::unique_ptr<Command> MakeRestore() { return std::make_unique<Restore>(); }
std::unique_ptr<Command> MakePlanShow() { return std::make_unique<PlanShow>(); }
std::unique_ptr<Command> MakeApply() { return std::make_unique<Apply>(); }

}  // namespace ursa::cli
