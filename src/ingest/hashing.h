// An object through SHA-256: one GET, streamed in bounded memory.
//
// A connection that breaks is taken up again where it broke, by range and If-Match, so that the
// digest is always of one version of the object. A recording's reads have a budget of time; one
// stalled read ends its recording and blocks no other. Source: commands.md,
// "reconstruct-all-recent".
#pragma once

#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "base/environment.h"
#include "base/progress.h"
#include "base/result.h"
#include "ingest/problem.h"
#include "store/object_store.h"

namespace ursa::ingest {

struct ReadLimits {
  Nanoseconds base{std::chrono::seconds{60}};
  uint64_t bytes_per_second_min = 2'000'000;
};

// How long a recording's reads have been running, against what they may take: base + bytes / rate.
// Time in which none of them runs does not count, time in which several run counts once.
// Thread-safe.
class ReadBudget {
 public:
  ReadBudget(Clock& clock, const ReadLimits& limits, uint64_t bytes);

  // One more read runs, until End.
  void Begin();
  void End();

  [[nodiscard]] Nanoseconds Spent() const;
  [[nodiscard]] Nanoseconds Allowed() const { return allowed_; }
  // The longest time in which a single read may move nothing.
  [[nodiscard]] Nanoseconds Patience() const { return patience_; }
  [[nodiscard]] bool IsSpent() const { return Spent() > allowed_; }

 private:
  Clock& clock_;
  const Nanoseconds patience_;
  const Nanoseconds allowed_;
  mutable std::mutex mutex_;
  size_t running_ = 0;
  Nanoseconds since_{0};  // when the first of those that run began
  Nanoseconds before_{0};
};

struct HashContext {
  // One that ends a read once `stop` is requested or nothing moved for ReadLimits::base, and leaves
  // trying again to HashObject: what it waits for inside a read, no budget sees.
  const store::ReadableStore& raw;
  Clock& clock;
  Random& random;
  Progress& progress;  // advanced by bytes
  std::stop_token stop;
};

// The 64 hex digits, or why there are none: object_changed (it is not what was listed any more),
// timeout, read_failed. kInterrupted where `stop` was requested.
Result<tl::expected<std::string, Problem>> HashObject(const HashContext& context,
                                                      const store::ObjectInfo& object,
                                                      ReadBudget& budget);

}  // namespace ursa::ingest
