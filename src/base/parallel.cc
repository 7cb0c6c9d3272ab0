#include "base/parallel.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace ursa {
namespace {

Error Interrupted() { return Error{ErrorCode::kInterrupted, "interrupted", {}, {}}; }

// A finished input is handed over at the latest this long after its turn came.
constexpr std::chrono::milliseconds kHandOverMax{20};

// Which inputs are taken, done and emitted, shared by all threads. Threads wake each other once for
// many inputs, not for each: where an input is a few reads from a directory, waking costs as much.
class Progress {
 public:
  Progress(size_t count, size_t window, std::stop_token stop)
      : count_(count), window_(window), stop_(std::move(stop)), done_(window, false) {}

  // The next input to work on; `count` when there is none left.
  size_t Take() {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, stop_,
                   [&] { return ended_ || taken_ == count_ || taken_ < emitted_ + window_; });
    if (ended_ || stop_.stop_requested() || taken_ == count_) {
      return count_;
    }
    return taken_++;
  }

  void Done(size_t input) {
    const std::lock_guard lock(mutex_);
    done_[input % window_] = true;
    while (ready_ < window_ && done_[(emitted_ + ready_) % window_]) {
      ++ready_;
    }
    if (ready_ >= EnoughReady()) {
      has_ready_.notify_one();
    }
  }

  // Waits for inputs whose turn it is and whose work has ended: how many; 0 where the map was
  // stopped before.
  size_t WaitForReady() {
    std::unique_lock lock(mutex_);
    do {
      has_ready_.wait_for(lock, stop_, kHandOverMax, [&] { return ready_ >= EnoughReady(); });
    } while (ready_ == 0 && !stop_.stop_requested());
    return stop_.stop_requested() ? 0 : ready_;
  }

  // The next `inputs` were emitted.
  void Emitted(size_t inputs) {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < inputs; ++i) {
      done_[(emitted_ + i) % window_] = false;
    }
    emitted_ += inputs;
    ready_ -= inputs;
    has_room_.notify_all();
  }

  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    has_room_.notify_all();
  }

 private:
  [[nodiscard]] size_t EnoughReady() const {
    return std::clamp<size_t>(window_ / 2, 1, count_ - emitted_);
  }

  const size_t count_;
  const size_t window_;
  const std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable_any has_room_;
  std::condition_variable_any has_ready_;
  std::vector<bool> done_;  // of input % window
  size_t taken_ = 0;
  size_t emitted_ = 0;
  size_t ready_ = 0;  // inputs from emitted_ on, without a gap, that are done
  bool ended_ = false;
};

}  // namespace

Result<void> OrderedParallelMap(size_t count, size_t jobs, size_t window, std::stop_token stop,
                                const std::function<void(size_t)>& work,
                                const std::function<Result<void>(size_t)>& emit) {
  Progress progress(count, window, std::move(stop));
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < std::min(jobs, count); ++i) {
    threads.emplace_back([&] {
      for (size_t input = progress.Take(); input < count; input = progress.Take()) {
        work(input);
        progress.Done(input);
      }
    });
  }
  for (size_t input = 0; input < count;) {
    const size_t ready = progress.WaitForReady();
    if (ready == 0) {
      progress.End();
      return tl::unexpected(Interrupted());
    }
    for (const size_t end = input + ready; input < end; ++input) {
      if (auto emitted = emit(input); !emitted) {
        progress.End();
        return emitted;
      }
    }
    progress.Emitted(ready);
  }
  return {};
}

}  // namespace ursa
