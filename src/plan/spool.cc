#include "plan/spool.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "plan/temporary_file.h"

namespace ursa::plan {

Spool::Spool(SpoolOptions options) : options_(std::move(options)) {}

Spool::Spool(Spool&& other) noexcept
    : options_(std::move(other.options_)),
      buffer_(std::move(other.buffer_)),
      flushed_bytes_(other.flushed_bytes_),
      file_(std::exchange(other.file_, -1)),
      ends_(std::move(other.ends_)) {}

Spool& Spool::operator=(Spool&& other) noexcept {
  std::swap(options_, other.options_);
  std::swap(buffer_, other.buffer_);
  std::swap(flushed_bytes_, other.flushed_bytes_);
  std::swap(file_, other.file_);
  std::swap(ends_, other.ends_);
  return *this;
}

Spool::~Spool() {
  if (file_ >= 0) {
    close(file_);
  }
}

Result<void> Spool::Append(std::string_view line) {
  if (buffer_.size() + line.size() > options_.memory_bytes_max) {
    URSA_CHECK(Flush());
  }
  buffer_ += line;
  ends_.push_back(flushed_bytes_ + buffer_.size());
  return {};
}

Result<void> Spool::Flush() {
  if (file_ < 0) {
    URSA_TRY(file_, OpenTemporaryFile(options_.directory));
  }
  URSA_CHECK(AppendToTemporaryFile(file_, buffer_, options_.directory));
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
      return TemporaryFileError(options_.directory, "can't read");
    }
    done += count < 0 ? 0 : static_cast<size_t>(count);
  }
  return text;
}

}  // namespace ursa::plan
