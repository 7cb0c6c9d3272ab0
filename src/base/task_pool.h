// The task pool in order of completion: the counterpart of parallel.h for work of very uneven
// length, where one stalled read must block nothing behind it.
//
// Source: architecture.md, "Concurrency". All decisions (what is next, what follows from a
// result) are made on the calling thread, so that a state machine over the results needs no lock.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace ursa {

struct PoolTask {
  std::function<void()> work;          // on a thread of the pool; must not throw
  std::function<Result<void>()> done;  // on the calling thread, after the work
};

struct TaskPoolOptions {
  size_t jobs = 1;
  std::stop_token stop;
  // How long the pool may go without asking again, on the machine's own clock.
  Nanoseconds ask_interval{std::chrono::seconds{1}};
};

using NextTask = std::function<std::optional<PoolTask>()>;

// Runs the tasks that `next` gives on up to `jobs` threads, and beside them those that each of
// `lanes` gives, one at a time on a thread of the lane's own: short work that must not wait behind
// long work, or that only waits. All are called on the calling thread, a lane whenever none of its
// tasks runs and `next` until for each thread one task more is at hand, so that a thread that is
// done waits for nobody; none means that there is no task now, and it is asked again after each
// done and each interval. The lanes are asked first. The pool ends when nobody has any and no task
// is left.
//
// The first error of `done` ends the pool, as does `stop` with kInterrupted: nothing more is asked
// for, the work of the tasks at hand is waited for (it must look at `stop` itself), and their
// `done` is called all the same, so that no result is lost. No thread is left behind on return.
Result<void> RunTasks(const TaskPoolOptions& options, const NextTask& next,
                      const std::vector<NextTask>& lanes = {});

}  // namespace ursa
