// fix-durations-inplace. Source: commands.md, "fix-durations-inplace".

#include "cli/all_commands.h"
#include "cli/planned_command.h"
#include "cli/problem_json.h"
#include "maintenance/fix_durations.h"

namespace ursa::cli {
namespace {

using maintenance::DurationAction;
using maintenance::DurationRow;

Json RowJson(const DurationRow& row, std::string_view action) {
  Json streams = Json::object();
  for (size_t i = 0; i < row.streams.size(); ++i) {
    streams[std::string(recovery::StreamName(static_cast<recovery::Stream>(i)))] =
        TimeJson(row.streams[i]);
  }
  return Json{{"recording_id", row.recording_id},
              {"recording_hash", row.recording_hash},
              {"action", action},
              {"stored_duration_s", SecondsJson(row.stored)},
              {"derived_duration_s", SecondsJson(row.derived)},
              {"delta_s", SecondsJson(row.Delta())},
              {"end_time", TimeJson(row.end)},
              {"end_source", row.end_source.empty() ? Json(nullptr) : Json(row.end_source)},
              {"streams", std::move(streams)},
              {"problems", ProblemsJson(row.problems)}};
}

class DurationsRun final : public PlannedRun {
 public:
  explicit DurationsRun(maintenance::DurationPlan plan) : plan_(std::move(plan)) {}

  [[nodiscard]] const plan::Plan& ThePlan() const override { return plan_.plan; }

  void ShowRows(Report& report, const std::vector<plan::Fate>* fates) const override {
    for (const DurationRow& row : plan_.rows) {
      std::string_view action = maintenance::ActionName(row.action);
      if (fates != nullptr && row.change) {
        action = ActionAfter(action, (*fates)[*row.change]);
      }
      report.Row(action, row.action != DurationAction::kUnchanged, false,
                 [&] { return RowJson(row, action); });
    }
  }

  [[nodiscard]] Json Counts() const override {
    const maintenance::DurationCounts& counts = plan_.counts;
    return Json{{"examined", counts.examined},
                {"update", counts.update},
                {"flag", counts.flag},
                {"unchanged", counts.unchanged},
                {"read_failed", counts.read_failed},
                {"still_arriving", counts.still_arriving},
                {"raw_gone", counts.raw_gone},
                {"indeterminate", counts.indeterminate}};
  }

 private:
  const maintenance::DurationPlan plan_;
};

CommandInfo Info() {
  return {.name = "fix-durations-inplace",
          .section = CommandSection::kMaintenance,
          .summary = "correct recording durations from the ends of their raw streams",
          .description =
              "Derives every recording's end from the last samples of its raw streams (eeg,\n"
              "camera, screen, mic, samsungwatch, environment; a worker's report only where\n"
              "no stream has one) and corrects durations that are wrong by more than\n"
              "--min-delta-seconds. A recording without a derivable end is flagged\n"
              "duration_known_wrong; its duration stays. Without --commit nothing is written.",
          .examples = {{"Look at what would change", "fix-durations-inplace"},
                       {"Correct it, with three recordings known to have no end",
                        "fix-durations-inplace --commit --max-indeterminate 3"},
                       {"One recording, as JSON lines",
                        "fix-durations-inplace --recording rec_20260507_143022_a1b2 --json"}}};
}

class FixDurations final : public PlannedCommand {
 public:
  FixDurations() : PlannedCommand(Info(), catalog::kRecordings) {}

  void Configure(Options& options) override {
    options.Value("--min-delta-seconds", "SECONDS",
                  "leave durations alone that are wrong by no more than this (default 60)",
                  [this](const std::string& text) -> Result<void> {
                    URSA_TRY(options_.min_delta, ParseSeconds(text));
                    return {};
                  });
    options.Whole("--max-indeterminate", "N",
                  "refuse the commit where more recordings than this have no derivable end",
                  options_.max_indeterminate);
    options.Texts("--recording", "ID", "only this recording; may be given several times",
                  options_.recording_ids);
    AddSinceOption(options, options_.since);
    options.Flag("--skip-raw-gone",
                 "leave recordings alone whose raw files are all gone, and don't count them",
                 options_.skip_raw_gone);
    AddShardOption(options, shard_);
    AddCommitOptions(options, commit_);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {WholeColumn("recording", "recording_id"),
            WholeColumn("action", "action"),
            NumberColumn("stored s", "stored_duration_s", 3),
            NumberColumn("derived s", "derived_duration_s", 3),
            NumberColumn("delta s", "delta_s", 3),
            TextColumn("end", "end_time"),
            TextColumn("from", "end_source"),
            ProblemsColumn()};
  }

 protected:
  Result<std::unique_ptr<PlannedRun>> MakePlan(const Invocation& invocation,
                                               const maintenance::PlanningContext& context,
                                               const delta::SnapshotPtr& table) override {
    options_.max_changes = commit_.max_changes;
    options_.keep_unchanged = invocation.globals.json;
    options_.shard = shard_.value_or(maintenance::Shard{});
    URSA_TRY(auto plan, maintenance::PlanFixDurations(context, table, options_));
    return std::make_unique<DurationsRun>(std::move(plan));
  }

 private:
  maintenance::FixDurationsOptions options_;
  std::optional<maintenance::Shard> shard_;
};

}  // namespace

std::unique_ptr<Command> MakeFixDurations() { return std::make_unique<FixDurations>(); }

}  // namespace ursa::cli
