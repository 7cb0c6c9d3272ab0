// Waits between tries that others may make at the same moment: each is a random part of a bound
// that doubles up to a longest one ("full jitter").
#pragma once

#include <stop_token>

#include "base/environment.h"

namespace ursa {

// Not thread-safe; clock and random must live longer.
class Backoff {
 public:
  // `first`, the bound of the first wait, is above 0.
  Backoff(Nanoseconds first, Nanoseconds longest, Clock& clock, Random& random,
          std::stop_token stop);

  // Waits `at_least` and a part of the bound; false once stop is requested.
  bool Wait(Nanoseconds at_least = Nanoseconds{0});

 private:
  Nanoseconds bound_;
  const Nanoseconds longest_;
  Clock& clock_;
  Random& random_;
  const std::stop_token stop_;
};

}  // namespace ursa
