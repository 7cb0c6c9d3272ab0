// An open file of the operating system, and its errors as ours.
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "base/result.h"

namespace ursa::store {

// Owns a file descriptor; false where opening failed.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor() { Close(); }
  FileDescriptor(FileDescriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      Close();
      descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
  }
  [[nodiscard]] int Get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  void Close() {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
  }
  int descriptor_;
};

// "can't open /data/raw/x: Permission denied", with what to do where that is known.
tl::unexpected<Error> FileError(int system_error, const std::string& what, const std::string& path);

}  // namespace ursa::store
