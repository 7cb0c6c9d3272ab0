#include "cli/nas.h"

#include <fmt/format.h>

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

}  // namespace

Result<std::unique_ptr<store::ReadableStore>> OpenNas(const fs::path& root) {
  URSA_TRY(const bool holds_recording, HoldsRecording(root));
  if (!holds_recording) {
    return std::unique_ptr<store::ReadableStore>();
  }
  return store::OpenDirectoryForReading(root);
}

}  // namespace ursa::cli
