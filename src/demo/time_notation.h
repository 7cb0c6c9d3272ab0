// How a file writes its times: the unit, the digits, and the oddities that rigs were seen to have.
//
// Source: raw-recordings.md section 2, "A number that means a time".
#pragma once

#include <string>

#include "base/time.h"
#include "demo/seeded_random.h"

namespace ursa::demo {

struct TimeNotation {
  enum class Unit { kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };
  // Digits below the nanosecond, that rounding has to remove.
  enum class Excess { kNone, kRoundsDown, kRoundsUp };

  Unit unit = Unit::kNanoseconds;
  int fraction_digits = 0;        // at most down to the nanosecond: 9, 6, 3, 0
  bool exponent = false;          // 1.778164222512e9
  Excess excess = Excess::kNone;  // only where the digits go down to the nanosecond
};

// The latest time not after `time` that the notation can write.
TimeNs OnGrid(const TimeNotation& notation, TimeNs time);

// A time on the notation's grid, from 2001 on, as text.
std::string TimeText(const TimeNotation& notation, TimeNs time);

// Any notation of a column.
TimeNotation PickNotation(SeededRandom& random);
// One that a file name can hold: without exponent or excess, and fine to a millisecond at least.
TimeNotation PickNameNotation(SeededRandom& random);

}  // namespace ursa::demo
