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
  return Log(descriptor, clock);
}

Log::Log(int descriptor, Clock& clock) : descriptor_(descriptor), clock_(&clock) {}

Log::~Log() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

Log::Log(Log&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), clock_(other.clock_) {}

Log& Log::operator=(Log&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(clock_, other.clock_);
  return *this;
}

void Log::Write(std::string_view message) {
  if (descriptor_ < 0) {
    return;
  }
  const auto now = std::chrono::floor<Microseconds>(clock_->Now());
  const std::string line =
      fmt::format("{} [{}] {}\n", FormatTime(now), getpid(), EscapeForDisplay(message));
  [[maybe_unused]] const ssize_t written = write(descriptor_, line.data(), line.size());
}

}  // namespace ursa::cli
