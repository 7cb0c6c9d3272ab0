// explain. Source: commands.md, "Catalog and ingest".

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/ingest_settings.h"
#include "cli/problem_json.h"
#include "maintenance/explain.h"

namespace ursa::cli {
namespace {

using maintenance::Explanation;

class ExplainCommand final : public Command {
 public:
  ExplainCommand()
      : Command(
            {.name = "explain",
             .section = CommandSection::kCatalog,
             .summary = "show the evidence for what is derived of one recording",
             .description =
                 "Shows its manifests and which one counts, the start that ingest would write,\n"
                 "every raw file that could carry an end of the recording, what it says,\n"
                 "and whether that decided, was a candidate, was passed over (and why), or was\n"
                 "not needed because a higher segment gave the end; then when each modality\n"
                 "began, by its first sample. Changes nothing.",
             .examples = {{"Why a duration is what it is", "explain rec_20260507_143022_a1b2"}}}) {}

  void Configure(Options& options) override {
    options.Argument("RECORDING_ID", "a recording of the catalog or of the raw bucket",
                     recording_id_);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {TextColumn("field", "field"),   TextColumn("stream", "stream"),
            TextColumn("worker", "worker"), TextColumn("file", "key"),
            TextColumn("says", "time"),     WholeColumn("what of it", "action"),
            TextColumn("why", "reason")};
  }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const Profile profile, invocation.LoadProfile());
    URSA_TRY(const ingest::RigTimezone timezone, RigTimezoneOf(profile));
    URSA_TRY(const Laboratory laboratory, OpenLaboratory(invocation, profile));
    URSA_TRY(const catalog::Catalog catalog,
             catalog::Catalog::Open(*laboratory.assets, profile.catalog_prefix));
    URSA_TRY(const delta::SnapshotPtr table, catalog.Table(catalog::kRecordings));
    invocation.report.Begin(MakeRunInfo(profile, laboratory.environment, catalog, *table));
    const maintenance::PlanningContext context{catalog,
                                               *laboratory.raw,
                                               SpoolOf(invocation.process),
                                               EngineInfo(),
                                               invocation.Jobs(profile),
                                               invocation.process.stop,
                                               invocation.process.clock,
                                               invocation.progress};
    URSA_TRY(const Explanation explanation,
             maintenance::Explain(context, *table, recording_id_, timezone));
    Show(explanation, invocation.report);
    return {};
  }

 private:
  static void Show(const Explanation& explanation, Report& report) {
    ShowArrival(explanation, report);
    for (const maintenance::EndEvidenceRow& row : explanation.evidence) {
      report.Row({Json{{"recording_id", explanation.recording_id},
                       {"field", "end_time"},
                       {"stream", row.stream},
                       {"worker", row.worker},
                       {"key", row.key},
                       {"time", TimeJson(row.time)},
                       {"action", maintenance::EvidenceRoleName(row.role)},
                       {"reason", row.problem.empty() ? Json(nullptr) : Json(row.problem)}},
                  true, false});
    }
    for (const maintenance::FirstSampleRow& row : explanation.first_samples) {
      ShowFirstSample(explanation.recording_id, row, report);
    }
    for (const ingest::Problem& problem : explanation.problems) {
      ShowProblem(problem, report);
    }
    for (const raw::Problem& problem : explanation.end.problems) {
      ShowProblem(ingest::ToProblem(problem), report);
    }
    for (const maintenance::FirstSampleRow& row : explanation.first_samples) {
      if (row.sample.problem) {
        ShowProblem(ingest::ToProblem(*row.sample.problem), report);
      }
    }
    report.Summary(SummaryOf(explanation));
  }

  // What ingest goes by: the manifests, and the start.
  static void ShowArrival(const Explanation& explanation, Report& report) {
    const auto show = [&](std::string_view field, const std::string& key,
                          const std::optional<TimeNs>& time, std::string_view action, Json reason) {
      report.Row({Json{{"recording_id", explanation.recording_id},
                       {"field", field},
                       {"stream", nullptr},
                       {"worker", nullptr},
                       {"key", key.empty() ? Json(nullptr) : Json(key)},
                       {"time", TimeJson(time)},
                       {"action", action},
                       {"reason", std::move(reason)}},
                  true, false});
    };
    for (const maintenance::ManifestRow& row : explanation.manifests) {
      show("manifest", row.key, row.started_at, ingest::ManifestVerdictName(row.verdict), nullptr);
    }
    if (const auto& start = explanation.ingest_start) {
      show("start_time", start->key, start->time, "decides",
           ingest::StartSourceName(start->source));
    }
  }

  static void ShowFirstSample(const std::string& recording_id,
                              const maintenance::FirstSampleRow& row, Report& report) {
    const auto& problem = row.sample.problem;
    const bool failed = problem && problem->code == raw::ProblemCode::kReadFailed;
    report.Row({Json{{"recording_id", recording_id},
                     {"field", "start_epoch_ns"},
                     {"stream", row.modality},
                     {"worker", row.worker},
                     {"key", problem ? problem->key : row.sample.key},
                     {"time", TimeJson(row.sample.time)},
                     {"action", failed    ? "read_failed"
                                : problem ? "no_signal"
                                          : "first_sample"},
                     {"reason", problem ? Json(raw::ProblemCodeName(problem->code)) : Json()}},
                true, false});
  }

  static void ShowProblem(const ingest::Problem& problem, Report& report) {
    report.Record({"problem",
                   Json{{"code", problem.code}, {"key", problem.key}, {"message", problem.message}},
                   problem.code + ": " + problem.key + ": " + problem.message,
                   ReportRecord::Place::kAfterRows, false});
  }

  static Json SummaryOf(const Explanation& explanation) {
    const auto& row = explanation.row;
    std::optional<Microseconds> stored;
    if (row && row->duration_us) {
      stored = Microseconds{*row->duration_us};
    }
    const auto& end = explanation.end;
    return Json{{"recording_id", explanation.recording_id},
                {"recording_hash", row ? Json(row->recording_hash) : Json(nullptr)},
                {"start_time", FormatTime(explanation.start)},
                {"start_source", explanation.start_source},
                {"ingest_start_time", TimeJson(IngestStart(explanation))},
                {"end_time", TimeJson(end.end)},
                {"end_source", end.end_source.empty() ? Json(nullptr) : Json(end.end_source)},
                {"derived_duration_s", SecondsJson(explanation.derived)},
                {"stored_duration_s", SecondsJson(stored)},
                {"duration_known_wrong", row ? Json(row->IsKnownWrong()) : Json(nullptr)},
                {"raw_gone", end.raw_gone},
                {"session_lock", explanation.session_lock},
                {"inventory_files", explanation.inventory_files},
                {"inventory_bytes", explanation.inventory_bytes},
                {"bad_keys", explanation.bad_keys}};
  }

  static std::optional<TimeNs> IngestStart(const Explanation& explanation) {
    return explanation.ingest_start ? std::optional(explanation.ingest_start->time) : std::nullopt;
  }

  std::string recording_id_;
};

}  // namespace

std::unique_ptr<Command> MakeExplain() { return std::make_unique<ExplainCommand>(); }

}  // namespace ursa::cli
