// demo. Source: commands.md, "Catalog and ingest".

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/shell.h"
#include "demo/laboratory.h"

namespace ursa::cli {
namespace {

constexpr uint64_t kCommitTimeoutSeconds = 120;

class Demo final : public Command {
 public:
  Demo()
      : Command(
            {.name = "demo",
             .section = CommandSection::kLaboratory,
             .summary = "make a small, realistic, damaged laboratory with a known truth",
             .description =
                 "Makes a laboratory in a new or empty directory: raw recordings of every kind\n"
                 "of device, a catalog that drifted from them, and truth.jsonl, which says what\n"
                 "is true of each recording and what is wrong with it. Forty recordings have\n"
                 "every kind of damage; more have it again. With the same --seed and --now the\n"
                 "raw files are the same to the last byte. Nothing is ever overwritten.",
             .examples = {{"A laboratory to try every command on", "demo lab"},
                          {"A larger one, the same each time",
                           "demo lab --recordings 2000 --seed 7 --now 2026-06-01"}}}) {}

  void Configure(Options& options) override {
    options.Argument("DIR", "a directory that is absent or empty", directory_);
    options.Whole("--recordings", "N", "how many recordings", recordings_,
                  {1, demo::kRecordingsMax});
    options.Whole("--seed", "N", "what the recordings are made from", seed_);
    options.Time("--now", "TIME", "the recordings are of the 400 days before it; now without it",
                 now_);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {NumberColumn("recordings", "recordings", 0), TextColumn("damage", "damage"),
            TextColumn("what is wrong", "sentence")};
  }

  Result<void> Run(Invocation& invocation) override {
    // An absolute path, so that messages and the catalog's URI hold wherever they are read.
    const auto root = (invocation.process.working_directory / directory_).lexically_normal();
    Profile profile;
    profile.name = "local";
    profile.place = DirectoryPlace{root, directory_};
    if (now_ && !demo::CanBeNow(*now_)) {
      return Fail(ErrorCode::kUsage,
                  "--now: " + FormatTime(*now_) + " is no time for a laboratory: give one from " +
                      FormatDate(std::chrono::floor<Microseconds>(demo::kNowMin)) + " on, before " +
                      FormatDate(std::chrono::floor<Microseconds>(demo::kNowMax)));
    }
    const demo::LaboratoryOptions options{recordings_, seed_,
                                          now_.value_or(invocation.process.clock.Now())};
    URSA_TRY(const demo::LaboratoryReport made,
             demo::MakeLaboratory(root, options,
                                  WriteContextOf(invocation, profile, kCommitTimeoutSeconds),
                                  invocation.progress));
    URSA_TRY(const Laboratory laboratory, OpenLaboratory(invocation, profile));
    URSA_TRY(const catalog::Catalog catalog, catalog::Catalog::Open(*laboratory.assets, {}));
    URSA_TRY(const delta::SnapshotPtr table, catalog.Table(catalog::kRecordings));
    invocation.report.Begin(MakeRunInfo(profile, laboratory.environment, catalog, *table));
    Show(made, root, invocation.report);
    return {};
  }

 private:
  static void Show(const demo::LaboratoryReport& made, const std::filesystem::path& root,
                   Report& report) {
    for (const demo::DamageCount& damage : made.damage) {
      report.Row({Json{{"damage", damage.code},
                       {"recordings", damage.recordings},
                       {"sentence", damage.sentence}},
                  true, false});
    }
    report.Summary(Json{{"directory", root.string()},
                        {"recordings", made.recordings},
                        {"raw_files", made.raw_files},
                        {"raw_bytes", made.raw_bytes},
                        {"participant_rows", made.participant_rows},
                        {"recording_rows", made.recording_rows},
                        {"modality_rows", made.modality_rows}});
    report.Record(
        {.kind = "next",
         .values = Json{{"directory", root.string()}},
         .text = "Next: ",
         .place = ReportRecord::Place::kAfterSummary,
         .command_line = "cd " + ShellQuote(root.string()) + " && ursa fix-durations-inplace"});
  }

  std::string directory_;
  uint64_t recordings_ = 40;
  uint64_t seed_ = 1;
  std::optional<TimeNs> now_;
};

}  // namespace

std::unique_ptr<Command> MakeDemo() { return std::make_unique<Demo>(); }

}  // namespace ursa::cli
