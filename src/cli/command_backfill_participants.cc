// backfill-participants. Source: commands.md, "backfill-participants".

#include <fmt/format.h>

#include <algorithm>

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/nas.h"
#include "cli/participant_settings.h"
#include "cli/planned_command.h"
#include "cli/restore_run.h"
#include "maintenance/backfill_participants.h"
#include "plan/plan_reader.h"

namespace ursa::cli {
namespace {

using maintenance::BackfillRow;
using maintenance::Collision;

Json SourceJson(maintenance::NameSource source) {
  switch (source) {
    case maintenance::NameSource::kNas:
      return "nas";
    case maintenance::NameSource::kBucket:
      return "r2";
    case maintenance::NameSource::kNone:
      break;
  }
  return nullptr;
}

Json RowJson(const BackfillRow& row, std::string_view action) {
  return Json{{"recording_id", row.recording_id},
              {"recording_hash", row.recording_hash},
              {"source", SourceJson(row.source)},
              {"raw_name", row.raw_name ? Json(*row.raw_name) : Json(nullptr)},
              {"participants", ParticipantsJson(row.participants)},
              {"action", action},
              {"problems", ProblemsJson(row.problems)}};
}

// Runs of one second in one directory.
constexpr int kNamesMax = 100;

std::string SentenceOf(const Collision& collision) {
  const std::string names = fmt::format("'{}' and '{}'", collision.names[0], collision.names[1]);
  const size_t count = collision.recording_ids.size();
  const std::string where =
      fmt::format("in {}{}", collision.recording_ids.front(),
                  count == 1 ? "" : fmt::format(" and {} other recordings", count - 1));
  switch (collision.kind) {
    case maintenance::CollisionKind::kSlug:
      return fmt::format("collision (slug): {} have one slug, {}, {}; settle it in the merge map",
                         names, collision.slugs[0], where);
    case maintenance::CollisionKind::kNearDuplicate:
      return fmt::format("collision (near_duplicate): {} may be one person, {}", names, where);
    case maintenance::CollisionKind::kMaybeLastFirst:
      return fmt::format("collision (maybe_last_first): {} may be one name, {}", names, where);
  }
  return "";
}

// What a run of the command, but for --restore, has to say.
class BackfillRun final : public PlannedRun {
 public:
  // `is_default`: the operator gave the snapshot no name.
  BackfillRun(maintenance::BackfillPlan plan, std::filesystem::path snapshot, bool is_default)
      : plan_(std::move(plan)),
        default_(snapshot),
        snapshot_(std::move(snapshot)),
        is_default_(is_default) {}

  [[nodiscard]] const plan::Plan& ThePlan() const override { return plan_.plan; }
  [[nodiscard]] ProductionGuard Guard() const override { return ProductionGuard::kTypedName; }

  void ShowRows(Report& report, const std::vector<plan::Fate>* fates) const override {
    for (const BackfillRow& row : plan_.rows) {
      std::string_view action = maintenance::ActionName(row.action);
      if (fates != nullptr && row.change) {
        action = ActionAfter(action, (*fates)[*row.change]);
      }
      report.Row({RowJson(row, action), true, false});
    }
    for (const Collision& collision : plan_.collisions) {
      report.Record({"collision",
                     Json{{"kind", maintenance::CollisionKindName(collision.kind)},
                          {"names", collision.names},
                          {"slugs", collision.slugs},
                          {"recording_ids", collision.recording_ids}},
                     SentenceOf(collision), ReportRecord::Place::kAfterRows, true, true});
    }
    // Somebody registered another participant under a new one's id; no row tells of it.
    if (fates != nullptr &&
        std::any_of(plan_.inserts.begin(), plan_.inserts.end(), [&](size_t change) {
          return (*fates)[change] == plan::Fate::kChangedSincePlan;
        })) {
      report.SetNeedsPerson();
    }
  }

  Result<void> BeforeCommit(const Invocation&) override {
    auto written = plan::WritePlanFile(snapshot_, plan_.plan);
    for (int number = 2; number <= kNamesMax && is_default_ && !written &&
                         written.error().code == ErrorCode::kAlreadyExists;
         ++number) {
      // Another run that began within the same second.
      const auto name = fmt::format("{}-{}.jsonl", default_.stem().string(), number);
      snapshot_ = default_.parent_path() / name;
      written = plan::WritePlanFile(snapshot_, plan_.plan);
    }
    if (!written && written.error().code == ErrorCode::kAlreadyExists) {
      written.error().code = ErrorCode::kUsage;
    }
    URSA_CHECK_CONTEXT(written, "writing the snapshot; nothing was committed");
    snapshot_is_written_ = true;
    return {};
  }

  [[nodiscard]] Json Counts() const override {
    const maintenance::BackfillCounts& counts = plan_.counts;
    return Json{{"unattributed", counts.unattributed},
                {"attach", counts.attach},
                {"skip_placeholder", counts.skip_placeholder},
                {"skip_sentinel", counts.skip_sentinel},
                {"no_name", counts.no_name},
                {"unreadable", counts.unreadable},
                {"new_participants", counts.new_participants},
                {"collisions", plan_.collisions.size()},
                {"nas_found", counts.nas_found},
                {"r2_only", counts.r2_only},
                {"snapshot", snapshot_is_written_ ? Json(snapshot_.string()) : Json(nullptr)}};
  }

 private:
  const maintenance::BackfillPlan plan_;
  const std::filesystem::path default_;
  std::filesystem::path snapshot_;
  const bool is_default_;
  bool snapshot_is_written_ = false;
};

CommandInfo Info() {
  return {
      .name = "backfill-participants",
      .section = CommandSection::kMaintenance,
      .summary = "attach participants' names that never reached the catalog",
      .description =
          "Reads participant.txt of every recording that has no participants, from the NAS\n"
          "first, from the raw bucket otherwise; folds known aliases (--merge-map), skips\n"
          "placeholders and sentinels, registers new participants, and attaches them. Names\n"
          "that may be one person, or share a slug, refuse the commit. A snapshot that\n"
          "--restore takes back is written first. Without --commit nothing is written.",
      .examples = {{"Look at what would be attached", "backfill-participants --nas-root /mnt/nas"},
                   {"Attach it; on production the assets bucket's name is asked for",
                    "backfill-participants --nas-root /mnt/nas --commit --confirm-prod"},
                   {"Once the NAS is gone", "backfill-participants --allow-r2-only --commit"},
                   {"Take it back",
                    "backfill-participants --restore backfill-participants-20260507T143022Z.jsonl "
                    "--commit"}}};
}

class BackfillParticipants final : public PlannedCommand {
 public:
  BackfillParticipants() : PlannedCommand(Info(), catalog::kRecordings) {}

  void Configure(Options& options) override {
    options.Text("--nas-root", "DIR", "the NAS's directory of recordings; it has all names",
                 nas_root_);
    options.Flag("--allow-r2-only", "commit with the names of the raw bucket alone",
                 options_.allow_r2_only);
    AddMergeMapOption(options, merge_map_);
    options.Flag("--allow-collisions", "commit in spite of names that may be one person",
                 options_.allow_collisions);
    options.Text("--snapshot", "FILE",
                 "where the commit's snapshot goes (default backfill-participants-STAMP.jsonl)",
                 snapshot_);
    options.Text("--restore", "FILE", "take back the run that wrote this snapshot", restore_);
    for (const char* other :
         {"--nas-root", "--allow-r2-only", "--merge-map", "--allow-collisions", "--snapshot"}) {
      options.Exclude("--restore", other);
    }
    AddCommitOptions(options, commit_, {.guard = false, .typed_guard = true});
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    if (restore_) {
      return RestoreColumns();
    }
    return {WholeColumn("recording", "recording_id"),
            WholeColumn("action", "action"),
            TextColumn("from", "source"),
            TextColumn("typed", "raw_name"),
            ParticipantsColumn(),
            ProblemsColumn()};
  }

 protected:
  Result<void> Prepare(const Invocation& invocation, const Profile& profile) override {
    if (restore_) {
      return {};
    }
    if (snapshot_ && commit_.commit) {
      URSA_CHECK(CheckNewPlanFile(invocation.process.working_directory / *snapshot_));
    }
    URSA_TRY(canonicalizer_, LoadCanonicalizer(invocation.process, profile, merge_map_));
    if (nas_root_) {
      URSA_TRY(nas_, OpenNas(invocation.process.working_directory / *nas_root_));
      options_.nas = maintenance::NasPlace{*nas_root_, nas_.get()};
    }
    return {};
  }

  Result<std::unique_ptr<PlannedRun>> MakePlan(const Invocation& invocation,
                                               const maintenance::PlanningContext& context,
                                               const delta::SnapshotPtr& table) override {
    if (restore_) {
      return PlanToRestore(invocation, context);
    }
    options_.max_changes = commit_.max_changes;
    URSA_TRY(auto plan,
             maintenance::PlanBackfillParticipants(context, table, *canonicalizer_, options_));
    return std::make_unique<BackfillRun>(
        std::move(plan),
        invocation.process.working_directory /
            snapshot_.value_or(DefaultSnapshot(context.clock.Now())),
        !snapshot_.has_value());
  }

 private:
  // "backfill-participants-20260507T143022Z.jsonl"
  static std::string DefaultSnapshot(TimeNs now) {
    std::string stamp = FormatTime(std::chrono::floor<Microseconds>(now)).substr(0, 19);
    std::erase_if(stamp, [](char byte) { return byte == '-' || byte == ':'; });
    return fmt::format("{}-{}Z.jsonl", maintenance::kBackfillParticipants, stamp);
  }

  Result<std::unique_ptr<PlannedRun>> PlanToRestore(const Invocation& invocation,
                                                    const maintenance::PlanningContext& context) {
    URSA_TRY(plan::Plan snapshot,
             ReadNamedPlan(invocation.process.working_directory / *restore_, context.spool));
    if (snapshot.Header().command != maintenance::kBackfillParticipants) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("{} is a plan of {}, not a snapshot of this command", *restore_,
                              snapshot.Header().command));
    }
    URSA_TRY(auto plan, plan::PlanRestoreOfSnapshot(RestoreContextOf(context), std::move(snapshot),
                                                    commit_.max_changes));
    return std::make_unique<RestoreRun>(std::move(plan), ProductionGuard::kTypedName);
  }

  std::optional<std::string> nas_root_;
  std::optional<std::string> merge_map_;
  std::optional<std::string> snapshot_;
  std::optional<std::string> restore_;
  maintenance::BackfillOptions options_;
  std::optional<participants::Canonicalizer> canonicalizer_;
  std::unique_ptr<store::ReadableStore> nas_;
};

}  // namespace

std::unique_ptr<Command> MakeBackfillParticipants() {
  return std::make_unique<BackfillParticipants>();
}

}  // namespace ursa::cli
