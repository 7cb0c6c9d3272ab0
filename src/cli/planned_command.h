// The pattern of every command that changes rows: plan, show, and commit where that is asked for.
//
//   class FixDurations final : public PlannedCommand {
//     Result<std::unique_ptr<PlannedRun>> MakePlan(context, table) override;
//   };
//
// PlannedCommand opens the stores (for a dry run ones that can't write), begins the report, calls
// MakePlan, applies the plan under --commit, shows the rows with what became of them, and tells the
// summary's common members. A refusal shows the rows too: they are why.
// Source: docs/design.md, "The one idea"; commands.md, "Plans, guards, undo".
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/option_groups.h"
#include "maintenance/planning.h"
#include "plan/apply.h"
#include "plan/plan.h"
#include "plan/unfinished.h"

namespace ursa::cli {

// What a commit on production needs besides --commit.
enum class ProductionGuard {
  kFlag,       // --i-know-this-targets-prod
  kTypedName,  // --confirm-prod, and the assets bucket's name typed at the terminal
};

// The guard of the command that made a plan, which whatever applies the plan needs too; of a
// restore's plan that of the runs that it takes back.
Result<ProductionGuard> GuardOfPlan(const catalog::Catalog& catalog,
                                    const plan::PlanHeader& header);

// Finishes what earlier runs of a command left between two tables, and tells of it.
plan::FinishedRuns FinishUnfinishedRuns(const Invocation& invocation,
                                        const std::vector<plan::UnfinishedRun>& runs,
                                        catalog::Writer& writer);
// Tells in a summary, which has `committed` and `run_id` of the command's own run, what else was
// written.
void TellOfFinishedRuns(Json& summary, const plan::FinishedRuns& finished);
// What a dry run says of them.
void TellOfUnfinishedRuns(Report& report, const std::vector<plan::UnfinishedRun>& runs);

// A plan and what its command has to say about it.
class PlannedRun {
 public:
  virtual ~PlannedRun() = default;
  [[nodiscard]] virtual const plan::Plan& ThePlan() const = 0;
  // Tells the rows; `fates`, of the plan's changes, is null for a dry run and a refused commit.
  virtual void ShowRows(Report& report, const std::vector<plan::Fate>* fates) const = 0;
  [[nodiscard]] virtual ProductionGuard Guard() const { return ProductionGuard::kFlag; }
  // The last step before a commit that changes rows, once nothing refuses it any more.
  virtual Result<void> BeforeCommit(const Invocation& /*invocation*/) { return {}; }
  // Looks at the catalog again after a commit, a refused or failed one too, for what the summary
  // says of it.
  virtual Result<void> LookAfterCommit(const maintenance::PlanningContext& /*context*/) {
    return {};
  }
  // Removes what nobody needs once the plan is committed; `fates` are of its changes.
  virtual Result<void> TidyUp(store::ObjectStore& /*assets*/,
                              const std::vector<plan::Fate>& /*fates*/) const {
    return {};
  }
  // Looks what would become of the plan's changes with the catalog as it is. Called where they are
  // not committed; a plan that was made just now has nothing to look for.
  virtual Result<void> Foresee(const maintenance::PlanningContext& /*context*/) { return {}; }
  // What Foresee found; null: all of the changes would be committed.
  [[nodiscard]] virtual const std::vector<plan::Fate>* Foreseen() const { return nullptr; }
  // The summary's members that are the command's own, in their order.
  [[nodiscard]] virtual Json Counts() const = 0;
};

class PlannedCommand : public Command {
 public:
  // `main_table`: whose version and row count the first line and the summary have.
  PlannedCommand(CommandInfo info, std::string_view main_table)
      : Command(std::move(info)), main_table_(main_table) {}

  Result<void> Run(Invocation& invocation) final;

 protected:
  // Reads what the operator named, before any store is opened.
  virtual Result<void> Prepare(const Invocation& /*invocation*/, const Profile& /*profile*/) {
    return {};
  }
  // Plans, with stores that can't write. `table` is the main table's snapshot; null where the
  // catalog has no such table yet, which is never so of `recordings`.
  virtual Result<std::unique_ptr<PlannedRun>> MakePlan(const Invocation& invocation,
                                                       const maintenance::PlanningContext& context,
                                                       const delta::SnapshotPtr& table) = 0;

  CommitOptions commit_;

 private:
  struct Opened;
  Result<void> DryRun(Invocation& invocation, const Profile& profile);
  Result<void> Commit(Invocation& invocation, const Profile& profile);
  static maintenance::PlanningContext ContextOf(Invocation& invocation, const Opened& opened);
  // Finishes what earlier runs of the command left between two tables, and plans again.
  Result<void> FinishEarlierRuns(Invocation& invocation, const Opened& opened,
                                 catalog::Writer& writer,
                                 const std::vector<plan::UnfinishedRun>& unfinished,
                                 std::unique_ptr<PlannedRun>& run,
                                 std::vector<plan::Refusal>& refusals);
  // The unfinished runs of the plan's command, itself aside.
  static Result<std::vector<plan::UnfinishedRun>> FindUnfinishedRuns(
      const catalog::Catalog& catalog, const PlannedRun& run);
  Result<std::unique_ptr<PlannedRun>> Begin(Invocation& invocation, const Opened& opened);
  [[nodiscard]] Result<std::vector<plan::Refusal>> Refusals(const Opened& opened,
                                                            const PlannedRun& run) const;
  [[nodiscard]] Json VersionOfMainTable(const Opened& opened, const plan::Plan& plan,
                                        const std::map<std::string, int64_t>& versions) const;
  void Summarize(Invocation& invocation, const Opened& opened, const PlannedRun& run,
                 const std::vector<plan::Refusal>& refusals,
                 const plan::ApplyOutcome* outcome) const;
  [[nodiscard]] plan::Guards GuardsOf(Environment environment, const PlannedRun& run) const;
  // Asks for the assets bucket's name where the run's guard wants it typed.
  static Result<void> Confirm(const Invocation& invocation, const Opened& opened,
                              const PlannedRun& run);

  const std::string main_table_;
  plan::FinishedRuns finished_;  // that others had left between two tables
};

// The first refusal of each rule.
std::vector<plan::Refusal> EachOnce(std::vector<plan::Refusal> refusals);

// Ends a dry run: with the command line that commits it, or with what stands in its way. The
// production guard does not: its `flag` is in the command line.
void OfferOrTell(const Invocation& invocation, Environment environment, const std::string& flag,
                 const std::vector<plan::Refusal>& refusals);

// The action of a row whose change met this fate; `planned` where the fate says nothing new.
std::string_view ActionAfter(std::string_view planned, plan::Fate fate);

}  // namespace ursa::cli
