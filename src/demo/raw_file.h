// One file of the raw bucket, before it is written. Most of a sound is silence: those bytes are
// only counted, and become a hole on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "store/file_descriptor.h"

namespace ursa::demo {

struct RawFile {
  std::string path;    // below the recording's prefix: "eeg_0/eeg_0000.bin"
  std::string worker;  // of a worker's data file, else empty
  std::string slug;    // of a worker's data file, else empty
  std::string head;
  uint64_t zero_bytes = 0;  // after `head`
  std::string tail;         // after those
  TimeNs modified;
  bool is_gone = false;  // it was there when the manifest was written, and is no more

  [[nodiscard]] uint64_t SizeBytes() const { return head.size() + zero_bytes + tail.size(); }
};

// SHA-256 over all its bytes, 64 lower-case hex digits.
std::string DigestOf(const RawFile& file);

// Makes `path` with the bytes and the last-modified time of `file`. Nothing is overwritten
// (kAlreadyExists), nothing is fsynced. The directory has to exist.
Result<void> WriteRawFile(const std::filesystem::path& path, const RawFile& file);

// A file that is written from its start to its end, in large pieces. Not thread-safe.
class GrowingFile {
 public:
  // kAlreadyExists where there is one.
  static Result<GrowingFile> Make(const std::filesystem::path& path);

  Result<void> Append(std::string_view text);
  // Writes what is still held back; the last call.
  Result<void> Finish();

 private:
  GrowingFile(std::filesystem::path path, store::FileDescriptor descriptor);

  std::filesystem::path path_;
  store::FileDescriptor descriptor_;
  std::string held_back_;
  uint64_t written_bytes_ = 0;
};

// Makes a directory and those above it; no error where it exists.
Result<void> MakeDirectories(const std::filesystem::path& path);

}  // namespace ursa::demo
