#include "demo/exact_time.h"

#include <cmath>

namespace ursa::demo {
namespace {

__extension__ using Wide = __int128;

constexpr Wide kNanosecondsPerSecond = 1'000'000'000;
// A float64 of this century's seconds steps by 2^-22 s, and by 2^-21 s from 2038 on, so this scale
// makes each a whole number.
constexpr int kScaleBits = 30;
constexpr Wide kScale = Wide{1} << kScaleBits;

// dividend / divisor to the nearest integer, ties to even; both positive.
int64_t RoundedQuotient(Wide dividend, Wide divisor) {
  const Wide whole = dividend / divisor;
  const Wide twice_rest = 2 * (dividend % divisor);
  const bool up = twice_rest > divisor || (twice_rest == divisor && whole % 2 != 0);
  return static_cast<int64_t>(whole + (up ? 1 : 0));
}

TimeNs FromCount(int64_t nanoseconds) { return TimeNs{Nanoseconds{nanoseconds}}; }

}  // namespace

double AnchorNear(TimeNs time) {
  const Wide nanoseconds = time.time_since_epoch().count();
  const int64_t scaled = RoundedQuotient(nanoseconds * kScale, kNanosecondsPerSecond);
  return std::ldexp(static_cast<double>(scaled), -kScaleBits);
}

TimeNs TimeOfAnchor(double seconds) { return FirstSampleOf(seconds, 0, {}); }

TimeNs FirstSampleOf(double seconds, int64_t offset, const SampleRate& rate) {
  const Wide scaled = static_cast<int64_t>(std::ldexp(seconds, kScaleBits));
  const Wide at = scaled * rate.numerator - Wide{offset} * rate.denominator * kScale;
  return FromCount(RoundedQuotient(at * kNanosecondsPerSecond, kScale * rate.numerator));
}

TimeNs EndOfSound(TimeNs start, uint64_t bytes, uint64_t bytes_per_second) {
  const Wide rate = bytes_per_second;
  const Wide at = start.time_since_epoch().count() * rate + bytes * kNanosecondsPerSecond;
  return FromCount(RoundedQuotient(at, rate));
}

}  // namespace ursa::demo
