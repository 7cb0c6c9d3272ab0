// Random numbers that are a function of a seed, so that a laboratory can be made again: the same
// on every machine, compiler and standard library (whose distributions may differ).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ursa::demo {

// SplitMix64. Each recording, and each purpose within it, has a generator of its own, so that what
// one of them draws moves nothing elsewhere. Not thread-safe.
class SeededRandom {
 public:
  SeededRandom(uint64_t seed, uint64_t index, uint64_t purpose);

  uint64_t Next();
  // From 0 to count - 1; count > 0. The bias of the remainder is far below what a demo could show.
  uint64_t Below(uint64_t count) { return Next() % count; }
  // From low to high, both included; low <= high.
  int64_t Between(int64_t low, int64_t high);
  // True in so many of a hundred cases.
  bool Chance(unsigned percent) { return Below(100) < percent; }
  template <typename T, size_t N>
  const T& Pick(const std::array<T, N>& choices) {
    return choices[Below(N)];
  }

  // So many lower-case hex digits.
  std::string Hex(size_t digits);
  // So many bytes of any value.
  std::string Bytes(size_t count);

 private:
  uint64_t state_;
};

}  // namespace ursa::demo
