#include "cli/nas.h"

#include <fmt/format.h>

#include <utility>

#include "store/directory.h"

namespace ursa::cli {
namespace {

namespace fs = std::filesystem;

Result<bool> HoldsRecording(const fs::path& root) {
  std::error_code error;
  fs::directory_iterator entries(root, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    if (entries->path().filename().string().starts_with("rec_") && entries->is_directory(unknown)) {
      return true;
    }
  }
  if (error && error != std::errc::no_such_file_or_directory &&
      error != std::errc::not_a_directory) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("can't list --nas-root {}: {}", root.string(), error.message()));
  }
  return false;
}

// The directory, in which a name that is taken by something else than a file is never absent: an
// operator who finds a folder of that name there would want to know.
class Nas final : public store::ReadableStore {
 public:
  Nas(fs::path root, std::unique_ptr<store::ReadableStore> directory)
      : root_(std::move(root)), directory_(std::move(directory)) {}
  using ReadableStore::Get;
  Result<store::Object> Get(std::string_view key, store::ByteRange range,
                            std::string_view if_match) const override {
    return Judge(key, directory_->Get(key, range, if_match));
  }
  Result<store::ObjectInfo> Head(std::string_view key) const override {
    return Judge(key, directory_->Head(key));
  }
  Result<store::ListPage> List(std::string_view prefix,
                               const store::ListOptions& options) const override {
    return directory_->List(prefix, options);
  }
  Result<bool> HasAnyFolder(std::string_view prefix) const override {
    return directory_->HasAnyFolder(prefix);
  }
  [[nodiscard]] std::string Uri() const override { return directory_->Uri(); }

 private:
  template <typename T>
  Result<T> Judge(std::string_view key, Result<T> found) const {
    std::error_code error;
    if (!found && found.error().code == ErrorCode::kNotFound &&
        fs::is_directory(root_ / key, error)) {
      found.error().code = ErrorCode::kUnavailable;
    }
    return found;
  }

  const fs::path root_;
  const std::unique_ptr<store::ReadableStore> directory_;
};

}  // namespace

Result<std::unique_ptr<store::ReadableStore>> OpenNas(const fs::path& root) {
  URSA_TRY(const bool holds_recording, HoldsRecording(root));
  if (!holds_recording) {
    return std::unique_ptr<store::ReadableStore>();
  }
  URSA_TRY(auto directory, store::OpenDirectoryForReading(root));
  return std::make_unique<Nas>(root, std::move(directory));
}

}  // namespace ursa::cli
