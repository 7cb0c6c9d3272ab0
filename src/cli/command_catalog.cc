// catalog init, show and history. Source: commands.md, "Catalog and ingest".

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "catalog/prefix.h"
#include "cli/all_commands.h"
#include "cli/catalog_session.h"

namespace ursa::cli {
namespace {

// So many versions are shown at most; older ones are in the log all the same.
constexpr uint64_t kHistoryShown = 1000;

class CatalogInit final : public Command {
 public:
  CatalogInit()
      : Command(
            {.name = "catalog init",
             .section = CommandSection::kCatalog,
             .summary = "begin an empty catalog",
             .description =
                 "Makes the tables of an empty catalog in the profile's assets, and the\n"
                 "directories of a new laboratory where they are missing. Refuses where there\n"
                 "is a catalog already.",
             .examples = {{"A catalog for trying things out", "catalog init --staging"},
                          {"Below a prefix of its own", "catalog init --prefix lab/catalog"}}}) {}

  void Configure(Options& options) override {
    options.Text("--prefix", "P", "where in the assets; ursa/catalog without it", prefix_);
    options.Flag("--staging", "mark the laboratory as staging: commits need no production guard",
                 staging_);
  }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const Profile profile, invocation.LoadProfile());
    URSA_TRY(
        const std::string prefix,
        catalog::CheckNewPrefix(
            prefix_.value_or(profile.catalog_prefix.value_or(std::string(catalog::kDefaultPrefix))),
            catalog::kCatalogPrefix));
    if (const auto* place = std::get_if<DirectoryPlace>(&profile.place)) {
      URSA_CHECK(MakeDirectories(place->root));
    } else if (staging_ && EnvironmentOf(profile, Writes::kAssets) != Environment::kStaging) {
      return Fail(ErrorCode::kUsage,
                  "--staging marks a directory; a bucket is staging by its name, which ends in "
                  "-test or -staging");
    }
    URSA_TRY(const auto assets, OpenWritableBucket(invocation, profile, BucketRole::kAssets));
    URSA_TRY(const catalog::Catalog catalog,
             catalog::InitCatalog(*assets, prefix,
                                  WriteContextOf(invocation, profile, kTimeoutSeconds)));
    // Only now: a laboratory that had a catalog must not become staging by a refused command.
    if (const auto* place = std::get_if<DirectoryPlace>(&profile.place); place && staging_) {
      URSA_CHECK(MarkAsStaging(place->root));
    }
    URSA_TRY(const delta::SnapshotPtr recordings, catalog.Table(catalog::kRecordings));
    invocation.report.Begin(
        MakeRunInfo(profile, EnvironmentOf(profile, Writes::kAssets), catalog, *recordings));
    URSA_TRY(const auto tables, catalog.TableNames());
    invocation.report.Summary(Json{{"prefix", prefix}, {"tables", tables}});
    return {};
  }

 private:
  static constexpr uint64_t kTimeoutSeconds = 120;

  [[nodiscard]] static Result<void> MakeDirectories(const std::filesystem::path& root) {
    std::error_code error;
    for (const char* name : {"raw", "assets"}) {
      std::filesystem::create_directories(root / name, error);
      if (error) {
        return Fail(ErrorCode::kUnavailable,
                    fmt::format("can't make {}: {}", (root / name).string(), error.message()));
      }
    }
    return {};
  }

  [[nodiscard]] static Result<void> MarkAsStaging(const std::filesystem::path& root) {
    const auto mark = root / ".ursa-staging";
    if (!std::ofstream(mark, std::ios::app)) {
      return Fail(ErrorCode::kUnavailable, fmt::format("can't make {}", mark.string()));
    }
    return {};
  }

  std::optional<std::string> prefix_;
  bool staging_ = false;
};

class CatalogShow final : public Command {
 public:
  CatalogShow()
      : Command({.name = "catalog show",
                 .section = CommandSection::kCatalog,
                 .summary = "show the catalog's tables: versions, rows, files",
                 .description = "Shows every table of the active catalog, or of the configured\n"
                                "prefix, with its version, rows, data files and bytes.",
                 .examples = {{"All tables", "catalog show"}}}) {}

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {TextColumn("table", "table"), NumberColumn("version", "version", 0),
            NumberColumn("rows", "rows", 0), NumberColumn("files", "files", 0),
            BytesColumn("bytes", "bytes")};
  }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const CatalogSession session, OpenCatalogSession(invocation));
    URSA_TRY(const delta::SnapshotPtr recordings, session.catalog.Table(catalog::kRecordings));
    invocation.report.Begin(MakeRunInfo(session, *recordings));
    URSA_TRY(const auto names, session.catalog.TableNames());
    for (const std::string& name : names) {
      URSA_TRY(const delta::SnapshotPtr table, session.catalog.Table(name));
      uint64_t bytes = 0;
      for (const auto& [path, file] : table->files) {
        bytes += file.size_bytes;
      }
      const auto rows = table->RowCount();
      invocation.report.Row(
          {Json{{"table", name},
                {"table_id", table->metadata.id},
                {"version", table->version},
                {"rows", rows ? Json(*rows) : Json(nullptr)},
                {"files", table->files.size()},
                {"bytes", bytes},
                {"checkpoint_version",
                 table->checkpoint_version < 0 ? Json(nullptr) : Json(table->checkpoint_version)}},
           true, false});
    }
    invocation.report.Summary(Json{{"tables", names.size()},
                                   {"prefix", session.catalog.Prefix()},
                                   {"read_only", session.catalog.IsReadOnly()}});
    return {};
  }
};

// The member of a commitInfo as shown; null where the engine that wrote it left it out.
Json Member(const Json& info, const char* name) {
  const auto member = info.find(name);
  return member == info.end() ? Json(nullptr) : *member;
}

Json HistoryRow(const delta::HistoryEntry& entry) {
  const Json parsed = Json::parse(entry.commit_info, nullptr, false);
  const Json info = parsed.is_object() ? parsed : Json::object();
  const Json ours = Member(info, "ursa").is_object() ? info["ursa"] : Json::object();
  Json time = nullptr;
  if (const Json stamp = Member(info, "timestamp"); stamp.is_number_integer()) {
    // Far outside of what can be a time, it is shown as nothing rather than wrapped round.
    const auto milliseconds = stamp.get<int64_t>();
    if (std::abs(milliseconds) < int64_t{253'402'300'800'000}) {
      time = FormatTime(TimeUs{std::chrono::milliseconds{milliseconds}});
    }
  }
  return Json{{"version", entry.version},
              {"time", std::move(time)},
              {"operation", Member(info, "operation")},
              {"engine", Member(info, "engineInfo")},
              // "command" is the envelope's: the one that prints this.
              {"plan_command", Member(ours, "command")},
              {"run_id", Member(ours, "run_id")}};
}

class CatalogHistory final : public Command {
 public:
  CatalogHistory()
      : Command({.name = "catalog history",
                 .section = CommandSection::kCatalog,
                 .summary = "show who committed what to a table, newest first",
                 .description =
                     "Shows the commits of a table as its log has them: versions, times,\n"
                     "engines, and for Ursa's own the command and its run_id.",
                 .examples = {{"The commits of recordings", "catalog history"},
                              {"Of another table", "catalog history participants"}}}) {}

  void Configure(Options& options) override {
    options.OptionalArgument("TABLE", "recordings without it", table_);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {NumberColumn("version", "version", 0), TextColumn("time", "time"),
            TextColumn("operation", "operation"),  TextColumn("engine", "engine"),
            TextColumn("command", "plan_command"), WholeColumn("run", "run_id")};
  }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const CatalogSession session, OpenCatalogSession(invocation));
    const std::string name = table_.value_or(std::string(catalog::kRecordings));
    URSA_TRY(const delta::SnapshotPtr table, OpenNamedTable(session.catalog, name));
    invocation.report.Begin(MakeRunInfo(session, *table));
    URSA_TRY(const auto history,
             delta::ReadHistory(*session.assets, session.catalog.TablePath(name), kHistoryShown));
    for (const delta::HistoryEntry& entry : history) {
      invocation.report.Row({HistoryRow(entry), true, false});
    }
    invocation.report.Summary(Json{{"table", name}, {"versions", history.size()}});
    return {};
  }

 private:
  std::optional<std::string> table_;
};

}  // namespace

std::unique_ptr<Command> MakeCatalogInit() { return std::make_unique<CatalogInit>(); }
std::unique_ptr<Command> MakeCatalogShow() { return std::make_unique<CatalogShow>(); }
std::unique_ptr<Command> MakeCatalogHistory() { return std::make_unique<CatalogHistory>(); }

}  // namespace ursa::cli
