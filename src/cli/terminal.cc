#include "cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ursa::cli {
namespace {

constexpr size_t kAnswerBytesMax = 4096;
// How often a wait for an answer looks whether it has to stop.
constexpr int kPollMilliseconds = 200;

// An open terminal, closed at the end of its scope.
class Terminal {
 public:
  Terminal() : descriptor_(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  ~Terminal() {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] bool IsOpen() const { return descriptor_ >= 0; }

  [[nodiscard]] bool Write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = write(descriptor_, text.data(), text.size());
      if (count < 0 && errno != EINTR) {
        return false;
      }
      text.remove_prefix(count < 0 ? 0 : static_cast<size_t>(count));
    }
    return true;
  }

  // One byte; none where the terminal has gone.
  [[nodiscard]] Result<char> ReadByte(const std::stop_token& stop) const {
    while (!stop.stop_requested()) {
      pollfd waited_for{descriptor_, POLLIN, 0};
      const int ready = poll(&waited_for, 1, kPollMilliseconds);
      if (ready == 0 || (ready < 0 && errno == EINTR)) {
        continue;
      }
      char byte = 0;
      const ssize_t count = ready < 0 ? -1 : read(descriptor_, &byte, 1);
      if (count == 1) {
        return byte;
      }
      if (count == 0 || errno != EINTR) {
        return Refuse("confirmation", "the terminal gave no answer");
      }
    }
    return Fail(ErrorCode::kInterrupted, "stopped while it waited for an answer");
  }

 private:
  const int descriptor_;
};

}  // namespace

Result<std::string> AskAtTerminal(std::string_view prompt, const std::stop_token& stop) {
  const Terminal terminal;
  if (!terminal.IsOpen()) {
    return Refuse("confirmation", std::string("there is no terminal to ask at (/dev/tty: ") +
                                      std::strerror(errno) + ")");
  }
  if (!terminal.Write(prompt)) {
    return Refuse("confirmation", "the terminal can't be written to");
  }
  std::string answer;
  while (answer.size() < kAnswerBytesMax) {
    URSA_TRY(const char byte, terminal.ReadByte(stop));
    if (byte == '\n') {
      return answer;
    }
    answer += byte;
  }
  return Refuse("confirmation", "the answer is too long");
}

}  // namespace ursa::cli
