#include "base/task_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace ursa {
namespace {

// Hands tasks to threads and takes them back once their work is done.
class Pool {
 public:
  explicit Pool(size_t jobs) : jobs_(jobs) {}

  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    handed_changed_.notify_all();
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  [[nodiscard]] bool IsFull() const { return running_ >= jobs_; }
  [[nodiscard]] bool IsBusyBeside() const { return is_busy_beside_; }
  [[nodiscard]] bool IsIdle() const { return running_ == 0 && !is_busy_beside_; }

  void Begin(PoolTask task) {
    ++running_;
    HandOut({std::move(task), false});
  }

  void BeginBeside(PoolTask task) {
    is_busy_beside_ = true;
    HandOut({std::move(task), true});
  }

  // A task whose work is done; none where there is none after `patience`, or once stop is
  // requested.
  std::optional<PoolTask> TakeFinished(std::stop_token stop, Nanoseconds patience) {
    std::unique_lock lock(mutex_);
    const auto any = [&] { return !finished_.empty(); };
    finished_changed_.wait_for(lock, stop, patience, any);
    return finished_.empty() ? std::nullopt : std::optional(TakeFirst());
  }

  // The same without a limit: for tasks that end soon because they were told to.
  PoolTask WaitForFinished() {
    std::unique_lock lock(mutex_);
    finished_changed_.wait(lock, [&] { return !finished_.empty(); });
    return TakeFirst();
  }

 private:
  struct Handed {
    PoolTask task;
    bool is_beside = false;
  };

  void HandOut(Handed handed) {
    {
      const std::lock_guard lock(mutex_);
      handed_.push_back(std::move(handed));
    }
    // One for each that runs, so that none waits for another's thread.
    if (threads_.size() < running_ + (is_busy_beside_ ? 1 : 0)) {
      threads_.emplace_back([this] { Work(); });
    }
    handed_changed_.notify_one();
  }

  // With the lock held.
  PoolTask TakeFirst() {
    Handed first = std::move(finished_.front());
    finished_.pop_front();
    if (first.is_beside) {
      is_busy_beside_ = false;
    } else {
      --running_;
    }
    return std::move(first.task);
  }

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      handed_changed_.wait(lock, [&] { return ended_ || !handed_.empty(); });
      if (handed_.empty()) {
        return;
      }
      Handed handed = std::move(handed_.front());
      handed_.pop_front();
      lock.unlock();
      handed.task.work();
      lock.lock();
      finished_.push_back(std::move(handed));
      finished_changed_.notify_all();
    }
  }

  const size_t jobs_;
  size_t running_ = 0;  // this and the next: of the calling thread alone
  bool is_busy_beside_ = false;
  std::mutex mutex_;
  std::condition_variable handed_changed_;
  std::condition_variable_any finished_changed_;
  std::deque<Handed> handed_;
  std::deque<Handed> finished_;
  bool ended_ = false;
  std::vector<std::jthread> threads_;  // last: joined before the rest is destroyed
};

// Keeps the first error.
void Keep(Result<void> result, Result<void>& first) {
  if (first && !result) {
    first = std::move(result);
  }
}

}  // namespace

Result<void> RunTasks(const TaskPoolOptions& options, const NextTask& next,
                      const NextTask& beside) {
  Pool pool(options.jobs);
  Result<void> result;
  while (result && !options.stop.stop_requested()) {
    if (!pool.IsBusyBeside()) {
      if (auto task = beside()) {
        pool.BeginBeside(std::move(*task));
      }
    }
    while (!pool.IsFull() && !options.stop.stop_requested()) {
      auto task = next();
      if (!task) {
        break;
      }
      pool.Begin(std::move(*task));
    }
    if (pool.IsIdle()) {
      break;
    }
    if (const auto finished = pool.TakeFinished(options.stop, options.ask_interval)) {
      Keep(finished->done(), result);
    }
  }
  while (!pool.IsIdle()) {
    Keep(pool.WaitForFinished().done(), result);
  }
  if (result && options.stop.stop_requested()) {
    return Fail(ErrorCode::kInterrupted, "interrupted");
  }
  return result;
}

}  // namespace ursa
