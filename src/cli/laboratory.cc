#include "cli/laboratory.h"

#include <fmt/format.h>

#include <utility>

#include "store/directory.h"

namespace ursa::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStagingMark = ".ursa-staging";

// Staging only where it is certain: a mark that cannot be looked at makes no staging.
Environment EnvironmentOf(const fs::path& root) {
  std::error_code error;
  return fs::is_regular_file(root / kStagingMark, error) ? Environment::kStaging
                                                         : Environment::kProduction;
}

Result<const DirectoryPlace*> DirectoryOf(const Profile& profile) {
  const auto* place = std::get_if<DirectoryPlace>(&profile.place);
  if (place == nullptr) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("profile {} names an S3 endpoint; this version works on directories "
                            "(root = ...)",
                            profile.name));
  }
  std::error_code error;
  const fs::file_status status = fs::status(place->root, error);
  if (status.type() == fs::file_type::not_found) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("profile {}: its root {} does not exist; correct it in {}, or make a "
                            "laboratory to try Ursa on: ursa demo DIR",
                            profile.name, place->root.string(), profile.config_file.string()));
  }
  return place;
}

// `opened`, with a way out where the directory is missing.
template <typename Store>
Result<std::unique_ptr<Store>> WithHint(Result<std::unique_ptr<Store>> opened,
                                        const Profile& profile, const fs::path& directory,
                                        std::string_view hint) {
  if (!opened && opened.error().code == ErrorCode::kNotFound) {
    return Fail(ErrorCode::kNotFound, fmt::format("profile {}: there is no directory {}; {}",
                                                  profile.name, directory.string(), hint));
  }
  return opened;
}

Result<std::unique_ptr<store::ReadableStore>> OpenRaw(const Profile& profile,
                                                      const fs::path& root) {
  const fs::path raw = root / "raw";
  return WithHint(store::OpenDirectoryForReading(raw), profile, raw,
                  "the recordings are expected there; correct root, or make a laboratory to try "
                  "Ursa on: ursa demo DIR");
}

// "account.r2.cloudflarestorage.com" of "https://account.r2.cloudflarestorage.com:443/".
std::string_view HostOf(std::string_view endpoint) {
  const size_t scheme = endpoint.find("://");
  if (scheme != std::string_view::npos) {
    endpoint.remove_prefix(scheme + 3);
  }
  return endpoint.substr(0, endpoint.find_first_of(":/"));
}

constexpr std::string_view kAssetsHint =
    "the catalog is expected there; correct root, or begin one: ursa catalog init";

}  // namespace

Result<Laboratory> OpenLaboratory(const Profile& profile) {
  URSA_TRY(const DirectoryPlace* place, DirectoryOf(profile));
  URSA_TRY(auto raw, OpenRaw(profile, place->root));
  const fs::path directory = place->root / "assets";
  URSA_TRY(auto assets,
           WithHint(store::OpenDirectoryForReading(directory), profile, directory, kAssetsHint));
  return Laboratory{profile, EnvironmentOf(place->root), std::move(raw), std::move(assets)};
}

Result<WritableLaboratory> OpenWritableLaboratory(const Profile& profile) {
  URSA_TRY(const DirectoryPlace* place, DirectoryOf(profile));
  URSA_TRY(auto raw, OpenRaw(profile, place->root));
  const fs::path directory = place->root / "assets";
  URSA_TRY(auto assets, WithHint(store::OpenDirectory(directory), profile, directory, kAssetsHint));
  return WritableLaboratory{profile, EnvironmentOf(place->root), std::move(raw), std::move(assets)};
}

Result<std::unique_ptr<store::ObjectStore>> OpenWritableRaw(const Profile& profile) {
  URSA_TRY(const DirectoryPlace* place, DirectoryOf(profile));
  return store::OpenDirectory(place->root / "raw");
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
