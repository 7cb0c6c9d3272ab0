// ingest. Source: commands.md, "Catalog and ingest".

#include "cli/all_commands.h"
#include "cli/ingest_settings.h"
#include "cli/laboratory.h"
#include "cli/participant_settings.h"
#include "cli/planned_command.h"
#include "cli/problem_json.h"
#include "maintenance/finished_journals.h"
#include "maintenance/ingest_recordings.h"

namespace ursa::cli {
namespace {

using ingest::IngestCandidate;

Json RowJson(const IngestCandidate& row, std::string_view action,
             const std::vector<ingest::Problem>& problems) {
  const std::string& hash = row.recording.recording_hash;
  return Json{{"recording_id", row.recording_id},
              {"action", action},
              {"recording_hash", hash.empty() ? Json(nullptr) : Json(hash)},
              {"problems", ProblemsJson(problems)}};
}

class IngestRun final : public PlannedRun {
 public:
  explicit IngestRun(maintenance::IngestRunPlan plan) : plan_(std::move(plan)) {}

  [[nodiscard]] const plan::Plan& ThePlan() const override { return plan_.plan; }

  void ShowRows(Report& report, const std::vector<plan::Fate>* fates) const override {
    fates = fates == nullptr ? Foreseen() : fates;
    for (const IngestCandidate& row : plan_.rows) {
      std::string_view action = ingest::IngestActionName(row.action);
      std::vector<ingest::Problem> problems = row.problems;
      if (fates != nullptr && row.change) {
        action = ActionAfter(action, (*fates)[*row.change]);
        if (const auto differ = maintenance::FindModalitiesThatDiffer(row, *fates)) {
          action = ActionAfter(action, plan::Fate::kChangedSincePlan);
          problems.push_back(*differ);
        }
      }
      report.Row({RowJson(row, action, problems), true, NeedsPerson(problems)});
    }
  }

  Result<void> Foresee(const maintenance::PlanningContext& context) override {
    URSA_TRY(foreseen_, plan::Foresee(plan_.plan, context.catalog, context.jobs, context.stop));
    return {};
  }
  [[nodiscard]] const std::vector<plan::Fate>* Foreseen() const override {
    return foreseen_ ? &*foreseen_ : nullptr;
  }

  // Of what is in the catalog now, reconstruct-all-recent may have left a journal.
  Result<void> TidyUp(store::ObjectStore& assets,
                      const std::vector<plan::Fate>& fates) const override {
    std::vector<std::string> ids;
    for (const IngestCandidate& row : plan_.rows) {
      const bool is_in = row.change && (fates[*row.change] == plan::Fate::kCommitted ||
                                        fates[*row.change] == plan::Fate::kAlready);
      if (is_in || row.action == ingest::IngestAction::kAlready) {
        ids.push_back(row.recording_id);
      }
    }
    return maintenance::RemoveJournals(ids, assets);
  }

  [[nodiscard]] Json Counts() const override {
    const maintenance::IngestCounts& counts = plan_.counts;
    return Json{{"ingested", counts.ingested},
                {"already", counts.already},
                {"rows_refused", counts.refused},
                {"failed", counts.failed}};
  }

 private:
  const maintenance::IngestRunPlan plan_;
  std::optional<std::vector<plan::Fate>> foreseen_;
};

CommandInfo Info() {
  return {.name = "ingest",
          .section = CommandSection::kCatalog,
          .summary = "take recordings from the raw bucket into the catalog",
          .description =
              "Makes a recording's rows from its manifest: the recording and one modality a\n"
              "worker and slug. The manifest has to have recording_hash, started_at and files,\n"
              "and every file has to be there in the size that it says; no data file is\n"
              "downloaded. The duration is derived from the raw streams. A recording with a\n"
              "session.lock is refused. Without --commit nothing is written.",
          .examples = {{"Look at what would be ingested", "ingest rec_20260507_143022_a1b2"},
                       {"Ingest it", "ingest rec_20260507_143022_a1b2 --commit"}}};
}

class Ingest final : public PlannedCommand {
 public:
  Ingest() : PlannedCommand(Info(), catalog::kRecordings) {}

  void Configure(Options& options) override {
    options.Arguments("RECORDING_ID", "a recording of the raw bucket", options_.recording_ids);
    AddCommitOptions(options, commit_);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {WholeColumn("recording", "recording_id"), WholeColumn("action", "action"),
            TextColumn("hash", "recording_hash"), ProblemsColumn()};
  }

 protected:
  Result<void> Prepare(const Invocation& invocation, const Profile& profile) override {
    URSA_TRY(options_.timezone, RigTimezoneOf(profile));
    URSA_TRY(canonicalizer_, LoadCanonicalizer(invocation.process, profile, std::nullopt));
    options_.canonicalizer = &*canonicalizer_;
    options_.raw_location = RawLocation(profile);
    options_.max_changes = commit_.max_changes;
    return {};
  }

  Result<std::unique_ptr<PlannedRun>> MakePlan(const Invocation& /*invocation*/,
                                               const maintenance::PlanningContext& context,
                                               const delta::SnapshotPtr& /*table*/) override {
    URSA_TRY(auto plan, maintenance::PlanIngest(context, options_));
    return std::make_unique<IngestRun>(std::move(plan));
  }

 private:
  maintenance::IngestOptions options_;
  std::optional<participants::Canonicalizer> canonicalizer_;
};

}  // namespace

std::unique_ptr<Command> MakeIngest() { return std::make_unique<Ingest>(); }

}  // namespace ursa::cli
