// Ctrl-C as a stop token.
//
// SIGINT, SIGTERM and SIGHUP are blocked in every thread and taken by one thread that waits for
// them: what it then does is ordinary code, not a signal handler's. The first signal asks the run
// to stop; the second ends the process at once, for a run that hangs. A signal that was ignored
// when the process began stays ignored (a shell's background job, nohup). Source: architecture.md,
// "Concurrency"; commands.md, "Exit codes" (130).
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <stop_token>
#include <thread>

namespace ursa::cli {

// Make one before any other thread is started, so that all inherit the blocked signals.
class InterruptSignals {
 public:
  // Writes one line to `message_descriptor` at the first signal.
  explicit InterruptSignals(int message_descriptor);
  // Gives the signals back.
  ~InterruptSignals();
  InterruptSignals(const InterruptSignals&) = delete;
  InterruptSignals& operator=(const InterruptSignals&) = delete;

  [[nodiscard]] std::stop_token Token() const { return stop_.get_token(); }

 private:
  void Wait();

  const int message_descriptor_;
  sigset_t waited_for_;
  sigset_t mask_before_;
  std::atomic<bool> done_ = false;
  std::stop_source stop_;
  std::chrono::steady_clock::time_point first_;  // when the first signal came
  std::thread waiter_;
};

}  // namespace ursa::cli
