// What a fuzz target says must hold for any input. Fuzzers find inputs that crash, so a law that is
// broken has to crash too.
#pragma once

#include <cstdlib>

namespace ursa::fuzz {

inline void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace ursa::fuzz
