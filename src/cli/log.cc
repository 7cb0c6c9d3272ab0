#include "cli/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "base/time.h"

namespace ursa::cli {

Result<Log> Log::Open(const std::filesystem::path& file, Clock& clock) {
  const int descriptor =
      open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    const int reason = errno;
    return Fail(ErrorCode::kUsage,
                fmt::format("--log-file: {} cannot be opened for appending: {}", file.string(),
                            std::generic_category().message(reason)));
  }
  return Log(descriptor, file.string(), clock);
}

Log::Log(int descriptor, std::string name, Clock& clock)
    : descriptor_(descriptor), name_(std::move(name)), clock_(&clock) {}

Log::~Log() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

Log::Log(Log&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      first_errno_(other.first_errno_.load()),
      clock_(other.clock_) {}

Log& Log::operator=(Log&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(name_, other.name_);
  first_errno_ = other.first_errno_.exchange(first_errno_);
  std::swap(clock_, other.clock_);
  return *this;
}

void Log::Write(std::string_view message, std::string_view command_line) {
  if (descriptor_ < 0) {
    return;
  }
  const auto now = std::chrono::floor<Microseconds>(clock_->Now());
  const std::string line = fmt::format("{} [{}] {}{}\n", FormatTime(now), getpid(),
                                       EscapeForDisplay(message), command_line);
  ssize_t written = 0;
  do {
    written = write(descriptor_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  // A part of a line is written where the disk has just become full.
  if (written != static_cast<ssize_t>(line.size())) {
    int none = 0;
    first_errno_.compare_exchange_strong(none, written < 0 ? errno : ENOSPC);
  }
}

std::optional<Error> Log::Failure() const {
  const int reason = first_errno_;
  if (reason == 0) {
    return std::nullopt;
  }
  return Error{ErrorCode::kUnavailable,
               fmt::format("--log-file: {} could not be written, so lines of it are missing: {}",
                           name_, std::generic_category().message(reason)),
               {},
               {}};
}

}  // namespace ursa::cli
