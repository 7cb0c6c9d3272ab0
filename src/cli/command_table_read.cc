// table read: any Delta table of reader version 1. Source: commands.md, "Catalog and ingest".

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/row_output.h"
#include "store/directory.h"

namespace ursa::cli {
namespace {

CommandInfo Info() {
  return {.name = "table read",
          .section = CommandSection::kCatalog,
          .summary = "show the rows of any Delta table in a directory",
          .description =
              "Reads a Delta table of reader version 1, ours or another engine's, and shows its\n"
              "rows. What it can't read it refuses by naming the feature. Needs no profile.",
          .examples = {{"A table as JSON lines", "table read /data/tables/recordings --json"},
                       {"As it was at version 3", "table read recordings --version 3"}}};
}

class TableRead final : public Command {
 public:
  TableRead() : Command(Info()) {}

  void Configure(Options& options) override {
    options.Argument("DIR", "the table's directory, which holds _delta_log", directory_);
    options.Whole("--version", "N", "the table as it was at this version", version_);
  }

  Result<void> Run(Invocation& invocation) override {
    const auto path = (invocation.process.working_directory / directory_).lexically_normal();
    const auto table = path.has_filename() ? path : path.parent_path();
    URSA_TRY(const auto store, store::OpenDirectoryForReading(table.parent_path()));
    std::optional<int64_t> version;
    if (version_) {
      version = static_cast<int64_t>(*version_);
    }
    URSA_TRY(const delta::SnapshotPtr snapshot,
             delta::LoadSnapshot(*store, table.filename().string(), version));
    delta::ScanOptions scan;
    scan.jobs = invocation.globals.jobs.value_or(invocation.process.cores);
    scan.stop = invocation.process.stop;
    return ReportRows(invocation.report, *store, *snapshot, scan, UINT64_MAX);
  }

 private:
  std::string directory_;
  std::optional<uint64_t> version_;
};

}  // namespace

std::unique_ptr<Command> MakeTableRead() { return std::make_unique<TableRead>(); }

}  // namespace ursa::cli
