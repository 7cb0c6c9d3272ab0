// The ordered parallel map: work on many inputs at once, results in the order of the input.
//
// Source: architecture.md, "Concurrency". Bounded by `jobs` threads, and by a window of
// inputs in flight, so that memory does not grow with the number of inputs.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "base/result.h"

namespace ursa {

// Calls work(i) for i = 0 .. count - 1 on up to `jobs` threads, and emit(i) on the calling thread
// in the order of i, each after its work(i) has ended. At most `window` inputs are worked on or
// wait for their emit at any time; `work` may use i % window as a slot of its own. The first error
// of emit, in order, ends the map; so does `stop`, with kInterrupted. No thread is left
// behind on return. `work` must be safe to call at once for different i, and must not throw.
Result<void> OrderedParallelMap(size_t count, size_t jobs, size_t window, std::stop_token stop,
                                const std::function<void(size_t)>& work,
                                const std::function<Result<void>(size_t)>& emit);

}  // namespace ursa
