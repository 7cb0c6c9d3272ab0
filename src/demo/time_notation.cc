#include "demo/time_notation.h"

#include <fmt/format.h>

#include <algorithm>

namespace ursa::demo {
namespace {

using Unit = TimeNotation::Unit;
using Excess = TimeNotation::Excess;

// How many of a time's digits of nanoseconds stand after the point where all are written.
int FractionDigitsMax(Unit unit) { return 9 - 3 * static_cast<int>(unit); }

int64_t PowerOfTen(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) {
    power *= 10;
  }
  return power;
}

// "1778164222.512" -> "1.778164222512e9"
std::string WithExponent(std::string text) {
  const size_t point = std::min(text.find('.'), text.size());
  if (point < text.size()) {
    text.erase(point, 1);
  }
  text.insert(1, ".");
  return fmt::format("{}e{}", text, point - 1);
}

}  // namespace

TimeNs OnGrid(const TimeNotation& notation, TimeNs time) {
  const int64_t step = PowerOfTen(FractionDigitsMax(notation.unit) - notation.fraction_digits);
  const int64_t count = time.time_since_epoch().count();
  return TimeNs{Nanoseconds{count - count % step}};
}

std::string TimeText(const TimeNotation& notation, TimeNs time) {
  const auto all_digits = static_cast<size_t>(FractionDigitsMax(notation.unit));
  const bool rounds_up = notation.excess == Excess::kRoundsUp;
  const std::string digits = std::to_string(time.time_since_epoch().count() - (rounds_up ? 1 : 0));
  const size_t whole = digits.size() - all_digits;
  std::string fraction = digits.substr(whole, static_cast<size_t>(notation.fraction_digits));
  if (notation.excess != Excess::kNone) {
    fraction += rounds_up ? "75" : "25";
  }
  std::string text = digits.substr(0, whole) + (fraction.empty() ? "" : ".") + fraction;
  return notation.exponent ? WithExponent(std::move(text)) : text;
}

TimeNotation PickNotation(SeededRandom& random) {
  TimeNotation notation;
  if (random.Chance(45)) {
    return notation;
  }
  notation.unit = static_cast<Unit>(random.Below(4));
  const int digits_max = FractionDigitsMax(notation.unit);
  notation.fraction_digits = static_cast<int>(random.Between(0, digits_max));
  notation.exponent = random.Chance(15);
  if (notation.fraction_digits == digits_max && random.Chance(40)) {
    notation.excess = random.Chance(50) ? Excess::kRoundsDown : Excess::kRoundsUp;
  }
  return notation;
}

TimeNotation PickNameNotation(SeededRandom& random) {
  TimeNotation notation;
  notation.unit = random.Chance(50) ? Unit::kSeconds : static_cast<Unit>(random.Below(4));
  const int digits_min = notation.unit == Unit::kSeconds ? 3 : 0;
  notation.fraction_digits =
      static_cast<int>(random.Between(digits_min, FractionDigitsMax(notation.unit)));
  return notation;
}

}  // namespace ursa::demo
