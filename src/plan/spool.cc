#include "plan/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace ursa::plan {
namespace {

tl::unexpected<Error> SystemError(const std::filesystem::path& directory, const char* what) {
  return Fail(ErrorCode::kUnavailable, std::string(what) + " a temporary file in " +
                                           directory.string() + ": " + std::strerror(errno) +
                                           "; set TMPDIR to a directory with space");
}

// An unnamed file; where the file system has none, one whose name is removed at once.
int OpenTemporary(const std::filesystem::path& directory) {
  const int file = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) {
    return file;
  }
  std::string name = (directory / "ursa-plan-XXXXXX").string();
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) {
    unlink(name.c_str());
  }
  return named;
}

}  // namespace

Spool::Spool(std::filesystem::path directory, size_t memory_bytes_max)
    : directory_(std::move(directory)), memory_bytes_max_(memory_bytes_max) {}

Spool::Spool(Spool&& other) noexcept
    : directory_(std::move(other.directory_)),
      memory_bytes_max_(other.memory_bytes_max_),
      buffer_(std::move(other.buffer_)),
      flushed_bytes_(other.flushed_bytes_),
      file_(std::exchange(other.file_, -1)),
      ends_(std::move(other.ends_)) {}

Spool::~Spool() {
  if (file_ >= 0) {
    close(file_);
  }
}

Result<void> Spool::Append(std::string_view line) {
  if (buffer_.size() + line.size() > memory_bytes_max_) {
    URSA_CHECK(Flush());
  }
  buffer_ += line;
  ends_.push_back(flushed_bytes_ + buffer_.size());
  return {};
}

Result<void> Spool::Flush() {
  if (file_ < 0) {
    file_ = OpenTemporary(directory_);
    if (file_ < 0) {
      return SystemError(directory_, "can't make");
    }
  }
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t count = write(file_, buffer_.data() + done, buffer_.size() - done);
    if (count < 0 && errno != EINTR) {
      return SystemError(directory_, "can't write");
    }
    done += count < 0 ? 0 : static_cast<size_t>(count);
  }
  flushed_bytes_ += buffer_.size();
  buffer_.clear();
  return {};
}

Result<std::string> Spool::Read(size_t line) const {
  const uint64_t start = line == 0 ? 0 : ends_[line - 1];
  const uint64_t length = ends_[line] - start;
  if (start >= flushed_bytes_) {
    return buffer_.substr(start - flushed_bytes_, length);
  }
  std::string text(length, '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t count =
        pread(file_, text.data() + done, text.size() - done, static_cast<off_t>(start + done));
    if (count == 0 || (count < 0 && errno != EINTR)) {
      return SystemError(directory_, "can't read");
    }
    done += count < 0 ? 0 : static_cast<size_t>(count);
  }
  return text;
}

}  // namespace ursa::plan
