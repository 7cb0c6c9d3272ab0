#include "base/parallel.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace ursa {
namespace {

Error Interrupted() { return Error{ErrorCode::kInterrupted, "interrupted", {}, {}}; }

// Which inputs are taken, done and emitted, shared by all threads.
class Progress {
 public:
  Progress(size_t count, size_t window, std::stop_token stop)
      : count_(count), window_(window), stop_(std::move(stop)), done_(window, false) {}

  // The next input to work on; `count` when there is none left.
  size_t Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop_, [&] { return ended_ || taken_ < std::min(count_, emitted_ + window_) || taken_ == count_; });
    if (ended_ || stop_.stop_requested() || taken_ == count_) {
      return count_;
    }
    return taken_++;
  }

  void Done(size_t input) {
    const std::lock_guard lock(mutex_);
    done_[input % window_] = true;
    changed_.notify_all();
  }

  // Waits until the work of `input` has ended; false where the map was stopped before.
  bool WaitFor(size_t input) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop_, [&] { return done_[input % window_]; });
    return done_[input % window_] && !stop_.stop_requested();
  }

  void Emitted(size_t input) {
    const std::lock_guard lock(mutex_);
    done_[input % window_] = false;
    ++emitted_;
    changed_.notify_all();
  }

  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  const size_t count_;
  const size_t window_;
  const std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<bool> done_;
  size_t taken_ = 0;
  size_t emitted_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<void> OrderedParallelMap(size_t count, size_t jobs, size_t window, std::stop_token stop,
                                const std::function<void(size_t)>& work,
                                const std::function<Result<void>(size_t)>& emit) {
  Progress progress(count, window, stop);
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < std::min(jobs, count); ++i) {
    threads.emplace_back([&] {
      for (size_t input = progress.Take(); input < count; input = progress.Take()) {
        work(input);
        progress.Done(input);
      }
    });
  }
  for (size_t input = 0; input < count; ++input) {
    if (!progress.WaitFor(input)) {
      progress.End();
      return tl::unexpected(Interrupted());
    }
    if (auto emitted = emit(input); !emitted) {
      progress.End();
      return emitted;
    }
    progress.Emitted(input);
  }
  return {};
}

}  // namespace ursa
