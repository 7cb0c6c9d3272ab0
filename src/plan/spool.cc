#include "plan/spool.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

#include "plan/temporary_file.h"

namespace ursa::plan {
namespace {

// Of one read of lines that follow each other.
constexpr size_t kWindowBytes = size_t{64} << 10;

// Part of a spool's file, as a thread read it last.
struct Window {
  uint64_t spool = 0;       // whose; 0: of none
  uint64_t start = 0;       // of `bytes` in the file
  uint64_t read_until = 0;  // the end of the line that was read last
  std::string bytes;
};

uint64_t NextId() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

Spool::Spool(SpoolOptions options) : id_(NextId()), options_(std::move(options)) {}

Spool::Spool(Spool&& other) noexcept
    : id_(std::exchange(other.id_, NextId())),
      options_(std::move(other.options_)),
      buffer_(std::move(other.buffer_)),
      flushed_bytes_(other.flushed_bytes_),
      file_(std::exchange(other.file_, -1)),
      ends_(std::move(other.ends_)) {}

Spool& Spool::operator=(Spool&& other) noexcept {
  std::swap(id_, other.id_);
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
  thread_local Window window;
  if (window.spool != id_) {
    window = {id_, 0, 0, {}};
  }
  const bool goes_on = start == window.read_until;
  window.read_until = start + length;
  const uint64_t window_end = window.start + window.bytes.size();
  if (start >= window.start && start + length <= window_end) {
    return window.bytes.substr(start - window.start, length);
  }
  std::string text;
  if (!goes_on || length > kWindowBytes) {
    text.resize(length);
    URSA_CHECK(ReadFile(start, text.data(), text.size()));
    return text;
  }
  window.bytes.resize(std::min<uint64_t>(kWindowBytes, flushed_bytes_ - start));
  window.start = start;
  if (auto read = ReadFile(start, window.bytes.data(), window.bytes.size()); !read) {
    window.spool = 0;
    return tl::unexpected(std::move(read).error());
  }
  return window.bytes.substr(0, length);
}

Result<void> Spool::ReadFile(uint64_t start, char* bytes, size_t count) const {
  for (size_t done = 0; done < count;) {
    const ssize_t read = pread(file_, bytes + done, count - done, static_cast<off_t>(start + done));
    if (read == 0 || (read < 0 && errno != EINTR)) {
      return TemporaryFileError(options_.directory, "can't read");
    }
    done += read < 0 ? 0 : static_cast<size_t>(read);
  }
  return {};
}

}  // namespace ursa::plan
