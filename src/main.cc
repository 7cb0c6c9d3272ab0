// The program: the real process, handed to cli::Run. Nothing is decided here.
#include <malloc.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/environment.h"
#include "cli/output.h"
#include "cli/process.h"
#include "cli/run.h"
#include "cli/signals.h"
#include "cli/terminal.h"

namespace {

constexpr size_t kColumnsWhereUnknown = 80;
constexpr size_t kBufferBytes = 64 * 1024;

std::optional<std::string> Variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// None where `descriptor` is no terminal, or a dumb one, on which no line can be rewritten.
std::optional<size_t> TerminalColumns(int descriptor) {
  if (isatty(descriptor) == 0 || Variable("TERM").value_or("dumb") == "dumb") {
    return std::nullopt;
  }
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return kColumnsWhereUnknown;
  }
  return size.ws_col;
}

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string UserName() {
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : "uid " + std::to_string(geteuid());
}

// Arrow's columns come from the C library's allocator as everything else does, so that each has
// what the other gave back; an allocator of its own costs memory, and time at the start. Columns of
// some megabytes are made and freed for each data file: without the limits, each of their pages
// would be given back to the kernel, and asked for again, every time.
void UseOneAllocator() {
  constexpr int kMapFromBytes = 32 << 20;
  constexpr int kKeepBytes = 128 << 20;
  mallopt(M_MMAP_THRESHOLD, kMapFromBytes);
  mallopt(M_TRIM_THRESHOLD, kKeepBytes);
  setenv("ARROW_DEFAULT_MEMORY_POOL", "system", 0);
  // Whoever prefers another one must not get huge pages with it: they round every arena up to 2
  // MiB, and on a machine whose memory is fragmented the kernel spends longer on making room for
  // one than a small command on its work.
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that has gone, and a file that may grow no further, are found out by write().
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const ursa::cli::InterruptSignals signals(STDERR_FILENO);

  UseOneAllocator();

  // On a terminal what is said is seen at once, and in order with the progress line.
  const std::optional<size_t> out_columns = TerminalColumns(STDOUT_FILENO);
  ursa::cli::FileDescriptorOutput out(STDOUT_FILENO, "standard output",
                                      isatty(STDOUT_FILENO) != 0 ? 0 : kBufferBytes);
  ursa::cli::FileDescriptorOutput err(STDERR_FILENO, "standard error", 0);
  std::error_code error;
  const ursa::cli::Process process{
      .program = argc > 0 ? argv[0] : "ursa",
      .arguments = std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
      .environment = Variable,
      .working_directory = std::filesystem::current_path(error),
      .out = {out, out_columns},
      .err = {err, TerminalColumns(STDERR_FILENO)},
      .clock = ursa::SystemClock(),
      .random = []() -> ursa::Random& { return ursa::SystemRandom(); },
      .stop = signals.Token(),
      .cores = std::max(1U, std::thread::hardware_concurrency()),
      .ask =
          [&signals](std::string_view prompt) {
            return ursa::cli::AskAtTerminal(prompt, signals.Token());
          },
      .host = HostName(),
      .user = UserName,
  };
  return ursa::cli::Run(process);
}
