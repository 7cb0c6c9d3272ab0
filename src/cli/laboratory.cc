#include "cli/laboratory.h"

#include <fmt/format.h>

#include <utility>

#include "store/directory.h"

namespace ursa::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStagingMark = ".ursa-staging";

// Staging only where it is certain: a mark that cannot be looked at makes no staging.
bool IsStagingRoot(const fs::path& root) {
  std::error_code error;
  return fs::is_regular_file(root / kStagingMark, error);
}

bool IsStagingBucket(std::string_view bucket) {
  return bucket.ends_with("-test") || bucket.ends_with("-staging");
}

Result<void> CheckRoot(const Profile& profile, const DirectoryPlace& place) {
  std::error_code error;
  const fs::file_status status = fs::status(place.root, error);
  if (status.type() == fs::file_type::not_found) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("profile {}: its root {} does not exist; correct it in {}, or make a "
                            "laboratory to try Ursa on: ursa demo DIR",
                            profile.name, place.root.string(), profile.config_file.string()));
  }
  return {};
}

constexpr std::string_view HintOf(BucketRole role) {
  return role == BucketRole::kRaw
             ? "the recordings are expected there; correct root, or make a laboratory to try Ursa "
               "on: ursa demo DIR"
             : "the catalog is expected there; correct root, or begin one: ursa catalog init";
}

// Opens a bucket or a directory with the function given for it.
template <typename Store>
Result<std::unique_ptr<Store>> Open(
    const Invocation& invocation, const Profile& profile, BucketRole role,
    Result<std::unique_ptr<Store>> (*open_directory)(const fs::path&),
    Result<std::unique_ptr<Store>> (*open_bucket)(store::S3Settings)) {
  if (std::holds_alternative<S3Place>(profile.place)) {
    URSA_TRY(auto settings, S3SettingsOf(invocation, profile, role));
    return open_bucket(std::move(settings));
  }
  const auto& place = std::get<DirectoryPlace>(profile.place);
  URSA_CHECK(CheckRoot(profile, place));
  const fs::path directory = place.root / BucketRoleName(role);
  auto opened = open_directory(directory);
  if (!opened && opened.error().code == ErrorCode::kNotFound) {
    return Fail(ErrorCode::kNotFound, fmt::format("profile {}: there is no directory {}; {}",
                                                  profile.name, directory.string(), HintOf(role)));
  }
  return opened;
}

// "account.r2.cloudflarestorage.com" of "https://account.r2.cloudflarestorage.com:443/".
std::string_view HostOf(std::string_view endpoint) {
  const size_t scheme = endpoint.find("://");
  if (scheme != std::string_view::npos) {
    endpoint.remove_prefix(scheme + 3);
  }
  return endpoint.substr(0, endpoint.find_first_of(":/"));
}

}  // namespace

Environment EnvironmentOf(const Profile& profile, Writes writes) {
  bool staging = false;
  if (const auto* place = std::get_if<S3Place>(&profile.place)) {
    staging = IsStagingBucket(place->assets_bucket) &&
              (writes == Writes::kAssets || IsStagingBucket(place->raw_bucket));
  } else {
    staging = IsStagingRoot(std::get<DirectoryPlace>(profile.place).root);
  }
  return staging ? Environment::kStaging : Environment::kProduction;
}

Result<store::S3Settings> S3SettingsOf(const Invocation& invocation, const Profile& profile,
                                       BucketRole role) {
  const auto& place = std::get<S3Place>(profile.place);
  const Process& process = invocation.process;
  URSA_TRY(auto credentials, FindCredentials(process, role));
  return store::S3Settings{
      .endpoint = place.endpoint,
      .region = place.region,
      .virtual_addressing = place.addressing == S3Place::Addressing::kVirtual,
      .bucket = role == BucketRole::kRaw ? place.raw_bucket : place.assets_bucket,
      .credentials = std::move(credentials),
      .ca_bundle = place.ca_bundle.value_or(fs::path()).string(),
      .allow_http = place.allow_http,
      .connections = invocation.Jobs(profile),
      .clock = process.clock,
      .random = process.random(),
      .stop = process.stop};
}

Result<std::unique_ptr<store::ReadableStore>> OpenBucket(const Invocation& invocation,
                                                         const Profile& profile, BucketRole role) {
  return Open(invocation, profile, role, &store::OpenDirectoryForReading, &store::OpenS3ForReading);
}

Result<std::unique_ptr<store::ObjectStore>> OpenWritableBucket(const Invocation& invocation,
                                                               const Profile& profile,
                                                               BucketRole role) {
  return Open(invocation, profile, role, &store::OpenDirectory, &store::OpenS3);
}

Result<std::unique_ptr<store::ReadableStore>> OpenRawForStreams(const Invocation& invocation,
                                                                const Profile& profile,
                                                                std::chrono::seconds stall) {
  if (!std::holds_alternative<S3Place>(profile.place)) {
    return OpenBucket(invocation, profile, BucketRole::kRaw);
  }
  URSA_TRY(auto settings, S3SettingsOf(invocation, profile, BucketRole::kRaw));
  settings.stall_timeout = stall;
  settings.tries_max = 1;
  return store::OpenS3ForReading(std::move(settings));
}

Result<Laboratory> OpenLaboratory(const Invocation& invocation, const Profile& profile,
                                  Writes writes) {
  URSA_TRY(auto raw, OpenBucket(invocation, profile, BucketRole::kRaw));
  URSA_TRY(auto assets, OpenBucket(invocation, profile, BucketRole::kAssets));
  return Laboratory{profile, EnvironmentOf(profile, writes), std::move(raw), std::move(assets)};
}

Result<WritableLaboratory> OpenWritableLaboratory(const Invocation& invocation,
                                                  const Profile& profile, Writes writes) {
  URSA_TRY(auto raw, OpenBucket(invocation, profile, BucketRole::kRaw));
  URSA_TRY(auto assets, OpenWritableBucket(invocation, profile, BucketRole::kAssets));
  return WritableLaboratory{profile, EnvironmentOf(profile, writes), std::move(raw),
                            std::move(assets)};
}

Result<Nanoseconds> RawClockAhead(const Invocation& invocation, const Profile& profile) {
  if (!std::holds_alternative<S3Place>(profile.place)) {
    return Nanoseconds{0};
  }
  URSA_TRY(auto settings, S3SettingsOf(invocation, profile, BucketRole::kRaw));
  return store::MeasureS3ClockAhead(std::move(settings));
}

std::string RawLocation(const Profile& profile) {
  const auto* bucket = std::get_if<S3Place>(&profile.place);
  if (bucket == nullptr) {
    return "local://raw";
  }
  const bool is_r2 = HostOf(bucket->endpoint).ends_with(".r2.cloudflarestorage.com");
  return (is_r2 ? "r2://" : "s3://") + bucket->raw_bucket;
}

}  // namespace ursa::cli
