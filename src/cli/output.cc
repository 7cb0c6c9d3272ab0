#include "cli/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ursa::cli {
namespace {

// A descriptor that another program made non-blocking (a shared terminal) says EAGAIN when full.
void WaitUntilWritable(int descriptor) {
  pollfd wanted{descriptor, POLLOUT, 0};
  poll(&wanted, 1, -1);
}

}  // namespace

FileDescriptorOutput::FileDescriptorOutput(int descriptor, std::string name, size_t buffer_bytes)
    : descriptor_(descriptor), name_(std::move(name)), buffer_bytes_(buffer_bytes) {}

FileDescriptorOutput::~FileDescriptorOutput() { Flush(); }

void FileDescriptorOutput::Write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  buffer_ += text;
  if (buffer_.size() > buffer_bytes_) {
    FlushLocked();
  }
}

void FileDescriptorOutput::Flush() {
  const std::lock_guard lock(mutex_);
  FlushLocked();
}

bool FileDescriptorOutput::ReaderHasGone() const {
  const std::lock_guard lock(mutex_);
  return reader_has_gone_;
}

std::optional<Error> FileDescriptorOutput::Failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void FileDescriptorOutput::FlushLocked() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !reader_has_gone_ && !failure_) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      WaitUntilWritable(descriptor_);
    } else if (errno == EPIPE) {
      reader_has_gone_ = true;
    } else if (errno != EINTR) {
      failure_ = Error{ErrorCode::kUnavailable,
                       "cannot write to " + name_ + ": " + std::generic_category().message(errno) +
                           "; what was shown is not all that there was to show",
                       {},
                       {}};
    }
  }
  buffer_.clear();
}

}  // namespace ursa::cli
