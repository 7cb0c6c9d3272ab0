#include "raw/name_time.h"

#include <algorithm>

namespace ursa::raw {
namespace {

__extension__ using Wide = __int128;

constexpr Wide kNanosecondsPerSecond = 1'000'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The digits at the end of `text`.
std::string_view TrailingDigits(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0 && IsDigit(text[begin - 1])) {
    --begin;
  }
  return text.substr(begin);
}

// The last number in `text`: digits, and the digits before a point that stands before them.
std::string_view LastNumber(std::string_view text) {
  while (!text.empty() && !IsDigit(text.back())) {
    text.remove_suffix(1);
  }
  const std::string_view last = TrailingDigits(text);
  std::string_view before = text.substr(0, text.size() - last.size());
  if (last.empty() || !before.ends_with('.')) {
    return last;
  }
  before.remove_suffix(1);
  const std::string_view whole = TrailingDigits(before);
  return whole.empty() ? last : text.substr(text.size() - last.size() - 1 - whole.size());
}

// How many digits after the point are still whole nanoseconds, for a number with so many digits
// before it: s below 1e11, ms below 1e14, us below 1e17, else ns.
size_t DigitsToNanosecond(size_t integer_digits) {
  if (integer_digits <= 11) {
    return 9;
  }
  if (integer_digits <= 14) {
    return 6;
  }
  return integer_digits <= 17 ? 3 : 0;
}

// Compares 0.<fraction> + rest / divisor with halves / 2: negative, zero or positive.
int CompareWithHalves(std::string_view fraction, Wide rest, Wide divisor, int halves) {
  // 0.<fraction> is compared with halves / 2 - rest / divisor, whose digits long division gives.
  const Wide denominator = 2 * divisor;
  Wide numerator = halves * divisor - 2 * rest;
  if (numerator < 0) {
    return 1;
  }
  if (numerator >= denominator) {
    return -1;
  }
  for (const char digit : fraction) {
    numerator *= 10;
    const int difference = (digit - '0') - static_cast<int>(numerator / denominator);
    if (difference != 0) {
      return difference;
    }
    numerator %= denominator;
  }
  return numerator > 0 ? -1 : 0;
}

// The nearest integer to whole + 0.<fraction> + rest / divisor, which is less than whole + 2.
Wide RoundSum(Wide whole, std::string_view fraction, Wide rest, Wide divisor) {
  for (const int halves : {3, 1}) {
    const int order = CompareWithHalves(fraction, rest, divisor, halves);
    const Wide above = whole + (halves + 1) / 2;
    if (order > 0 || (order == 0 && above % 2 == 0)) {
      return above;
    }
    if (order == 0) {
      return above - 1;
    }
  }
  return whole;
}

}  // namespace

std::optional<NameTime> TimeInName(std::string_view name) {
  const std::string_view number = LastNumber(name.substr(0, name.rfind('.')));
  const TimeReading rounded = ReadDecimalTime(number);
  if (!rounded.time) {
    return std::nullopt;
  }
  const size_t point = std::min(number.find('.'), number.size());
  std::string_view digits = number.substr(0, point);
  std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  const size_t scale = DigitsToNanosecond(digits.size());
  // A plausible time has 19 digits at most, so this can't overflow.
  int64_t whole = 0;
  for (const char digit : digits) {
    whole = whole * 10 + (digit - '0');
  }
  for (size_t i = 0; i < scale; ++i) {
    whole = whole * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  fraction.remove_prefix(std::min(scale, fraction.size()));
  return NameTime{TimeNs{Nanoseconds{whole}}, fraction, *rounded.time};
}

TimeReading AddSeconds(const NameTime& start, uint64_t amount, uint64_t per_second) {
  const Wide nanoseconds = static_cast<Wide>(amount) * kNanosecondsPerSecond;
  const Wide whole = start.whole.time_since_epoch().count() + nanoseconds / per_second;
  const Wide sum = RoundSum(whole, start.fraction, nanoseconds % per_second, per_second);
  if (sum < kEarliestPlausible.time_since_epoch().count() ||
      sum >= kFirstImplausible.time_since_epoch().count()) {
    return {std::nullopt, TimeFault::kImplausible};
  }
  return {TimeNs{Nanoseconds{static_cast<int64_t>(sum)}}, {}};
}

}  // namespace ursa::raw
