// query: the rows of a catalog's table. Source: commands.md, "Catalog and ingest".

#include <fmt/format.h>

#include <set>

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/row_output.h"
#include "cli/suggestion.h"
#include "delta/export.h"

namespace ursa::cli {
namespace {

constexpr uint64_t kNoLimit = UINT64_MAX;

CommandInfo Info() {
  return {.name = "query",
          .section = CommandSection::kCatalog,
          .summary = "show the rows of a table",
          .description =
              "Shows the rows of one of the catalog's tables, at its newest version or an older\n"
              "one, as a table, CSV, JSON lines or Parquet. There is no expression language:\n"
              "DuckDB, Polars and Spark read the tables as they are.",
          .examples = {{"The first five recordings", "query recordings --limit 5"},
                       {"Two columns as CSV",
                        "query recordings --columns recording_id,duration_us --format csv"},
                       {"An older version, as Parquet",
                        "query recordings --version 12 --format parquet > recordings.parquet"}}};
}

std::vector<std::string> SplitAtCommas(const std::string& text) {
  std::vector<std::string> parts;
  size_t start = 0;
  while (true) {
    const size_t comma = text.find(',', start);
    parts.push_back(text.substr(start, comma - start));
    if (comma == std::string::npos) {
      return parts;
    }
    start = comma + 1;
  }
}

Result<void> CheckColumns(const std::vector<std::string>& columns, const delta::Schema& schema) {
  std::vector<std::string> known;
  for (const delta::Field& field : schema.fields) {
    known.push_back(field.name);
  }
  std::set<std::string_view> seen;
  for (const std::string& column : columns) {
    if (!seen.insert(column).second) {
      return Fail(ErrorCode::kUsage, fmt::format("--columns: '{}' is named twice", column));
    }
    if (!schema.IndexOf(column)) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("--columns: the table has no column '{}'{}; its columns are {}",
                              column, DidYouMean(column, known), fmt::join(known, ", ")));
    }
  }
  return {};
}

class Query final : public Command {
 public:
  Query() : Command(Info()) {}

  void Configure(Options& options) override {
    options.Argument("TABLE", "recordings, modalities, participants, events, maintenance_runs, ...",
                     table_);
    options.Text("--columns", "A,B", "only these columns, in this order", columns_);
    options.Whole("--limit", "N", "at most N rows", limit_);
    options.Whole("--version", "N", "the table as it was at this version", version_);
    options.Choice("--format", "how to write the rows", {"table", "csv", "json", "parquet"},
                   format_);
  }

  [[nodiscard]] bool WantsJson() const override { return format_ == "json"; }
  [[nodiscard]] bool WritesData() const override {
    return format_ == "csv" || format_ == "parquet";
  }

  Result<void> Run(Invocation& invocation) override {
    if (invocation.globals.json && (format_ == "csv" || format_ == "parquet")) {
      return Fail(ErrorCode::kUsage, "--json is not for --format " + format_);
    }
    URSA_TRY(const CatalogSession session, OpenCatalogSession(invocation));
    std::optional<int64_t> version;
    if (version_) {
      version = static_cast<int64_t>(*version_);
    }
    URSA_TRY(const delta::SnapshotPtr snapshot, OpenNamedTable(session.catalog, table_, version));
    delta::ScanOptions scan;
    if (columns_) {
      scan.columns = SplitAtCommas(*columns_);
      URSA_CHECK(CheckColumns(scan.columns, snapshot->schema));
    }
    scan.jobs = invocation.Jobs(session.profile);
    scan.stop = invocation.process.stop;
    const uint64_t limit = limit_.value_or(kNoLimit);
    Output& output = invocation.process.out.output;
    if (format_ == "csv") {
      return WriteCsv(output, *session.assets, *snapshot, scan, limit);
    }
    if (format_ == "parquet") {
      if (invocation.process.out.terminal_columns) {
        return Fail(ErrorCode::kUsage,
                    "Parquet is not for a terminal: send it to a file with > FILE");
      }
      return delta::ExportParquet(*session.assets, *snapshot, scan, limit,
                                  [&](std::string_view bytes) -> Result<void> {
                                    output.Write(bytes);
                                    return {};
                                  });
    }
    invocation.report.Begin(MakeRunInfo(session, *snapshot));
    return ReportRows(invocation.report, *session.assets, *snapshot, scan, limit);
  }

 private:
  std::string table_;
  std::optional<std::string> columns_;
  std::optional<uint64_t> limit_;
  std::optional<uint64_t> version_;
  std::string format_ = "table";
};

}  // namespace

std::unique_ptr<Command> MakeQuery() { return std::make_unique<Query>(); }

}  // namespace ursa::cli
