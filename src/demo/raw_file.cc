#include "demo/raw_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/digest.h"

namespace ursa::demo {
namespace {

constexpr mode_t kFileMode = 0644;
constexpr std::array<char, 65'536> kZeros{};
constexpr size_t kHeldBackBytes = 1 << 20;

store::FileDescriptor MakeFile(const std::filesystem::path& path) {
  return store::FileDescriptor(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
}

Result<void> WriteAll(int descriptor, std::string_view bytes, uint64_t offset,
                      const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return store::FileError(errno, "write", path.string());
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return {};
}

}  // namespace

std::string DigestOf(const RawFile& file) {
  Sha256 digest;
  digest.Update(file.head);
  for (uint64_t left = file.zero_bytes; left > 0;) {
    const uint64_t bytes = std::min<uint64_t>(left, kZeros.size());
    digest.Update({kZeros.data(), static_cast<size_t>(bytes)});
    left -= bytes;
  }
  digest.Update(file.tail);
  return digest.HexDigest();
}

Result<void> WriteRawFile(const std::filesystem::path& path, const RawFile& file) {
  const store::FileDescriptor descriptor = MakeFile(path);
  if (!descriptor) {
    return store::FileError(errno, "make", path.string());
  }
  URSA_CHECK(WriteAll(descriptor.Get(), file.head, 0, path));
  const uint64_t silence_end = file.head.size() + file.zero_bytes;
  if (file.zero_bytes > 0 && ftruncate(descriptor.Get(), static_cast<off_t>(silence_end)) != 0) {
    return store::FileError(errno, "extend", path.string());
  }
  URSA_CHECK(WriteAll(descriptor.Get(), file.tail, silence_end, path));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(file.modified);
  const timespec modified{seconds.time_since_epoch().count(), (file.modified - seconds).count()};
  const std::array<timespec, 2> times = {modified, modified};
  if (futimens(descriptor.Get(), times.data()) != 0) {
    return store::FileError(errno, "set the last-modified time of", path.string());
  }
  return {};
}

GrowingFile::GrowingFile(std::filesystem::path path, store::FileDescriptor descriptor)
    : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

Result<GrowingFile> GrowingFile::Make(const std::filesystem::path& path) {
  store::FileDescriptor descriptor = MakeFile(path);
  if (!descriptor) {
    return store::FileError(errno, "make", path.string());
  }
  return GrowingFile(path, std::move(descriptor));
}

Result<void> GrowingFile::Append(std::string_view text) {
  held_back_ += text;
  return held_back_.size() < kHeldBackBytes ? Result<void>() : Finish();
}

Result<void> GrowingFile::Finish() {
  URSA_CHECK(WriteAll(descriptor_.Get(), held_back_, written_bytes_, path_));
  written_bytes_ += held_back_.size();
  held_back_.clear();
  return {};
}

Result<void> MakeDirectories(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return store::FileError(error.value(), "make the directory", path.string());
  }
  return {};
}

}  // namespace ursa::demo
