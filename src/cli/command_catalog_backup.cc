// catalog backup. Source: commands.md, "Catalog and ingest".

#include "catalog/backup.h"
#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/table_operation.h"

namespace ursa::cli {
namespace {

CommandInfo Info() {
  return {.name = "catalog backup",
          .section = CommandSection::kCatalog,
          .summary = "copy the catalog to another prefix, where it can be gone back to",
          .description =
              "Copies every table at one version, its log and data files, and the rollback\n"
              "snapshots, within the assets to the prefix DEST, on the server's side; looks at\n"
              "everything that arrived, and prints the command that restores it. Versions are\n"
              "pinned when it begins: interrupted, the same command goes on with those. Run\n"
              "again when it is whole, it compares every object with the catalog. Nothing that\n"
              "lies at DEST is ever replaced. Without --commit nothing is written.",
          .examples = {{"Look at what would be copied", "catalog backup ursa/backups/2026-05-07"},
                       {"Copy it", "catalog backup ursa/backups/2026-05-07 --commit"}}};
}

class CatalogBackup final : public TableOperation {
 public:
  CatalogBackup() : TableOperation(Info()) {}

  void Configure(Options& options) override {
    options.Argument("DEST", "a prefix of the assets where nothing lies yet", destination_);
    TableOperation::Configure(options);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {TextColumn("table", "table"),          NumberColumn("version", "version", 0),
            NumberColumn("rows", "rows", 0),       NumberColumn("objects", "objects", 0),
            NumberColumn("arrived", "arrived", 0), BytesColumn("bytes", "bytes")};
  }

 protected:
  Result<void> DryRun(Invocation& invocation, const Profile& profile) override {
    URSA_TRY(const auto assets, OpenBucket(invocation, profile, BucketRole::kAssets));
    const Environment environment = EnvironmentOf(profile, Writes::kAssets);
    URSA_TRY(const catalog::Catalog catalog, Begin(invocation, profile, environment, *assets));
    URSA_TRY(const catalog::Backup backup, Plan(invocation, profile, catalog));
    Show(invocation, profile, catalog, backup, true, 0, 0);
    if (backup.Arrived() < backup.objects.size()) {
      invocation.OfferCommit(environment);
    }
    return {};
  }

  Result<void> Commit(Invocation& invocation, const Profile& profile) override {
    URSA_TRY(const auto assets, OpenWritableBucket(invocation, profile, BucketRole::kAssets));
    const Environment environment = EnvironmentOf(profile, Writes::kAssets);
    URSA_TRY(const catalog::Catalog catalog, Begin(invocation, profile, environment, *assets));
    URSA_TRY(catalog::Backup backup, Plan(invocation, profile, catalog));
    URSA_CHECK(CheckGuard(environment));
    const uint64_t copied = backup.objects.size() - backup.Arrived();
    const uint64_t copied_bytes = backup.Bytes() - backup.ArrivedBytes();
    URSA_CHECK_CONTEXT(
        catalog::MakeBackup(*assets, catalog, backup, ContextOf(invocation, profile)),
        "backing up to " + backup.destination + "; the same command goes on from there");
    Show(invocation, profile, catalog, backup, false, copied, copied_bytes);
    return {};
  }

 private:
  static catalog::BackupContext ContextOf(Invocation& invocation, const Profile& profile) {
    return {EngineInfo(), invocation.Jobs(profile), invocation.process.stop,
            invocation.process.clock, invocation.progress};
  }

  static Result<catalog::Catalog> Begin(Invocation& invocation, const Profile& profile,
                                        Environment environment,
                                        const store::ReadableStore& assets) {
    URSA_TRY(catalog::Catalog catalog, catalog::Catalog::Open(assets, profile.catalog_prefix));
    URSA_TRY(const delta::SnapshotPtr recordings, catalog.Table(catalog::kRecordings));
    invocation.report.Begin(MakeRunInfo(profile, environment, catalog, *recordings));
    return catalog;
  }

  [[nodiscard]] Result<catalog::Backup> Plan(Invocation& invocation, const Profile& profile,
                                             const catalog::Catalog& catalog) const {
    URSA_TRY(const std::string destination, catalog::CheckBackupDestination(catalog, destination_));
    return catalog::PlanBackup(catalog, destination, ContextOf(invocation, profile));
  }

  void Show(const Invocation& invocation, const Profile& profile, const catalog::Catalog& catalog,
            const catalog::Backup& backup, bool dry_run, uint64_t copied,
            uint64_t copied_bytes) const {
    for (const catalog::BackupTable& table : backup.tables) {
      const auto rows = table.snapshot->RowCount();
      invocation.report.Row({Json{{"table", table.name},
                                  {"table_id", table.snapshot->metadata.id},
                                  {"version", table.snapshot->version},
                                  {"rows", rows ? Json(*rows) : Json(nullptr)},
                                  {"objects", table.objects},
                                  {"arrived", table.arrived},
                                  {"bytes", table.bytes}},
                             true, false});
    }
    const Environment environment = EnvironmentOf(profile, Writes::kAssets);
    const bool is_whole = backup.Arrived() == backup.objects.size();
    std::vector<std::string> restore = {"catalog", "flip", backup.destination, "--commit"};
    if (environment == Environment::kProduction) {
      restore.emplace_back("--i-know-this-targets-prod");
    }
    const std::string command = invocation.CommandLine(profile, restore);
    invocation.report.Summary(Json{{"tables", backup.tables.size()},
                                   {"objects", backup.objects.size()},
                                   {"bytes", backup.Bytes()},
                                   {"arrived", backup.Arrived()},
                                   {"copied", copied},
                                   {"copied_bytes", copied_bytes},
                                   {"is_whole", is_whole},
                                   {"dry_run", dry_run},
                                   {"would_refuse", WouldRefuse(environment)},
                                   {"backup", catalog.Assets().Uri() + "/" + backup.destination},
                                   {"restore_command", is_whole ? Json(command) : Json(nullptr)}});
    if (is_whole) {
      invocation.report.Note("The backup is whole. To make it the catalog: ", command);
    }
  }

  std::string destination_;
};

}  // namespace

std::unique_ptr<Command> MakeCatalogBackup() { return std::make_unique<CatalogBackup>(); }

}  // namespace ursa::cli
