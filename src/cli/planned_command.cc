#include "cli/planned_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "cli/catalog_session.h"
#include "maintenance/backfill_participants.h"
#include "plan/plan_reader.h"
#include "plan/runs.h"

namespace ursa::cli {

// What a run works on, whether it may write or not.
struct PlannedCommand::Opened {
  const Profile& profile;
  Environment environment;
  const store::ReadableStore& raw;
  catalog::Catalog catalog;
  delta::SnapshotPtr table;  // null: the catalog has no such table yet
};

namespace {

std::string FlagOf(ProductionGuard guard) {
  return guard == ProductionGuard::kTypedName ? "--confirm-prod" : "--i-know-this-targets-prod";
}

}  // namespace

Result<ProductionGuard> GuardOfPlan(const catalog::Catalog& catalog,
                                    const plan::PlanHeader& header) {
  if (header.command == maintenance::kBackfillParticipants) {
    return ProductionGuard::kTypedName;
  }
  if (header.marks.empty()) {
    return ProductionGuard::kFlag;
  }
  URSA_TRY(const std::vector<plan::Run> runs, plan::ListRuns(catalog));
  const bool is_typed = std::any_of(runs.begin(), runs.end(), [&](const plan::Run& run) {
    return run.command == maintenance::kBackfillParticipants && header.marks.contains(run.run_id);
  });
  return is_typed ? ProductionGuard::kTypedName : ProductionGuard::kFlag;
}

std::string_view ActionAfter(std::string_view planned, plan::Fate fate) {
  switch (fate) {
    case plan::Fate::kAlready:
      return "already";
    case plan::Fate::kChangedSincePlan:
      return "changed_since_plan";
    case plan::Fate::kPending:
    case plan::Fate::kCommitted:
      break;
  }
  return planned;
}

Result<void> PlannedCommand::Run(Invocation& invocation) {
  URSA_TRY(const Profile profile, invocation.LoadProfile());
  URSA_CHECK(Prepare(invocation, profile));
  return commit_.commit ? Commit(invocation, profile) : DryRun(invocation, profile);
}

plan::Guards PlannedCommand::GuardsOf(Environment environment, const PlannedRun& run) const {
  const bool typed = run.Guard() == ProductionGuard::kTypedName;
  plan::Guards guards;
  guards.targets_production = environment == Environment::kProduction;
  guards.production_confirmed = typed ? commit_.confirm_production : commit_.targets_production;
  guards.production_flag = FlagOf(run.Guard());
  guards.expected_changes_digest = commit_.expect;
  return guards;
}

Result<void> PlannedCommand::Confirm(const Invocation& invocation, const Opened& opened,
                                     const PlannedRun& run) {
  if (opened.environment != Environment::kProduction ||
      run.Guard() != ProductionGuard::kTypedName) {
    return {};
  }
  const std::string name = AssetsName(opened.profile);
  if (!invocation.process.ask) {
    return Refuse("confirmation", "nobody can be asked for the assets bucket's name");
  }
  URSA_TRY_CONTEXT(
      const std::string typed,
      invocation.process.ask(fmt::format(
          "\nThis writes {} changes to the production catalog {}.\n"
          "Type the name of its assets bucket to go on (of a directory: its root, as ursa.toml has "
          "it): ",
          run.ThePlan().Count(), EscapeForDisplay(opened.catalog.Uri()))),
      "asking for the assets bucket's name; nothing was written");
  if (typed != name) {
    return Refuse("confirmation",
                  "what was typed is not the name of the assets bucket; nothing was written");
  }
  return {};
}

maintenance::PlanningContext PlannedCommand::ContextOf(Invocation& invocation,
                                                       const Opened& opened) {
  return {opened.catalog,
          opened.raw,
          SpoolOf(invocation.process),
          EngineInfo(),
          invocation.Jobs(opened.profile),
          invocation.process.stop,
          invocation.process.clock,
          invocation.progress};
}

Result<std::unique_ptr<PlannedRun>> PlannedCommand::Begin(Invocation& invocation,
                                                          const Opened& opened) {
  invocation.report.Begin(
      opened.table == nullptr
          ? MakeRunInfo(opened.profile, opened.environment, opened.catalog)
          : MakeRunInfo(opened.profile, opened.environment, opened.catalog, *opened.table));
  return MakePlan(invocation, ContextOf(invocation, opened), opened.table);
}

std::vector<plan::Refusal> EachOnce(std::vector<plan::Refusal> refusals) {
  std::vector<plan::Refusal> first_of_each;
  for (plan::Refusal& refusal : refusals) {
    if (std::ranges::find(first_of_each, refusal.rule, &plan::Refusal::rule) ==
        first_of_each.end()) {
      first_of_each.push_back(std::move(refusal));
    }
  }
  return first_of_each;
}

// The rules that would refuse the commit as things stand, each once.
Result<std::vector<plan::Refusal>> PlannedCommand::Refusals(const Opened& opened,
                                                            const PlannedRun& run) const {
  std::vector<plan::Refusal> all;
  if (opened.catalog.IsReadOnly()) {
    all.push_back({"prefix_pinned", "the configured prefix is not the active catalog"});
  }
  for (plan::Refusal& refusal :
       plan::WouldRefuse(run.ThePlan(), GuardsOf(opened.environment, run))) {
    all.push_back(std::move(refusal));
  }
  URSA_TRY(const auto more, plan::WouldNotFit(run.ThePlan(), opened.catalog));
  all.insert(all.end(), more.begin(), more.end());
  return EachOnce(std::move(all));
}

// A plan of another command may be about other tables than this one's main table; then it is the
// first that it changes.
Json PlannedCommand::VersionOfMainTable(const Opened& opened, const plan::Plan& plan,
                                        const std::map<std::string, int64_t>& versions) const {
  std::string name = main_table_;
  if (plan.Count() > 0 && plan.ChangesOf(name).empty()) {
    const auto changed = std::ranges::find_if(
        catalog::AllTables(),
        [&](const catalog::TableDefinition& table) { return !plan.ChangesOf(table.name).empty(); });
    name = changed->name;
  }
  if (versions.contains(name)) {
    return versions.at(name);
  }
  const delta::SnapshotPtr table =
      name == main_table_ ? opened.table : opened.catalog.Table(name).value_or(nullptr);
  return table == nullptr ? Json(nullptr) : Json(table->version);
}

void PlannedCommand::Summarize(Invocation& invocation, const Opened& opened, const PlannedRun& run,
                               const std::vector<plan::Refusal>& refusals,
                               const plan::ApplyOutcome* outcome) const {
  const plan::Plan& plan = run.ThePlan();
  Json summary = run.Counts();
  Json would_refuse = Json::array();
  for (const plan::Refusal& refusal : refusals) {
    would_refuse.push_back(refusal.rule);
  }
  summary["dry_run"] = !commit_.commit;
  summary["would_refuse"] = std::move(would_refuse);
  summary["committed"] = outcome == nullptr ? 0 : outcome->committed;
  plan::FinishedRuns finished = finished_;
  if (outcome != nullptr) {
    finished.Add({{}, 0, {}, outcome->table_versions});
    finished.Add(outcome->finished);
  }
  summary["table_version"] = VersionOfMainTable(opened, plan, finished.table_versions);
  summary["run_id"] =
      outcome == nullptr || outcome->run_id.empty() ? Json(nullptr) : Json(outcome->run_id);
  const std::vector<plan::Fate>* fates = outcome == nullptr ? run.Foreseen() : &outcome->fates;
  const auto count = [&](plan::Fate fate) {
    return fates == nullptr ? 0 : std::count(fates->begin(), fates->end(), fate);
  };
  TellOfFinishedRuns(summary, finished);
  summary["changed_since_plan"] = count(plan::Fate::kChangedSincePlan);
  // A command may know of more that was there already than its plan does.
  summary["already"] = summary.value("already", int64_t{0}) + count(plan::Fate::kAlready);
  summary["plan_digest"] = plan.PlanDigest();
  summary["changes_digest"] = plan.ChangesDigest();
  invocation.report.Summary(std::move(summary));
}

void OfferOrTell(const Invocation& invocation, Environment environment, const std::string& flag,
                 const std::vector<plan::Refusal>& refusals) {
  bool refused = false;
  for (const plan::Refusal& refusal : refusals) {
    if (refusal.rule != "production") {
      invocation.report.Note(
          fmt::format("The commit would be refused ({}): {}", refusal.rule, refusal.message));
      refused = true;
    }
  }
  if (!refused) {
    invocation.OfferCommit(environment, flag);
  }
}

plan::FinishedRuns FinishUnfinishedRuns(const Invocation& invocation,
                                        const std::vector<plan::UnfinishedRun>& runs,
                                        catalog::Writer& writer) {
  std::vector<Error> errors;
  auto finished = plan::FinishRuns(runs, writer, SpoolOf(invocation.process), errors);
  for (const Error& error : errors) {
    invocation.report.Note(error.ToString());
  }
  for (const std::string& run_id : finished.plan_ids) {
    invocation.report.Note("Finished the run " + run_id + ", which died between two tables.");
  }
  return finished;
}

void TellOfFinishedRuns(Json& summary, const plan::FinishedRuns& finished) {
  summary["committed"] = summary["committed"].get<uint64_t>() + finished.committed;
  if (summary["run_id"].is_null() && !finished.last_written.empty()) {
    summary["run_id"] = plan::RunOfPlan(finished.last_written);
  }
  if (!finished.plan_ids.empty()) {
    summary["finished_runs"] = finished.plan_ids;
  }
}

void TellOfUnfinishedRuns(Report& report, const std::vector<plan::UnfinishedRun>& runs) {
  for (const plan::UnfinishedRun& run : runs) {
    report.Note("The run " + run.plan_id +
                " died between two tables: --commit finishes it first, and does under its own "
                "name what is left.");
  }
}

Result<std::vector<plan::UnfinishedRun>> PlannedCommand::FindUnfinishedRuns(
    const catalog::Catalog& catalog, const PlannedRun& run) {
  const plan::Plan& plan = run.ThePlan();
  return plan::FindUnfinishedRuns(catalog, plan.Header().command, plan.RunId());
}

Result<void> PlannedCommand::FinishEarlierRuns(Invocation& invocation, const Opened& opened,
                                               catalog::Writer& writer,
                                               const std::vector<plan::UnfinishedRun>& unfinished,
                                               std::unique_ptr<PlannedRun>& run,
                                               std::vector<plan::Refusal>& refusals) {
  finished_ = FinishUnfinishedRuns(invocation, unfinished, writer);
  if (finished_.plan_ids.empty()) {
    return {};
  }
  // What was expected was looked at before this.
  commit_.expect.reset();
  URSA_TRY(const delta::SnapshotPtr table, opened.catalog.TableIfAny(main_table_));
  URSA_TRY(run, MakePlan(invocation, ContextOf(invocation, opened), table));
  URSA_TRY(refusals, Refusals(opened, *run));
  return {};
}

Result<void> PlannedCommand::DryRun(Invocation& invocation, const Profile& profile) {
  if (commit_.plan_out) {
    URSA_CHECK(CheckNewPlanFile(invocation.process.working_directory / *commit_.plan_out));
  }
  URSA_TRY(const Laboratory laboratory, OpenLaboratory(invocation, profile));
  URSA_TRY(catalog::Catalog catalog,
           catalog::Catalog::Open(*laboratory.assets, profile.catalog_prefix));
  URSA_TRY(delta::SnapshotPtr table, catalog.TableIfAny(main_table_));
  const Opened opened{profile, laboratory.environment, *laboratory.raw, std::move(catalog),
                      std::move(table)};
  URSA_TRY(const auto run, Begin(invocation, opened));
  URSA_CHECK(run->Foresee(ContextOf(invocation, opened)));
  run->ShowRows(invocation.report, nullptr);
  URSA_TRY(const auto refusals, Refusals(opened, *run));
  Summarize(invocation, opened, *run, refusals, nullptr);
  if (commit_.plan_out) {
    auto written = plan::WritePlanFile(invocation.process.working_directory / *commit_.plan_out,
                                       run->ThePlan());
    if (!written && written.error().code == ErrorCode::kAlreadyExists) {
      written.error().code = ErrorCode::kUsage;
    }
    URSA_CHECK(written);
  }
  URSA_TRY(const auto unfinished, FindUnfinishedRuns(opened.catalog, *run));
  TellOfUnfinishedRuns(invocation.report, unfinished);
  if (run->ThePlan().Count() > 0) {
    OfferOrTell(invocation, opened.environment, FlagOf(run->Guard()), refusals);
  }
  return {};
}

Result<void> PlannedCommand::Commit(Invocation& invocation, const Profile& profile) {
  URSA_TRY(const WritableLaboratory laboratory, OpenWritableLaboratory(invocation, profile));
  URSA_TRY(catalog::Catalog catalog,
           catalog::Catalog::Open(*laboratory.assets, profile.catalog_prefix));
  URSA_TRY(delta::SnapshotPtr table, catalog.TableIfAny(main_table_));
  const Opened opened{profile, laboratory.environment, *laboratory.raw, catalog, std::move(table)};
  URSA_TRY(auto run, Begin(invocation, opened));
  // Asked before the commit: what refuses it then is what the summary names.
  URSA_TRY(auto refusals, Refusals(opened, *run));
  if (!refusals.empty()) {
    URSA_CHECK(run->Foresee(ContextOf(invocation, opened)));
  }
  const auto apply = [&]() -> Result<plan::ApplyOutcome> {
    URSA_TRY(
        catalog::Writer writer,
        catalog::Writer::Open(*laboratory.assets, catalog,
                              WriteContextOf(invocation, profile, commit_.commit_timeout_seconds)));
    URSA_TRY(const auto unfinished, FindUnfinishedRuns(opened.catalog, *run));
    if (refusals.empty() && (run->ThePlan().Count() > 0 || !unfinished.empty())) {
      URSA_CHECK(Confirm(invocation, opened, *run));
      URSA_CHECK(FinishEarlierRuns(invocation, opened, writer, unfinished, run, refusals));
    }
    if (refusals.empty() && run->ThePlan().Count() > 0) {
      URSA_CHECK(run->BeforeCommit(invocation));
    }
    invocation.progress.Begin("committing", "rows", run->ThePlan().Count());
    return plan::Apply(run->ThePlan(), GuardsOf(opened.environment, *run), writer);
  };
  const auto outcome = apply();
  if (const auto looked = run->LookAfterCommit(ContextOf(invocation, opened)); !looked) {
    invocation.log.Write("looking at the catalog after the commit: " + looked.error().ToString());
  }
  if (outcome) {
    if (const auto tidied = run->TidyUp(*laboratory.assets, outcome->fates); !tidied) {
      invocation.log.Write("the commit holds; after it: " + tidied.error().ToString());
    }
  }
  run->ShowRows(invocation.report, outcome ? &outcome->fates : nullptr);
  Summarize(invocation, opened, *run, refusals, outcome ? &*outcome : nullptr);
  if (!outcome) {
    return tl::unexpected(outcome.error());
  }
  if (outcome->stopped_by) {
    return tl::unexpected(*outcome->stopped_by);
  }
  return SettleFollowUps(invocation.log, outcome->follow_up_errors);
}

}  // namespace ursa::cli
