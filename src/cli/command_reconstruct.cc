// reconstruct-all-recent. Source: commands.md, "reconstruct-all-recent".

#include <algorithm>
#include <utility>

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/ingest_settings.h"
#include "cli/laboratory.h"
#include "cli/participant_settings.h"
#include "cli/planned_command.h"
#include "cli/reconstruct_report.h"
#include "cli/sha_extensions.h"
#include "maintenance/reconstruct_work.h"
#include "maintenance/reconstruct_worklist.h"

namespace ursa::cli {
namespace {

using maintenance::ReconstructOutcome;
using maintenance::Worklist;

constexpr uint64_t kDaysMax = 100'000;
constexpr uint64_t kMinutesMax = 1'000'000;
constexpr uint64_t kSecondsMax = 1'000'000'000;
constexpr double kBytesPerGigabyte = 1e9;
constexpr double kBytesPerMegabyte = 1e6;
// Beyond it a double is no whole number of bytes any more, and no bucket has as many.
constexpr double kBytesMax = 9e15;

CommandInfo Info() {
  return {.name = "reconstruct-all-recent",
          .section = CommandSection::kMaintenance,
          .summary = "backfill recordings that never reached the catalog",
          .description =
              "Lists the recordings of the last --days days that the catalog lacks, smallest\n"
              "first. One without a usable manifest gets manifest.reconstructed.json: every byte\n"
              "of it is downloaded and hashed. Then it is ingested like any other, with its\n"
              "duration derived from the raw streams. Interrupted, the next run goes on.\n"
              "Without --commit nothing is downloaded and nothing is written.",
          .examples = {{"Look at the worklist and its sizes", "reconstruct-all-recent --days 10"},
                       {"Do it, leaving recordings over 5 GB for later",
                        "reconstruct-all-recent --days 10 --max-gb 5 --commit"},
                       {"One of eight parts, as a job of an array",
                        "reconstruct-all-recent --days 10 --shard 3/8 --commit"}}};
}

class ReconstructAllRecent final : public Command {
 public:
  ReconstructAllRecent() : Command(Info()) {}

  void Configure(Options& options) override {
    options.Whole("--days", "N", "recordings that started in the last N x 24 hours", days_,
                  {1, kDaysMax});
    options.Require("--days");
    options.Decimal("--max-gb", "X", "defer recordings of more than X GB (10^9 bytes)", max_gb_);
    options.Whole("--quiet-minutes", "N", "leave recordings alone that got an object more recently",
                  quiet_minutes_, {0, kMinutesMax});
    options.Flag("--break-stale-locks",
                 "take recordings whose session.lock nothing touched for 7 days",
                 options_.break_stale_locks);
    options.Whole("--timeout-base-seconds", "S",
                  "give a recording up when a read moves nothing for so long", base_seconds_,
                  {1, kSecondsMax});
    options.Decimal("--min-mb-per-second", "R",
                    "or when its reads are slower than this on the whole (10^6 bytes)", min_rate_);
    AddShardOption(options, shard_);
    AddCommitOptions(options, commit_, {.guard = true, .plan = false});
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {WholeColumn("recording", "recording_id"), BytesColumn("bytes", "bytes"),
            NumberColumn("files", "files", 0),        WholeColumn("action", "action"),
            TextColumn("reason", "reason"),           NumberColumn("duration s", "duration_s", 3),
            NumberColumn("seconds", "seconds", 1),    ProblemsColumn()};
  }

  Result<void> Run(Invocation& invocation) override {
    options_.days = *days_;
    URSA_TRY(const Profile profile, invocation.LoadProfile());
    URSA_CHECK(FinishOptions(invocation, profile));
    URSA_TRY(options_.quiet.clock_ahead, RawClockAhead(invocation, profile));
    return commit_.commit ? Commit(invocation, profile) : DryRun(invocation, profile);
  }

 private:
  // What both kinds of run have.
  struct Opened {
    const Profile& profile;
    Environment environment;
    maintenance::PlanningContext context;
    delta::SnapshotPtr table;
    Worklist worklist;
  };

  Result<void> FinishOptions(const Invocation& invocation, const Profile& profile) {
    URSA_TRY(options_.timezone, RigTimezoneOf(profile));
    URSA_TRY(canonicalizer_, LoadCanonicalizer(invocation.process, profile, std::nullopt));
    if (max_gb_) {
      options_.max_bytes = static_cast<uint64_t>(std::min(*max_gb_ * kBytesPerGigabyte, kBytesMax));
    }
    options_.quiet.length = std::chrono::minutes{quiet_minutes_};
    options_.limits.base = std::chrono::seconds{base_seconds_};
    options_.limits.bytes_per_second_min =
        static_cast<uint64_t>(std::min(min_rate_ * kBytesPerMegabyte, kBytesMax));
    options_.max_changes = commit_.max_changes;
    options_.shard = shard_.value_or(maintenance::Shard{});
    return {};
  }

  Result<Opened> Begin(Invocation& invocation, const Profile& profile, Environment environment,
                       const catalog::Catalog& catalog, const store::ReadableStore& raw) {
    URSA_TRY(delta::SnapshotPtr table, catalog.Table(catalog::kRecordings));
    invocation.report.Begin(MakeRunInfo(profile, environment, catalog, *table));
    const maintenance::PlanningContext context{catalog,
                                               raw,
                                               SpoolOf(invocation.process),
                                               EngineInfo(),
                                               invocation.Jobs(profile),
                                               invocation.process.stop,
                                               invocation.process.clock,
                                               invocation.progress};
    URSA_TRY(Worklist worklist, maintenance::PlanWorklist(context, table, options_));
    ShowVerify(invocation.report, "before", worklist.before, options_.days);
    return Opened{profile, environment, context, std::move(table), std::move(worklist)};
  }

  [[nodiscard]] plan::Guards GuardsOf(Environment environment) const {
    return {environment == Environment::kProduction, commit_.targets_production, std::nullopt};
  }

  // The rules that would refuse the commit as things stand, each once. None of them waits for the
  // work: what is hashed for a catalog that takes no rows is hashed for nothing.
  [[nodiscard]] Result<std::vector<plan::Refusal>> Refusals(const Opened& opened) const {
    std::vector<plan::Refusal> refusals;
    if (opened.context.catalog.IsReadOnly()) {
      refusals.push_back({"prefix_pinned", "the configured prefix is not the active catalog"});
    }
    for (plan::Refusal& refusal :
         plan::WouldRefuse(opened.worklist.brakes, GuardsOf(opened.environment))) {
      refusals.push_back(std::move(refusal));
    }
    for (const std::string_view name :
         {catalog::kRecordings, catalog::kModalities, catalog::kParticipants}) {
      URSA_TRY(const delta::SnapshotPtr table, opened.context.catalog.TableIfAny(name));
      if (table == nullptr) {
        continue;
      }
      if (const auto open = catalog::CheckNotSealed(*table); !open) {
        refusals.push_back({open.error().rule, open.error().message});
      }
      if (auto unwritable = plan::WouldNotBeWritten(*table, false)) {
        refusals.push_back(std::move(*unwritable));
      }
    }
    return EachOnce(std::move(refusals));
  }

  // Rows, VERIFY and summary, in this order. An interrupted run says how far it came, too; then the
  // store may answer no more, and there is no VERIFY.
  Result<void> Tell(Invocation& invocation, const Opened& opened,
                    const std::vector<plan::Refusal>& refusals,
                    const ReconstructOutcome& outcome) const {
    ShowReconstructRows(invocation.report, opened.worklist.rows);
    const auto after = CountAfter(invocation, opened);
    Json summary = ReconstructCounts(opened.worklist.rows, outcome);
    Json would_refuse = Json::array();
    for (const plan::Refusal& refusal : refusals) {
      would_refuse.push_back(refusal.rule);
    }
    summary["dry_run"] = !commit_.commit;
    summary["would_refuse"] = std::move(would_refuse);
    summary["committed"] = outcome.committed;
    summary["table_version"] = after ? *after : opened.table->version;
    summary["run_id"] = outcome.run_id.empty() ? Json(nullptr) : Json(outcome.run_id);
    plan::FinishedRuns finished = finished_;
    finished.Add(outcome.finished);
    TellOfFinishedRuns(summary, finished);
    summary["changed_since_plan"] = outcome.changed_since_plan;
    summary["already"] = outcome.already;
    summary["plan_digest"] = nullptr;
    summary["changes_digest"] = nullptr;
    invocation.report.Summary(std::move(summary));
    if (outcome.changed_since_plan > 0) {
      invocation.report.SetNeedsPerson();
    }
    return after ? Result<void>() : tl::unexpected(after.error());
  }

  // Tells VERIFY; the version of the table that it counted.
  Result<int64_t> CountAfter(Invocation& invocation, const Opened& opened) const {
    URSA_TRY(const delta::SnapshotPtr table, opened.context.catalog.Table(catalog::kRecordings));
    maintenance::PlanningContext context = opened.context;
    context.stop = {};
    URSA_TRY(const auto counts,
             maintenance::CountRecordings(context, *table, options_.days, context.clock.Now()));
    ShowVerify(invocation.report, "after", counts, options_.days);
    return table->version;
  }

  Result<void> DryRun(Invocation& invocation, const Profile& profile) {
    URSA_TRY(const Laboratory laboratory,
             OpenLaboratory(invocation, profile, Writes::kAssetsAndRaw));
    URSA_TRY(const catalog::Catalog catalog,
             catalog::Catalog::Open(*laboratory.assets, profile.catalog_prefix));
    URSA_TRY(const Opened opened,
             Begin(invocation, profile, laboratory.environment, catalog, *laboratory.raw));
    ShowUpgradeHint(invocation.report, opened.worklist);
    URSA_TRY(const auto refusals, Refusals(opened));
    URSA_CHECK(Tell(invocation, opened, refusals, {}));
    URSA_TRY(const auto unfinished,
             plan::FindUnfinishedRuns(catalog, maintenance::kReconstructAllRecent));
    TellOfUnfinishedRuns(invocation.report, unfinished);
    if (std::ranges::any_of(opened.worklist.rows, &maintenance::ReconstructRow::IsWork)) {
      OfferOrTell(invocation, opened.environment, "--i-know-this-targets-prod", refusals);
    }
    return {};
  }

  Result<void> Commit(Invocation& invocation, const Profile& profile) {
    URSA_TRY(const WritableLaboratory laboratory,
             OpenWritableLaboratory(invocation, profile, Writes::kAssetsAndRaw));
    URSA_TRY(const catalog::Catalog catalog,
             catalog::Catalog::Open(*laboratory.assets, profile.catalog_prefix));
    URSA_TRY(Opened opened,
             Begin(invocation, profile, laboratory.environment, catalog, *laboratory.raw));
    ShowUpgradeHint(invocation.report, opened.worklist);
    URSA_TRY(const auto refusals, Refusals(opened));
    invocation.log.Write(HasShaExtensions()
                             ? "hashing with the processor's SHA extensions"
                             : "hashing without SHA extensions, which this processor lacks");
    ReconstructOutcome outcome;
    const Result<void> done = refusals.empty() ? Work(invocation, laboratory, opened, outcome)
                                               : Result<void>(plan::ErrorOf(refusals.front()));
    const auto told = Tell(invocation, opened, refusals, outcome);
    const auto settled = SettleFollowUps(invocation.log, outcome.follow_up_errors);
    return !done ? done : !told ? told : settled;
  }

  Result<void> Work(Invocation& invocation, const WritableLaboratory& laboratory, Opened& opened,
                    ReconstructOutcome& outcome) {
    const plan::Guards guards = GuardsOf(opened.environment);
    URSA_TRY(const auto raw, OpenWritableBucket(invocation, opened.profile, BucketRole::kRaw));
    URSA_TRY(const auto data,
             OpenRawForStreams(invocation, opened.profile, std::chrono::seconds{base_seconds_}));
    URSA_TRY(catalog::Writer writer,
             catalog::Writer::Open(
                 *laboratory.assets, opened.context.catalog,
                 WriteContextOf(invocation, opened.profile, commit_.commit_timeout_seconds)));
    URSA_CHECK(FinishEarlierRuns(invocation, opened, writer));
    return maintenance::Reconstruct(
        {opened.context, *data, *raw, *laboratory.assets, writer, invocation.process.random(),
         guards, *canonicalizer_, RawLocation(opened.profile)},
        options_, opened.worklist.rows, outcome);
  }

  // Batches that an earlier run left between two tables; what is whole by now is no work any more.
  Result<void> FinishEarlierRuns(const Invocation& invocation, Opened& opened,
                                 catalog::Writer& writer) {
    const catalog::Catalog& catalog = opened.context.catalog;
    URSA_TRY(const auto unfinished,
             plan::FindUnfinishedRuns(catalog, maintenance::kReconstructAllRecent));
    finished_ = FinishUnfinishedRuns(invocation, unfinished, writer);
    if (!finished_.plan_ids.empty()) {
      URSA_TRY(const delta::SnapshotPtr table, catalog.Table(catalog::kRecordings));
      URSA_TRY(opened.worklist, maintenance::PlanWorklist(opened.context, table, options_));
    }
    return {};
  }

  maintenance::ReconstructOptions options_;
  plan::FinishedRuns finished_;  // that others had left between two tables
  std::optional<uint64_t> days_;
  std::optional<double> max_gb_;
  uint64_t quiet_minutes_ = 60;
  uint64_t base_seconds_ = 60;
  double min_rate_ = 2;
  std::optional<maintenance::Shard> shard_;
  std::optional<participants::Canonicalizer> canonicalizer_;
  CommitOptions commit_;
};

}  // namespace

std::unique_ptr<Command> MakeReconstructAllRecent() {
  return std::make_unique<ReconstructAllRecent>();
}

}  // namespace ursa::cli
