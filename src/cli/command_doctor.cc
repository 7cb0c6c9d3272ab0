// doctor. Source: commands.md, "Catalog and ingest".

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/sha_extensions.h"

namespace ursa::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBytes = "written by ursa doctor; it may be deleted\n";
// Services refuse requests of a time further off than 15 minutes; this is on the way there.
constexpr Nanoseconds kSkewMax = std::chrono::minutes{5};
// Somebody waits for the answer, and a run that needs a better network does not: other commands are
// more patient.
constexpr uint32_t kTriesMax = 2;
constexpr std::chrono::seconds kPatience{5};

// Runs one check after the other, and tells the report of all when it ends: its first line is about
// the catalog, which is opened late.
class Examination {
 public:
  Examination(Invocation& invocation, const Profile& profile)
      : invocation_(invocation), profile_(profile) {}

  void Ok(const char* check, std::string_view place, const std::string& message) {
    ++ok_;
    Tell(check, place, "ok", message, false);
  }
  void Note(const char* check, std::string_view place, const std::string& message) {
    ++notes_;
    Tell(check, place, "note", message, false);
  }
  void Failed(const char* check, std::string_view place, const Error& error) {
    ++failed_;
    if (!first_failure_) {
      first_failure_ =
          Error{error.code, fmt::format("{} of {}: {}", check, place, error.ToString()), {}, {}};
    }
    Tell(check, place, "failed", error.ToString(), true);
  }

  // All checks of one bucket or directory, until one fails without which no other can succeed.
  void Bucket(BucketRole role, bool write) {
    const std::string_view place = BucketRoleName(role);
    if (is_unreachable_) {
      return Note("open", place, "not tried: the endpoint, which is the same, does not answer");
    }
    if (std::holds_alternative<S3Place>(profile_.place)) {
      const auto settings = SettingsOf(role);
      if (!settings) {
        return Failed("credentials", place, settings.error());
      }
      Ok("credentials", place, "from " + settings->credentials.source);
      if (!ClockOf(*settings, place)) {
        return;
      }
    }
    const auto store = Open(role);
    if (!store) {
      return Failed("open", place, store.error());
    }
    if (!Reading(**store, place)) {
      return;
    }
    assets_can_be_listed_ = assets_can_be_listed_ || role == BucketRole::kAssets;
    if (write) {
      Writing(role);
    } else {
      Note("write", place, "not tried; --write does");
    }
  }

  void CatalogOf() {
    if (!assets_can_be_listed_) {
      return;  // told already
    }
    const auto assets = Open(BucketRole::kAssets);
    if (!assets) {
      return Failed("open", "assets", assets.error());
    }
    const auto catalog = catalog::Catalog::Open(**assets, profile_.catalog_prefix);
    const auto table = catalog ? catalog->Table(catalog::kRecordings)
                               : Result<delta::SnapshotPtr>(tl::unexpected(catalog.error()));
    if (!table && table.error().code == ErrorCode::kNotFound) {
      return Note("catalog", "assets", "there is none yet; begin one: ursa catalog init");
    }
    if (!table) {
      return Failed("catalog", "assets", table.error());
    }
    run_info_ = MakeRunInfo(profile_, EnvironmentOf(profile_, Writes::kAssets), *catalog, **table);
    Ok("catalog", "assets", fmt::format("{}, version {}", catalog->Uri(), (*table)->version));
  }

  void Nas(const fs::path& root) {
    std::error_code error;
    bool found = false;
    for (fs::directory_iterator entry(root, error);
         !error && entry != fs::directory_iterator() && !found; entry.increment(error)) {
      found = entry->path().filename().string().starts_with("rec_");
    }
    if (error) {
      Failed(
          "nas", "nas",
          {ErrorCode::kNotFound,
           fmt::format("{}: {}; mount it, or correct --nas-root", root.string(), error.message()),
           {},
           {}});
    } else if (!found) {
      Failed("nas", "nas",
             {ErrorCode::kNotFound,
              root.string() + " holds no rec_* directory; is it mounted?",
              {},
              {}});
    } else {
      Ok("nas", "nas", root.string() + " holds recordings");
    }
  }

  void ShaExtensions() {
    if (HasShaExtensions()) {
      return Ok("sha_extensions", "machine", "the processor has them: hashing is fast");
    }
    Note("sha_extensions", "machine",
         "the processor has none: hashing takes several times as long; prefer another machine for "
         "reconstruct-all-recent");
  }

  Result<void> End() {
    if (run_info_) {
      invocation_.report.Begin(*run_info_);
    }
    for (const ReportRow& row : rows_) {
      invocation_.report.Row(row);
    }
    invocation_.report.Summary(Json{
        {"checks", ok_ + notes_ + failed_}, {"ok", ok_}, {"notes", notes_}, {"failed", failed_}});
    return first_failure_ ? Result<void>(tl::unexpected(*first_failure_)) : Result<void>();
  }

 private:
  void Tell(const char* check, std::string_view place, const char* outcome,
            const std::string& message, bool needs_person) {
    rows_.push_back(
        {Json{{"check", check}, {"place", place}, {"outcome", outcome}, {"message", message}}, true,
         needs_person});
  }

  [[nodiscard]] Result<store::S3Settings> SettingsOf(BucketRole role) const {
    URSA_TRY(store::S3Settings settings, S3SettingsOf(invocation_, profile_, role));
    settings.tries_max = kTriesMax;
    settings.connect_timeout = kPatience;
    settings.stall_timeout = kPatience;
    return settings;
  }

  [[nodiscard]] Result<std::unique_ptr<store::ReadableStore>> Open(BucketRole role) const {
    if (!std::holds_alternative<S3Place>(profile_.place)) {
      return OpenBucket(invocation_, profile_, role);
    }
    URSA_TRY(auto settings, SettingsOf(role));
    return store::OpenS3ForReading(std::move(settings));
  }

  [[nodiscard]] Result<std::unique_ptr<store::ObjectStore>> OpenWritable(BucketRole role) const {
    if (!std::holds_alternative<S3Place>(profile_.place)) {
      return OpenWritableBucket(invocation_, profile_, role);
    }
    URSA_TRY(auto settings, SettingsOf(role));
    return store::OpenS3(std::move(settings));
  }

  // False where nothing else can be asked: there is no answer, or every one will be a refusal.
  bool ClockOf(const store::S3Settings& settings, std::string_view place) {
    const auto ahead = store::MeasureS3ClockAhead(settings);
    if (!ahead) {
      is_unreachable_ = ahead.error().code == ErrorCode::kUnavailable;
      Failed("clock", place, ahead.error());
      return false;
    }
    const std::string text =
        fmt::format("this machine's clock is {} s {} the service's",
                    std::abs(std::chrono::round<std::chrono::seconds>(*ahead).count()),
                    ahead->count() < 0 ? "behind" : "ahead of");
    if (std::chrono::abs(*ahead) > kSkewMax) {
      Failed("clock", place, {ErrorCode::kUnavailable, text + "; set it (NTP)", {}, {}});
      return false;
    }
    Ok("clock", place, text);
    return true;
  }

  // Lists and reads; false where nothing can be listed.
  bool Reading(const store::ReadableStore& store, std::string_view place) {
    const auto page = store.List("", {});
    if (!page) {
      Failed("list", place, page.error());
      return false;
    }
    Ok("list", place,
       fmt::format("{} objects{} in {}", page->objects.size(), page->next ? " and more" : "",
                   store.Uri()));
    if (page->objects.empty()) {
      Note("read", place, "there is nothing to read yet");
      return true;
    }
    const auto object = store.Get(page->objects.front().key, store::ByteRange::From(0, 1),
                                  page->objects.front().etag);
    if (!object) {
      Failed("read", place, object.error());
    } else {
      Ok("read", place, "a byte of " + page->objects.front().key);
    }
    return true;
  }

  // Puts an object of its own if absent, twice, reads it, deletes it.
  void Writing(BucketRole role) {
    const std::string_view place = BucketRoleName(role);
    const auto store = OpenWritable(role);
    if (!store) {
      return Failed("write", place, store.error());
    }
    const std::string key = "ursa-doctor-" + MakeUuid(invocation_.process.random());
    const auto put = (*store)->Put(key, kBytes, store::PutCondition::kIfAbsent);
    if (!put && put.error().code == ErrorCode::kDenied && role == BucketRole::kRaw) {
      return Note("write", place,
                  "read-only; only reconstruct-all-recent writes there: " + put.error().ToString());
    }
    if (!put) {
      return Failed("write", place, put.error());
    }
    const auto object = (*store)->Get(key);
    if (!object) {
      Failed("write", place, object.error());
    } else if (object->bytes != kBytes) {
      Failed("write", place, {ErrorCode::kCorrupt, key + " was not read as written", {}, {}});
    } else {
      Ok("write", place, "an object was written and read back");
    }
    ConditionalPut(**store, key, place);
    if (const auto deleted = (*store)->Delete(key); !deleted) {
      Note("delete", place,
           fmt::format("{} stays, delete it: {}", key, deleted.error().ToString()));
    }
  }

  void ConditionalPut(store::ObjectStore& store, const std::string& key, std::string_view place) {
    const auto again = store.Put(key, "overwritten\n", store::PutCondition::kIfAbsent);
    if (again) {
      return Failed("conditional_put", place,
                    {ErrorCode::kUnsupported,
                     "the store overwrites what was to be put only if absent: two writers would "
                     "lose each other's commits; use a service that has conditional PUT",
                     {},
                     {}});
    }
    if (again.error().code != ErrorCode::kAlreadyExists) {
      return Failed("conditional_put", place, again.error());
    }
    Ok("conditional_put", place, "a second put-if-absent was refused");
  }

  Invocation& invocation_;
  const Profile& profile_;
  std::optional<RunInfo> run_info_;
  std::vector<ReportRow> rows_;
  uint64_t ok_ = 0;
  uint64_t notes_ = 0;
  uint64_t failed_ = 0;
  std::optional<Error> first_failure_;
  bool is_unreachable_ = false;
  bool assets_can_be_listed_ = false;
};

class Doctor final : public Command {
 public:
  Doctor()
      : Command({.name = "doctor",
                 .section = CommandSection::kLaboratory,
                 .summary = "check a profile before it matters",
                 .description =
                     "Checks credentials, clock, listing and reading of both buckets, the\n"
                     "catalog, and the processor; with --write also writing and conditional PUT,\n"
                     "with an object of its own that it deletes again; with --nas-root the NAS.\n"
                     "One line each, with what to do. Any failed check fails the run.",
                 .examples = {{"What only reads", "doctor"},
                              {"Before the first commit", "doctor --write"},
                              {"Another profile, and the NAS",
                               "doctor --profile r2 --nas-root /mnt/nas"}}}) {}

  void Configure(Options& options) override {
    options.Flag("--write", "write an object to each bucket, and delete it", write_);
    options.Text("--nas-root", "DIR", "where the rigs' NAS is mounted", nas_root_);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {TextColumn("check", "check"), TextColumn("place", "place"),
            TextColumn("outcome", "outcome"), TextColumn("message", "message")};
  }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const Profile profile, invocation.LoadProfile());
    Examination examination(invocation, profile);
    examination.Ok("profile", "machine",
                   fmt::format("{} in {}", profile.name, profile.config_file.string()));
    examination.Bucket(BucketRole::kRaw, write_);
    examination.Bucket(BucketRole::kAssets, write_);
    examination.CatalogOf();
    if (nas_root_) {
      examination.Nas(invocation.process.working_directory / *nas_root_);
    }
    examination.ShaExtensions();
    return examination.End();
  }

 private:
  bool write_ = false;
  std::optional<std::string> nas_root_;
};

}  // namespace

std::unique_ptr<Command> MakeDoctor() { return std::make_unique<Doctor>(); }

}  // namespace ursa::cli
