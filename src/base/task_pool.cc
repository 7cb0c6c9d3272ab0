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
  [[nodiscard]] bool IsIdle() const { return running_ == 0; }

  void Begin(PoolTask task) {
    ++running_;
    {
      const std::lock_guard lock(mutex_);
      handed_.push_back(std::move(task));
    }
    if (threads_.size() < running_) {
      threads_.emplace_back([this] { Work(); });
    }
    handed_changed_.notify_one();
  }

  // A task whose work is done; none where there is none after `patience`, or once stop is
  // requested.
  std::optional<PoolTask> TakeFinished(std::stop_token stop, Nanoseconds patience) {
    std::unique_lock lock(mutex_);
    const auto any = [&] { return !finished_.empty(); };
    finished_changed_.wait_for(lock, stop, patience, any);
    if (finished_.empty()) {
      return std::nullopt;
    }
    PoolTask task = std::move(finished_.front());
    finished_.pop_front();
    --running_;
    return task;
  }

  // The same without a limit: for tasks that end soon because they were told to.
  PoolTask WaitForFinished() {
    std::unique_lock lock(mutex_);
    finished_changed_.wait(lock, [&] { return !finished_.empty(); });
    PoolTask task = std::move(finished_.front());
    finished_.pop_front();
    --running_;
    return task;
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      handed_changed_.wait(lock, [&] { return ended_ || !handed_.empty(); });
      if (handed_.empty()) {
        return;
      }
      PoolTask task = std::move(handed_.front());
      handed_.pop_front();
      lock.unlock();
      task.work();
      lock.lock();
      finished_.push_back(std::move(task));
      finished_changed_.notify_all();
    }
  }

  const size_t jobs_;
  size_t running_ = 0;  // of the calling thread alone
  std::mutex mutex_;
  std::condition_variable handed_changed_;
  std::condition_variable_any finished_changed_;
  std::deque<PoolTask> handed_;
  std::deque<PoolTask> finished_;
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

Result<void> RunTasks(const TaskPoolOptions& options,
                      const std::function<std::optional<PoolTask>()>& next,
                      const std::function<Result<void>()>& tick) {
  Pool pool(options.jobs);
  Result<void> result;
  while (result && !options.stop.stop_requested()) {
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
    if (const auto finished = pool.TakeFinished(options.stop, options.tick_interval)) {
      Keep(finished->done(), result);
    }
    Keep(tick(), result);
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
