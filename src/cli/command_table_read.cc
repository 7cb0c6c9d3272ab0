// table read: any Delta table of reader version 1. Source: commands.md, "Catalog and ingest".

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/row_output.h"
#include "store/directory.h"
#include "store/s3.h"

namespace ursa::cli {
namespace {

CommandInfo Info() {
  return {.name = "table read",
          .section = CommandSection::kCatalog,
          .summary = "show the rows of any Delta table",
          .description =
              "Reads a Delta table of reader version 1, ours or another engine's, and shows its\n"
              "rows. What it can't read it refuses by naming the feature. A directory needs no\n"
              "profile; a bucket is read with the endpoint and the credentials of one.",
          .examples = {{"A table as JSON lines", "table read /data/tables/recordings --json"},
                       {"As it was at version 3", "table read recordings --version 3"},
                       {"In a bucket", "--profile r2 table read s3://bucket/ursa/catalog/events"}}};
}

class TableRead final : public Command {
 public:
  TableRead() : Command(Info()) {}

  void Configure(Options& options) override {
    options.Argument("DIR|URI",
                     "the table's directory, which holds _delta_log, or s3://BUCKET/PATH", where_);
    options.Whole("--version", "N", "the table as it was at this version", version_);
  }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const Place place, Open(invocation));
    std::optional<int64_t> version;
    if (version_) {
      version = static_cast<int64_t>(*version_);
    }
    URSA_TRY(const delta::SnapshotPtr snapshot,
             delta::LoadSnapshot(*place.store, place.table_path, version));
    delta::ScanOptions scan;
    scan.jobs = invocation.globals.jobs.value_or(invocation.process.cores);
    scan.stop = invocation.process.stop;
    return ReportRows(invocation.report, *place.store, *snapshot, scan, UINT64_MAX);
  }

 private:
  // A store, and where in it the table is.
  struct Place {
    std::unique_ptr<store::ReadableStore> store;
    std::string table_path;
  };

  [[nodiscard]] Result<Place> Open(const Invocation& invocation) const {
    for (const std::string_view scheme : {"s3://", "r2://"}) {
      if (where_.starts_with(scheme)) {
        return OpenInBucket(invocation, std::string_view(where_).substr(scheme.size()));
      }
    }
    std::string_view directory = where_;
    for (const std::string_view scheme : {"local://", "file://"}) {
      directory.remove_prefix(directory.starts_with(scheme) ? scheme.size() : 0);
    }
    const auto path = (invocation.process.working_directory / directory).lexically_normal();
    const auto table = path.has_filename() ? path : path.parent_path();
    if (!table.has_filename()) {
      return Fail(ErrorCode::kUsage, path.string() +
                                         " is no table's directory; name the one that "
                                         "holds _delta_log");
    }
    URSA_TRY(auto opened, store::OpenDirectoryForReading(table.parent_path()));
    return Place{std::move(opened), table.filename().string()};
  }

  // The profile says which service the bucket is of, and its credentials.
  [[nodiscard]] static Result<Place> OpenInBucket(const Invocation& invocation,
                                                  std::string_view bucket_and_path) {
    URSA_TRY(const Profile profile, invocation.LoadProfile());
    if (!std::holds_alternative<S3Place>(profile.place)) {
      return Fail(ErrorCode::kUsage, "the profile " + profile.name +
                                         " has no endpoint: choose one that has with --profile");
    }
    const size_t slash = std::min(bucket_and_path.find('/'), bucket_and_path.size());
    URSA_TRY(store::S3Settings settings, S3SettingsOf(invocation, profile, BucketRole::kAssets));
    settings.bucket = bucket_and_path.substr(0, slash);
    std::string path(bucket_and_path.substr(std::min(slash + 1, bucket_and_path.size())));
    while (path.ends_with('/')) {
      path.pop_back();
    }
    if (settings.bucket.empty() || !store::CheckKey(path)) {
      return Fail(ErrorCode::kUsage, "name a table in a bucket as s3://BUCKET/PATH");
    }
    URSA_TRY(auto opened, store::OpenS3ForReading(std::move(settings)));
    return Place{std::move(opened), std::move(path)};
  }

  std::string where_;
  std::optional<uint64_t> version_;
};

}  // namespace

std::unique_ptr<Command> MakeTableRead() { return std::make_unique<TableRead>(); }

}  // namespace ursa::cli
