// What a program takes from outside: the clock and randomness. Passed in everywhere, so that
// tests own time. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <stop_token>
#include <string>

#include "base/time.h"

namespace ursa {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeNs Now() = 0;
  // A clock that never goes back, for deadlines and rates; its zero means nothing.
  virtual Nanoseconds Steady() = 0;
  // Waits for `duration`, less where `stop` is requested.
  virtual void Sleep(Nanoseconds duration, std::stop_token stop) = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;
};

// The machine's own; both live as long as the process.
Clock& SystemClock();
Random& SystemRandom();

// A fresh random UUID (RFC 4122, version 4), e.g. "0f8fad5b-d9cb-469f-a165-70867728950e".
std::string MakeUuid(Random& random);

}  // namespace ursa
