#include "base/task_pool.h"

#include <algorithm>
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
  Pool(size_t jobs, size_t lanes) : jobs_(jobs), is_lane_busy_(lanes, false) {}

  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    handed_changed_.notify_all();
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  [[nodiscard]] bool IsFull() const { return at_hand_ >= 2 * jobs_; }
  [[nodiscard]] bool IsLaneBusy(size_t lane) const { return is_lane_busy_[lane]; }
  [[nodiscard]] bool IsIdle() const { return at_hand_ + BusyLanes() == 0; }

  void Begin(PoolTask task) {
    ++at_hand_;
    HandOut({std::move(task), std::nullopt});
  }

  void BeginInLane(size_t lane, PoolTask task) {
    is_lane_busy_[lane] = true;
    HandOut({std::move(task), lane});
  }

  // A task whose work is done; none where there is none after `patience`, or once stop is
  // requested.
  std::optional<PoolTask> TakeFinished(std::stop_token stop, Nanoseconds patience) {
    std::unique_lock lock(mutex_);
    const auto any = [&] { return !finished_.empty(); };
    finished_changed_.wait_for(lock, std::move(stop), patience, any);
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
    std::optional<size_t> lane;  // none: one of the jobs
  };

  [[nodiscard]] size_t BusyLanes() const {
    return static_cast<size_t>(std::ranges::count(is_lane_busy_, true));
  }

  void HandOut(Handed handed) {
    {
      const std::lock_guard lock(mutex_);
      (handed.lane ? handed_of_lanes_ : handed_).push_back(std::move(handed));
    }
    // One for each that may run, so that a lane waits for no other's thread.
    if (threads_.size() < std::min(at_hand_, jobs_) + BusyLanes()) {
      threads_.emplace_back([this] { Work(); });
    }
    handed_changed_.notify_one();
  }

  // With the lock held.
  PoolTask TakeFirst() {
    Handed first = std::move(finished_.front());
    finished_.pop_front();
    if (first.lane) {
      is_lane_busy_[*first.lane] = false;
    } else {
      --at_hand_;
    }
    return std::move(first.task);
  }

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      handed_changed_.wait(lock, [&] { return ended_ || HasWork(); });
      if (!HasWork()) {
        return;
      }
      Handed handed = TakeWork();
      if (HasWork()) {
        handed_changed_.notify_one();
      }
      lock.unlock();
      handed.task.work();
      lock.lock();
      if (!handed.lane) {
        --running_;
      }
      finished_.push_back(std::move(handed));
      finished_changed_.notify_all();
    }
  }

  // This and the next with the lock held.
  [[nodiscard]] bool HasWork() const {
    return !handed_of_lanes_.empty() || (!handed_.empty() && running_ < jobs_);
  }

  Handed TakeWork() {
    std::deque<Handed>& queue = handed_of_lanes_.empty() ? handed_ : handed_of_lanes_;
    Handed first = std::move(queue.front());
    queue.pop_front();
    if (!first.lane) {
      ++running_;
    }
    return first;
  }

  const size_t jobs_;
  // Of the calling thread alone: tasks of `jobs` that run or wait for a thread, and the lanes.
  size_t at_hand_ = 0;
  std::vector<bool> is_lane_busy_;
  std::mutex mutex_;
  std::condition_variable handed_changed_;
  std::condition_variable_any finished_changed_;
  size_t running_ = 0;  // tasks of `jobs`; this and what follows with the lock held
  std::deque<Handed> handed_;
  std::deque<Handed> handed_of_lanes_;
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
                      const std::vector<NextTask>& lanes) {
  Pool pool(options.jobs, lanes.size());
  Result<void> result;
  while (result && !options.stop.stop_requested()) {
    for (size_t lane = 0; lane < lanes.size(); ++lane) {
      if (auto task = pool.IsLaneBusy(lane) ? std::nullopt : lanes[lane]()) {
        pool.BeginInLane(lane, std::move(*task));
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
