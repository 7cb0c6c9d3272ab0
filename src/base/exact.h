// Sums of binary, decimal and counted times, exact until they are rounded once.
//
// A bound of an interval is a double, a shift a whole number of nanoseconds, an anchor a double, a
// sample rate decimal text: no two of them share a base in which their sum is finite. So the sum is
// made as a fraction of whole numbers of any length, and rounded to the nearest, ties to even.
// Pure. Source: raw-recordings.md section 3.2; commands.md, "fix-modalities-start-epoch".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace ursa {

// The double nearest to `seconds` + `delta`. NaN and the infinities stay what they are; so does
// every number where `delta` is 0.
double AddNanoseconds(double seconds, Nanoseconds delta);

// A decimal number above zero, as its text has it: digits x 10^exponent.
struct PositiveDecimal {
  std::string digits;  // at least one that is not 0
  int64_t exponent = 0;
};

// digits[.digits][(e|E)[+-]digits]; none for other text, for zero, and for numbers outside
// [1e-400, 1e400), which measure nothing.
std::optional<PositiveDecimal> ParsePositiveDecimal(std::string_view text);

// `seconds` - `samples` / `rate` seconds, rounded to the nearest nanosecond. kImplausible where
// either `seconds` or the difference is no plausible time.
TimeReading SubtractSamples(double seconds, uint64_t samples, const PositiveDecimal& rate);

}  // namespace ursa
