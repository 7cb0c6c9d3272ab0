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
  // How long the pool may go without calling `tick`, on the machine's own clock.
  Nanoseconds tick_interval{std::chrono::seconds{1}};
};

// Runs the tasks that `next` gives on up to `jobs` threads. `next` is called on the calling thread
// whenever fewer than `jobs` tasks run; none means that there is no task now, and it is asked again
// after each done and each tick. The pool ends when `next` has none and no task runs. `tick`, also
// on the calling thread, is for what depends on time alone.
//
// The first error of `done` or `tick` ends the pool, as does `stop` with kInterrupted: nothing more
// is begun, the work that runs is waited for (it must look at `stop` itself), and its `done` is
// called all the same, so that no result is lost. No thread is left behind on return.
Result<void> RunTasks(const TaskPoolOptions& options,
                      const std::function<std::optional<PoolTask>()>& next,
                      const std::function<Result<void>()>& tick);

}  // namespace ursa
