#include "base/time.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

namespace ursa {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

TimeReading Implausible() { return {std::nullopt, TimeFault::kImplausible}; }
TimeReading Unparseable() { return {std::nullopt, TimeFault::kUnparseable}; }

TimeReading IfPlausible(TimeNs time) {
  if (time < kEarliestPlausible || time >= kFirstImplausible) {
    return Implausible();
  }
  return {time, {}};
}

// A decimal number taken apart: value = 0.d1d2d3... x 10^point, where d1 is not 0.
struct Decimal {
  std::string_view whole;     // digits before the point
  std::string_view fraction;  // digits after it
  int64_t point = 0;          // how many digits of whole+fraction, from `skip` on, are integer ones
  size_t skip = 0;            // leading zeros of whole+fraction
  bool negative = false;
  bool zero = false;

  [[nodiscard]] size_t DigitCount() const { return whole.size() + fraction.size() - skip; }
  // The i-th significant digit; zeros go on for ever after the last.
  [[nodiscard]] unsigned Digit(size_t i) const {
    i += skip;
    if (i < whole.size()) {
      return static_cast<unsigned>(whole[i] - '0');
    }
    i -= whole.size();
    return i < fraction.size() ? static_cast<unsigned>(fraction[i] - '0') : 0U;
  }
};

std::string_view TakeDigits(std::string_view& text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) {
    ++count;
  }
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool TakeOne(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

// An exponent is of any length; beyond this magnitude it only says "far outside".
constexpr int64_t kExponentMax = 1'000'000'000'000;

std::optional<int64_t> TakeExponent(std::string_view& text) {
  const bool negative = !text.empty() && text.front() == '-';
  TakeOne(text, "+-");
  const std::string_view digits = TakeDigits(text);
  if (digits.empty()) {
    return std::nullopt;
  }
  int64_t exponent = 0;
  for (const char digit : digits) {
    exponent = std::min(exponent * 10 + (digit - '0'), kExponentMax);
  }
  return negative ? -exponent : exponent;
}

std::optional<Decimal> ParseDecimal(std::string_view text) {
  Decimal decimal;
  decimal.negative = !text.empty() && text.front() == '-';
  TakeOne(text, "+-");
  decimal.whole = TakeDigits(text);
  if (TakeOne(text, ".")) {
    decimal.fraction = TakeDigits(text);
  }
  if (decimal.whole.empty() && decimal.fraction.empty()) {
    return std::nullopt;
  }
  int64_t exponent = 0;
  if (TakeOne(text, "eE")) {
    const auto taken = TakeExponent(text);
    if (!taken) {
      return std::nullopt;
    }
    exponent = *taken;
  }
  if (!text.empty()) {
    return std::nullopt;
  }
  const size_t all = decimal.whole.size() + decimal.fraction.size();
  while (decimal.skip < all && decimal.Digit(0) == 0) {
    ++decimal.skip;
  }
  decimal.zero = decimal.skip == all;
  decimal.point =
      static_cast<int64_t>(decimal.whole.size()) - static_cast<int64_t>(decimal.skip) + exponent;
  return decimal;
}

// The power of ten that turns a value with so many integer digits into nanoseconds: its magnitude
// says whether it is in s (< 1e11), ms (< 1e14), us (< 1e17) or ns.
int64_t ScaleToNanoseconds(int64_t integer_digits) {
  if (integer_digits <= 11) {
    return 9;
  }
  if (integer_digits <= 14) {
    return 6;
  }
  return integer_digits <= 17 ? 3 : 0;
}

}  // namespace

TimeReading ReadDecimalTime(std::string_view text) {
  const auto decimal = ParseDecimal(text);
  if (!decimal) {
    return Unparseable();
  }
  if (decimal->negative || decimal->zero) {
    return Implausible();
  }
  const int64_t digits = decimal->point + ScaleToNanoseconds(decimal->point);
  // Plausible times have 18 or 19 digits of nanoseconds; one more leaves room for rounding up.
  if (digits < 17 || digits > 19) {
    return Implausible();
  }
  uint64_t value = 0;
  const auto taken = static_cast<size_t>(digits);
  for (size_t i = 0; i < taken; ++i) {
    value = value * 10 + decimal->Digit(i);
  }
  const unsigned next = decimal->Digit(taken);
  bool beyond_half = false;
  for (size_t i = taken + 1; i < decimal->DigitCount() && !beyond_half; ++i) {
    beyond_half = decimal->Digit(i) != 0;
  }
  if (next > 5 || (next == 5 && (beyond_half || (value & 1) != 0))) {
    ++value;
  }
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return Implausible();
  }
  return IfPlausible(TimeNs{Nanoseconds{static_cast<int64_t>(value)}});
}

TimeReading ReadBinaryTime(double seconds) {
  // Within these bounds the exponent is known, and the product below fits 128 bits.
  if (!(seconds > 9e8 && seconds < 5e9)) {
    return Implausible();
  }
  const auto bits = std::bit_cast<uint64_t>(seconds);
  const uint64_t mantissa = (bits & ((uint64_t{1} << 52) - 1)) | (uint64_t{1} << 52);
  const int shift = 1075 - static_cast<int>(bits >> 52);  // value = mantissa / 2^shift; 20..23
  const Wide product = static_cast<Wide>(mantissa) * 1'000'000'000U;
  auto value = static_cast<uint64_t>(product >> shift);
  const auto rest = static_cast<uint64_t>(product & ((Wide{1} << shift) - 1));
  const uint64_t half = uint64_t{1} << (shift - 1);
  if (rest > half || (rest == half && (value & 1) != 0)) {
    ++value;
  }
  return IfPlausible(TimeNs{Nanoseconds{static_cast<int64_t>(value)}});
}

namespace {

// Reads exactly `count` digits.
std::optional<int> TakeNumber(std::string_view& text, size_t count) {
  if (text.size() < count) {
    return std::nullopt;
  }
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!IsDigit(text[i])) {
      return std::nullopt;
    }
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

std::optional<int64_t> TakeFraction(std::string_view& text) {
  const std::string_view digits = TakeDigits(text);
  if (digits.empty()) {
    return std::nullopt;
  }
  int64_t nanoseconds = 0;
  for (size_t i = 0; i < 9; ++i) {
    nanoseconds = nanoseconds * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  }
  return nanoseconds;
}

struct ClockTime {
  int hour = 0, minute = 0, second = 0;
  int64_t nanoseconds = 0;
};

std::optional<ClockTime> TakeClockTime(std::string_view& text) {
  ClockTime clock;
  const auto hour = TakeNumber(text, 2);
  if (!hour || !TakeOne(text, ":")) {
    return std::nullopt;
  }
  const auto minute = TakeNumber(text, 2);
  if (!minute) {
    return std::nullopt;
  }
  clock.hour = *hour;
  clock.minute = *minute;
  if (TakeOne(text, ":")) {
    const auto second = TakeNumber(text, 2);
    if (!second) {
      return std::nullopt;
    }
    clock.second = *second;
    if (TakeOne(text, ".,")) {
      const auto fraction = TakeFraction(text);
      if (!fraction) {
        return std::nullopt;
      }
      clock.nanoseconds = *fraction;
    }
  }
  // A leap second (:60) is the first second of the next minute, as POSIX time has it.
  if (clock.hour > 23 || clock.minute > 59 || clock.second > 60) {
    return std::nullopt;
  }
  return clock;
}

struct Offset {
  std::chrono::minutes east{0};
  bool given = false;
};

std::optional<Offset> TakeOffset(std::string_view& text) {
  Offset offset;
  if (text.empty()) {
    return offset;
  }
  offset.given = true;
  if (TakeOne(text, "Zz")) {
    return offset;
  }
  const bool west = text.front() == '-';
  if (!TakeOne(text, "+-")) {
    return std::nullopt;
  }
  const auto hour = TakeNumber(text, 2);
  if (!hour || !TakeOne(text, ":")) {
    return std::nullopt;
  }
  const auto minute = TakeNumber(text, 2);
  if (!minute || *hour > 23 || *minute > 59) {
    return std::nullopt;
  }
  offset.east = std::chrono::minutes{*hour * 60 + *minute} * (west ? -1 : 1);
  return offset;
}

std::optional<std::chrono::year_month_day> TakeDate(std::string_view& text) {
  const auto year = TakeNumber(text, 4);
  if (!year || !TakeOne(text, "-")) {
    return std::nullopt;
  }
  const auto month = TakeNumber(text, 2);
  if (!month || !TakeOne(text, "-")) {
    return std::nullopt;
  }
  const auto day = TakeNumber(text, 2);
  if (!day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  return date.ok() ? std::optional{date} : std::nullopt;
}

}  // namespace

std::optional<IsoTime> ParseIso8601WithOffset(std::string_view text) {
  const auto date = TakeDate(text);
  if (!date || !TakeOne(text, "Tt ")) {
    return std::nullopt;
  }
  const auto clock = TakeClockTime(text);
  if (!clock) {
    return std::nullopt;
  }
  const auto offset = TakeOffset(text);
  if (!offset || !text.empty()) {
    return std::nullopt;
  }
  const std::chrono::sys_seconds seconds =
      std::chrono::sys_days{*date} + std::chrono::hours{clock->hour} +
      std::chrono::minutes{clock->minute} + std::chrono::seconds{clock->second} - offset->east;
  // int64 nanoseconds end in 1677 and 2262; a year has four digits here.
  constexpr int64_t kSecondsMax = std::numeric_limits<int64_t>::max() / 1'000'000'000 - 1;
  if (std::abs(seconds.time_since_epoch().count()) > kSecondsMax) {
    return std::nullopt;
  }
  return IsoTime{TimeNs{seconds} + Nanoseconds{clock->nanoseconds}, offset->given};
}

std::optional<TimeNs> ParseIso8601(std::string_view text) {
  const auto parsed = ParseIso8601WithOffset(text);
  return parsed ? std::optional{parsed->time} : std::nullopt;
}

namespace {

std::string FormatSeconds(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

std::string FormatTime(TimeUs time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{}.{:06}Z", FormatSeconds(seconds), (time - seconds).count());
}

std::string FormatTime(TimeNs time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{}.{:09}Z", FormatSeconds(seconds), (time - seconds).count());
}

std::string FormatDate(TimeUs time) {
  const std::string text = FormatSeconds(std::chrono::floor<std::chrono::seconds>(time));
  return text.substr(0, text.find('T'));
}

TimeNs SaturatingAdd(TimeNs time, Nanoseconds delta) {
  int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), delta.count(), &sum)) {
    sum = delta.count() > 0 ? std::numeric_limits<int64_t>::max()
                            : std::numeric_limits<int64_t>::min();
  }
  return TimeNs{Nanoseconds{sum}};
}

}  // namespace ursa
