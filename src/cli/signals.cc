#include "cli/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <initializer_list>
#include <string_view>

#include "cli/exit_code.h"

namespace ursa::cli {
namespace {

// Wakes the waiting thread when it has to end; means nothing by itself.
constexpr int kWakeUp = SIGURG;

// A terminal, a shell and a supervisor may each send the one signal that somebody meant.
constexpr std::chrono::milliseconds kSamePress{500};

bool IsIgnored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// Best effort: there is nobody to tell that a message about stopping was lost.
void Say(int descriptor, std::string_view text) {
  [[maybe_unused]] const ssize_t written = write(descriptor, text.data(), text.size());
}

}  // namespace

InterruptSignals::InterruptSignals(int message_descriptor)
    : message_descriptor_(message_descriptor) {
  sigemptyset(&waited_for_);
  sigaddset(&waited_for_, kWakeUp);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!IsIgnored(signal)) {
      sigaddset(&waited_for_, signal);
    }
  }
  pthread_sigmask(SIG_BLOCK, &waited_for_, &mask_before_);
  waiter_ = std::thread([this] { Wait(); });
}

InterruptSignals::~InterruptSignals() {
  done_ = true;
  pthread_kill(waiter_.native_handle(), kWakeUp);
  waiter_.join();
  // What came too late to be waited for must not kill a program that has done its work.
  constexpr timespec kAtOnce{};
  while (sigtimedwait(&waited_for_, nullptr, &kAtOnce) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void InterruptSignals::Wait() {
  while (!done_) {
    int signal = 0;
    if (sigwait(&waited_for_, &signal) != 0 || signal == kWakeUp) {
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    if (stop_.stop_requested() && now - first_ < kSamePress) {
      continue;
    }
    if (stop_.stop_requested()) {
      _exit(ToInt(ExitCode::kInterrupted));
    }
    first_ = now;
    Say(message_descriptor_, "\nursa: stopping; once more ends it at once\n");
    stop_.request_stop();
  }
}

}  // namespace ursa::cli
