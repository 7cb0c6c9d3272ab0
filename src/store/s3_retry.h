// How long to wait before a request is sent again: full jitter over a bound that doubles, and never
// less than the server asked for. Source: architecture.md, "Object store".
#pragma once

#include <optional>
#include <string_view>

#include "base/backoff.h"
#include "base/time.h"
#include "store/s3.h"

namespace ursa::store {

// A Retry-After header: seconds, or a date; at most a minute. None where it is neither.
std::optional<Nanoseconds> ParseRetryAfter(std::string_view text, TimeNs now);

// The tries of one request. Not thread-safe.
class Retries {
 public:
  explicit Retries(const S3Settings& settings)
      : tries_max_(settings.tries_max),
        backoff_(settings.backoff_base, settings.backoff_max, settings.clock, settings.random,
                 settings.stop) {}

  // Waits before the next try; false where there is none left, or at a stop.
  bool WaitForNext(std::optional<Nanoseconds> retry_after);
  [[nodiscard]] uint32_t Tries() const { return tries_; }

 private:
  const uint32_t tries_max_;
  Backoff backoff_;
  uint32_t tries_ = 1;
};

}  // namespace ursa::store
