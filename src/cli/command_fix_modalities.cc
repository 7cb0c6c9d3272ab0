// fix-modalities-start-epoch. Source: commands.md, "fix-modalities-start-epoch".

#include <fmt/format.h>

#include <algorithm>

#include "base/exact.h"
#include "cli/all_commands.h"
#include "cli/planned_command.h"
#include "cli/problem_json.h"
#include "cli/suggestion.h"
#include "maintenance/fix_modalities.h"
#include "maintenance/legacy_modalities.h"

namespace ursa::cli {
namespace {

using maintenance::Intervals;
using maintenance::ModalityAction;
using maintenance::ModalityRow;

// [[start, end], ...] in seconds; a bound that is no number is null.
Json IntervalsJson(const Intervals& intervals) {
  if (!intervals) {
    return nullptr;
  }
  Json list = Json::array();
  for (const catalog::Interval& interval : *intervals) {
    list.push_back(Json::array({interval.start, interval.end}));
  }
  return list;
}

Json RowJson(const maintenance::RecordingName& recording, const ModalityRow& row,
             std::string_view action) {
  const bool shifts = row.action == ModalityAction::kShift;
  return Json{
      {"recording_id", recording.recording_id},
      {"recording_hash", recording.recording_hash},
      {"worker", row.worker},
      {"modality", row.modality},
      {"action", action},
      {"start_epoch_ns",
       row.first_sample ? Json(row.first_sample->time_since_epoch().count()) : Json(nullptr)},
      {"shift_s", row.shift ? Json(AddNanoseconds(0, *row.shift)) : Json(nullptr)},
      {"intervals_before", IntervalsJson(row.intervals)},
      {"intervals_after", IntervalsJson(shifts ? maintenance::IntervalsAfter(row) : row.intervals)},
      {"problems", ProblemsJson(row.problems)}};
}

// Why rows stay as they are, for people.
std::string_view Sentence(std::string_view reason, std::string_view modality) {
  if (modality == "pupillabs-scene") {
    return "a scene has no time that could be joined: null for ever";
  }
  if (reason == "out_of_scope") {
    return "a video gets its epoch when it is ingested again";
  }
  if (reason == "no_recording") {
    return "its recording is not in the catalog";
  }
  if (reason == "no_segments") {
    return "no raw file is left that could say when it began";
  }
  if (reason == "already_shifted") {
    return "its intervals are on the shared origin already";
  }
  if (reason == "out_of_window") {
    return "its first sample does not lie in its recording";
  }
  if (reason == "bad_intervals") {
    return "its intervals, shifted, would break a rule of the catalog: look at the row";
  }
  if (reason == "implausible_time") {
    return "its raw files say a time that can't be";
  }
  if (reason == "read_failed") {
    return "its raw files could not be read: find out why and run this again, don't raise the "
           "limit";
  }
  return "its raw files don't say when it began";
}

class ModalitiesRun final : public PlannedRun {
 public:
  ModalitiesRun(maintenance::ModalityPlan plan, maintenance::FixModalitiesOptions options,
                bool has_table)
      : plan_(std::move(plan)),
        options_(std::move(options)),
        has_table_(has_table),
        null_after_(plan_.counts.selected - plan_.counts.shift) {}

  [[nodiscard]] const plan::Plan& ThePlan() const override { return plan_.plan; }

  void ShowRows(Report& report, const std::vector<plan::Fate>* fates) const override {
    if (!has_table_) {
      report.Record({"", Json(), "The catalog has no table `modalities` yet: nothing is selected.",
                     ReportRecord::Place::kAfterRows, false});
    }
    for (const ModalityRow& row : plan_.rows) {
      std::string_view action = maintenance::ActionName(row.action);
      if (fates != nullptr && row.change) {
        action = ActionAfter(action, (*fates)[*row.change]);
      }
      report.Row(action, true, maintenance::HasReadFailure(row),
                 [&] { return RowJson(plan_.recordings[row.recording], row, action); });
    }
    for (const maintenance::StaysNull& stays : plan_.stays_null) {
      report.Record(
          {"stays_null",
           Json{{"reason", stays.reason}, {"modality", stays.modality}, {"rows", stays.rows}},
           fmt::format("stays null: {} of {} ({}): {}", stays.rows, stays.modality, stays.reason,
                       Sentence(stays.reason, stays.modality)),
           ReportRecord::Place::kAfterRows, false});
    }
  }

  Result<void> LookAfterCommit(const maintenance::PlanningContext& context) override {
    null_after_.reset();
    URSA_TRY(null_after_, maintenance::CountLegacyModalities(context, options_));
    return {};
  }

  [[nodiscard]] Json Counts() const override {
    const maintenance::ModalityCounts& counts = plan_.counts;
    return Json{{"selected", counts.selected},
                {"shift", counts.shift},
                {"underivable", counts.underivable},
                {"out_of_window", counts.out_of_window},
                {"no_recording", counts.no_recording},
                {"out_of_scope", counts.out_of_scope},
                {"null_before", counts.selected},
                {"null_after", null_after_ ? Json(*null_after_) : Json(nullptr)}};
  }

 private:
  const maintenance::ModalityPlan plan_;
  const maintenance::FixModalitiesOptions options_;
  const bool has_table_;
  std::optional<uint64_t> null_after_;  // none: the catalog could not be read again
};

CommandInfo Info() {
  return {.name = "fix-modalities-start-epoch",
          .section = CommandSection::kMaintenance,
          .summary = "put legacy modality rows onto the shared origin of their recording",
          .description =
              "A modality that was ingested before the shared origin has intervals that start at\n"
              "its own first sample, and no start_epoch_ns. Derives when that sample was taken\n"
              "from the head of its raw sidecars, sets start_epoch_ns, and shifts the intervals\n"
              "by its distance from the recording's start; everything else stays. Videos and\n"
              "scenes are out of scope. Without --commit nothing is written.",
          .examples = {{"Look at what would change", "fix-modalities-start-epoch"},
                       {"Shift, with seven rows known to stay without an epoch",
                        "fix-modalities-start-epoch --commit --max-underivable 7"},
                       {"Only the EEG and the microphones",
                        "fix-modalities-start-epoch --modality eeg --modality mic"}}};
}

class FixModalities final : public PlannedCommand {
 public:
  FixModalities() : PlannedCommand(Info(), catalog::kModalities) {}

  void Configure(Options& options) override {
    options.Whole("--max-underivable", "N",
                  "refuse the commit where more rows than this get no epoch (underivable, out of\n"
                  "window, or without a recording)",
                  options_.max_underivable);
    options.Texts("--modality", "SLUG", "only this modality; may be given several times",
                  options_.modalities);
    AddSinceOption(options, options_.since);
    AddShardOption(options, shard_);
    AddCommitOptions(options, commit_);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {WholeColumn("recording", "recording_id"),
            TextColumn("worker", "worker"),
            TextColumn("modality", "modality"),
            WholeColumn("action", "action"),
            NumberColumn("shift s", "shift_s", 9),
            TextColumn("epoch ns", "start_epoch_ns"),
            ProblemsColumn()};
  }

 protected:
  Result<std::unique_ptr<PlannedRun>> MakePlan(const Invocation& /*invocation*/,
                                               const maintenance::PlanningContext& context,
                                               const delta::SnapshotPtr& table) override {
    options_.max_changes = commit_.max_changes;
    options_.shard = shard_.value_or(maintenance::Shard{});
    URSA_CHECK(CheckModalities(context, table));
    URSA_TRY(auto plan, maintenance::PlanFixModalities(context, table, options_));
    return std::make_unique<ModalitiesRun>(std::move(plan), options_, table != nullptr);
  }

 private:
  // A misspelt name would select nothing, and look like a laboratory that has nothing to repair.
  [[nodiscard]] Result<void> CheckModalities(const maintenance::PlanningContext& context,
                                             const delta::SnapshotPtr& table) const {
    if (options_.modalities.empty()) {
      return {};
    }
    URSA_TRY(const auto known, maintenance::KnownModalities(context, table));
    for (const std::string& name : options_.modalities) {
      if (std::ranges::find(known, name) == known.end()) {
        const std::string nearest = DidYouMean(name, known);
        return Fail(
            ErrorCode::kUsage,
            fmt::format(
                "--modality: no row of the catalog has '{}'{}", name,
                nearest.empty() ? fmt::format("; known are {}", fmt::join(known, ", ")) : nearest));
      }
    }
    return {};
  }

  maintenance::FixModalitiesOptions options_;
  std::optional<maintenance::Shard> shard_;
};

}  // namespace

std::unique_ptr<Command> MakeFixModalities() { return std::make_unique<FixModalities>(); }

}  // namespace ursa::cli
