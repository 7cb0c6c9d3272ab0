#include "plan/apply.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/deletes.h"
#include "plan/rollback.h"
#include "plan/runs.h"
#include "plan/runs_table.h"
#include "plan/table_source.h"

namespace ursa::plan {
namespace {

using catalog::TableDefinition;

Result<void> CheckMayCommit(const Plan& plan, const Guards& guards, const catalog::Writer& writer) {
  std::vector<Refusal> refusals = WouldRefuse(plan, guards);
  if (refusals.empty()) {
    URSA_TRY(refusals, WouldNotFit(plan, writer.Tables()));
  }
  if (!refusals.empty()) {
    return ErrorOf(refusals.front());
  }
  return {};
}

std::vector<delta::Transaction> TransactionsOf(const Plan& plan) {
  std::vector<delta::Transaction> transactions{{plan.RunId(), kRunApplied, std::nullopt}};
  for (const auto& [run_id, version] : plan.Header().marks) {
    transactions.push_back({run_id, version, std::nullopt});
  }
  return transactions;
}

// A recording's row is its commit mark: it comes last, and where rows are deleted it goes first.
std::vector<const TableDefinition*> TablesInOrder(const Plan& plan) {
  std::vector<const TableDefinition*> tables;
  for (const TableDefinition& table : catalog::AllTables()) {
    if (!plan.ChangesOf(table.name).empty()) {
      tables.push_back(&table);
    }
  }
  if (!plan.Deletes().empty()) {
    std::reverse(tables.begin(), tables.end());
  }
  return tables;
}

// A plan on its way into the catalog.
class Applier {
 public:
  // `helps`: finishes other runs that turn out to do the same work.
  Applier(const Plan& plan, catalog::Writer& writer, bool helps)
      : application_{plan, writer, std::vector<Fate>(plan.Count(), Fate::kPending),
                     {},   {},     ForbiddenDeletes(plan),
                     {},   {}},
        helps_(helps) {}

  Result<ApplyOutcome> Run() {
    const Plan& plan = application_.plan;
    for (const TableDefinition* table : TablesInOrder(plan)) {
      auto committed = Commit(*table);
      if (!committed && outcome_.rollback_uris.empty()) {
        return Propagate(std::move(committed).error());
      }
      if (!committed) {
        StopBy(std::move(committed).error());
        break;
      }
    }
    if (!outcome_.stopped_by && plan.Count() > 0) {
      if (auto recorded = CompleteRunsTable(application_.writer, plan, committed_versions_);
          !recorded) {
        recorded.error().context.emplace_back("recording the run in maintenance_runs");
        outcome_.follow_up_errors.push_back(std::move(recorded).error());
      }
    }
    CountFates();
    return std::move(outcome_);
  }

 private:
  Result<void> Commit(const TableDefinition& table) {
    const Plan& plan = application_.plan;
    URSA_CHECK(WithholdDeletes());
    TableSource source(application_, table);
    auto merged =
        application_.writer.Merge(table, source, plan.Header().command, TransactionsOf(plan));
    if (!merged) {
      source.Forget();
      return Propagate(std::move(merged).error());
    }
    application_.done.insert(table.name);
    if (helps_ && FoundWorkOfAnother(table)) {
      FinishOthers();
    }
    outcome_.table_versions[table.name] = merged->version;
    if (merged->committed) {
      committed_versions_[table.name] = merged->version;
      outcome_.run_id = plan.RunId();
      const std::string uri = application_.writer.Assets().Uri() + "/" + application_.rollback_key;
      if (outcome_.rollback_uris.empty() || outcome_.rollback_uris.back() != uri) {
        outcome_.rollback_uris.push_back(uri);
      }
    }
    if (merged->follow_up_error) {
      outcome_.follow_up_errors.push_back(std::move(*merged->follow_up_error));
    }
    return {};
  }

  // Whether rows were as the plan wants them, and not by this run.
  [[nodiscard]] bool FoundWorkOfAnother(const TableDefinition& table) const {
    const std::vector<size_t>& changes = application_.plan.ChangesOf(table.name);
    return !application_.applied_before.contains(table.name) &&
           std::ranges::any_of(changes, [&](size_t change) {
             return application_.fates[change] == Fate::kAlready;
           });
  }

  // Another run is on the same work and may be between two tables, alive or dead. Left alone, one
  // would have committed the first table and the other the second, and neither could be undone.
  void FinishOthers() {
    const Plan& plan = application_.plan;
    const auto runs =
        FindUnfinishedRuns(application_.writer.Tables(), plan.Header().command, plan.RunId());
    if (!runs) {
      outcome_.follow_up_errors.push_back(runs.error());
      return;
    }
    outcome_.finished.Add(
        FinishRuns(*runs, application_.writer, plan.Spooling(), outcome_.follow_up_errors));
  }

  // Before each table, as what was dropped in one may hold rows of the next.
  Result<void> WithholdDeletes() {
    const catalog::WriteContext& context = application_.writer.Context();
    URSA_CHECK(application_.deletes.Refresh(application_.writer.Tables(),
                                            {application_.done, context.jobs, context.stop}));
    for (const size_t change : application_.plan.Deletes()) {
      Fate& fate = application_.fates[change];
      fate = fate == Fate::kPending && application_.deletes.Forbids(change)
                 ? Fate::kChangedSincePlan
                 : fate;
    }
    return {};
  }

  void StopBy(Error error) {
    std::string what = "what was committed before stays:";
    for (const auto& [table, version] : outcome_.table_versions) {
      what += fmt::format(" version {} of {};", version, table);
    }
    error.context.push_back(what + " applying the same plan again does the rest");
    // What was written is no refusal any more.
    error.code = error.code == ErrorCode::kRefused ? ErrorCode::kConflict : error.code;
    outcome_.stopped_by = std::move(error);
  }

  void CountFates() {
    outcome_.fates = std::move(application_.fates);
    for (const Fate fate : outcome_.fates) {
      outcome_.committed += fate == Fate::kCommitted ? 1 : 0;
      outcome_.already += fate == Fate::kAlready ? 1 : 0;
      outcome_.changed_since_plan += fate == Fate::kChangedSincePlan ? 1 : 0;
    }
  }

  Application application_;
  const bool helps_;
  std::map<std::string, int64_t> committed_versions_;  // by table
  ApplyOutcome outcome_;
};

}  // namespace

Result<std::vector<Refusal>> WouldNotFit(const Plan& plan, const catalog::Catalog& catalog) {
  const PlanHeader& header = plan.Header();
  if (header.catalog_uri != catalog.Uri()) {
    return std::vector<Refusal>{
        {"plan_other_catalog",
         "the plan is for the catalog " + header.catalog_uri + ", not for " + catalog.Uri()}};
  }
  std::vector<Refusal> refusals;
  URSA_TRY(const auto tables, LoadTablesOf(plan, catalog));
  for (const auto& [name, snapshot] : tables) {
    const auto base = header.tables.find(name);
    if (base != header.tables.end() && base->second.id != snapshot->metadata.id) {
      refusals.push_back({"plan_other_catalog",
                          "the table " + snapshot->table_path +
                              " is another one than the plan was made from: make a new plan"});
    }
    std::vector<std::string> run_ids{plan.RunId()};
    for (const auto& [run_id, version] : header.marks) {
      if (!header.TakesBack()) {
        run_ids.push_back(run_id);
      }
    }
    for (const std::string& run_id : run_ids) {
      const auto transaction = snapshot->transactions.find(run_id);
      if (transaction != snapshot->transactions.end() &&
          transaction->second.version == kRunUndone) {
        refusals.push_back({"plan_undone", "this plan was applied and undone: make a new plan"});
        return refusals;
      }
    }
    if (auto open = catalog::CheckNotSealed(*snapshot); !open) {
      refusals.push_back({open.error().rule, open.error().message});
    }
  }
  URSA_TRY(const auto unmergeable, WouldNotMerge(plan, tables));
  refusals.insert(refusals.end(), unmergeable.begin(), unmergeable.end());
  return refusals;
}

Result<ApplyOutcome> Apply(const Plan& plan, const Guards& guards, catalog::Writer& writer) {
  URSA_CHECK(CheckMayCommit(plan, guards, writer));
  return Applier(plan, writer, TablesInOrder(plan).size() > 1).Run();
}

namespace {

// The rest of a run that began with the guards and brakes of its own.
Result<void> FinishRun(const UnfinishedRun& run, catalog::Writer& writer, const SpoolOptions& spool,
                       FinishedRuns& finished) {
  URSA_TRY(const Plan plan, ReadRollback(writer.Tables(), run.rollback_key, spool));
  URSA_TRY(const auto refusals, WouldNotFit(plan, writer.Tables()));
  if (!refusals.empty()) {
    return ErrorOf(refusals.front());
  }
  URSA_TRY(const ApplyOutcome outcome, Applier(plan, writer, false).Run());
  finished.Add({{}, outcome.committed, outcome.run_id, outcome.table_versions});
  if (outcome.stopped_by) {
    return tl::unexpected(*outcome.stopped_by);
  }
  return outcome.follow_up_errors.empty() ? Result<void>()
                                          : tl::unexpected(outcome.follow_up_errors.front());
}

}  // namespace

FinishedRuns FinishRuns(const std::vector<UnfinishedRun>& runs, catalog::Writer& writer,
                        const SpoolOptions& spool, std::vector<Error>& errors) {
  FinishedRuns finished;
  for (const UnfinishedRun& run : runs) {
    if (auto done = FinishRun(run, writer, spool, finished); done) {
      finished.plan_ids.push_back(run.plan_id);
    } else {
      done.error().context.push_back("finishing the run " + run.plan_id +
                                     ", which died between two tables");
      errors.push_back(std::move(done).error());
    }
  }
  return finished;
}

}  // namespace ursa::plan
