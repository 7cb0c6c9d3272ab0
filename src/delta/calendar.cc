#include "delta/calendar.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "base/time.h"

namespace ursa::delta {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// The calendar repeats itself every 400 years, which <chrono>'s 16 bits for a year do not hold
// often.
constexpr int64_t kCycleYears = 400;
constexpr int64_t kCycleDays = 146'097;
constexpr int64_t kDayMicroseconds = 86'400'000'000;
// More than int32 days, and more than int64 microseconds.
constexpr int64_t kYearMax = 6'000'000;

int64_t FloorDivide(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

// Digits only, all of them; at most 18.
std::optional<int64_t> Number(std::string_view digits) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool all = error == std::errc() && end == digits.data() + digits.size();
  return all && digits.size() <= 18 && digits.front() != '-' ? std::optional(value) : std::nullopt;
}

// The days of a text in FormatDays' form, of years that hold every value of a table.
std::optional<int64_t> DaysOf(std::string_view text) {
  bool negative = false;
  bool with_sign = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    with_sign = true;
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.size() < 10 || text[text.size() - 6] != '-' || text[text.size() - 3] != '-') {
    return std::nullopt;
  }
  const auto year = Number(text.substr(0, text.size() - 6));
  const auto month = Number(text.substr(text.size() - 5, 2));
  const auto day = Number(text.substr(text.size() - 2));
  if (!year || !month || !day || *year > kYearMax || (text.size() > 10 && !with_sign)) {
    return std::nullopt;
  }
  const int64_t signed_year = negative ? -*year : *year;
  const int64_t cycle = FloorDivide(signed_year, kCycleYears);
  const year_month_day date{std::chrono::year{static_cast<int>(signed_year - cycle * kCycleYears)},
                            std::chrono::month{static_cast<unsigned>(*month)},
                            std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) {
    return std::nullopt;
  }
  return int64_t{sys_days{date}.time_since_epoch().count()} + cycle * kCycleDays;
}

// "14:30:22.120000Z" as microseconds of a day.
std::optional<int64_t> MicrosecondsOfDay(std::string_view text) {
  if (text.size() != 16 || text[2] != ':' || text[5] != ':' || text[8] != '.' || text[15] != 'Z') {
    return std::nullopt;
  }
  const auto hour = Number(text.substr(0, 2));
  const auto minute = Number(text.substr(3, 2));
  const auto second = Number(text.substr(6, 2));
  const auto fraction = Number(text.substr(9, 6));
  if (!hour || !minute || !second || !fraction || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return ((*hour * 60 + *minute) * 60 + *second) * 1'000'000 + *fraction;
}

}  // namespace

std::string FormatDays(int64_t since_epoch) {
  const int64_t cycle = FloorDivide(since_epoch, kCycleDays);
  const year_month_day date{sys_days{days{static_cast<int>(since_epoch - cycle * kCycleDays)}}};
  const int64_t year = static_cast<int>(date.year()) + cycle * kCycleYears;
  const auto month = static_cast<unsigned>(date.month());
  const auto day = static_cast<unsigned>(date.day());
  return year >= 0 && year <= 9999 ? fmt::format("{:04}-{:02}-{:02}", year, month, day)
                                   : fmt::format("{:+05}-{:02}-{:02}", year, month, day);
}

std::optional<int64_t> ParseDays(std::string_view text) {
  const auto parsed = DaysOf(text);
  return parsed && *parsed >= INT32_MIN && *parsed <= INT32_MAX ? parsed : std::nullopt;
}

std::string FormatMicroseconds(int64_t microseconds) {
  const int64_t day = FloorDivide(microseconds, kDayMicroseconds);
  // Not by subtraction: the first day that int64 reaches begins before its first microsecond.
  const int64_t remainder = microseconds % kDayMicroseconds;
  const int64_t of_day = remainder < 0 ? remainder + kDayMicroseconds : remainder;
  const int64_t seconds = of_day / 1'000'000;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}Z", FormatDays(day), seconds / 3600,
                     seconds / 60 % 60, seconds % 60, of_day % 1'000'000);
}

std::optional<int64_t> ParseMicroseconds(std::string_view text) {
  if (const auto time = ParseIso8601(text)) {
    return int64_t{std::chrono::floor<Microseconds>(*time).time_since_epoch().count()};
  }
  const size_t separator = text.find('T');
  if (separator == std::string_view::npos) {
    return std::nullopt;
  }
  const auto day = DaysOf(text.substr(0, separator));
  const auto of_day = MicrosecondsOfDay(text.substr(separator + 1));
  if (!day || !of_day) {
    return std::nullopt;
  }
  // The first day that int64 reaches begins before its first microsecond.
  const __int128 total = static_cast<__int128>(*day) * kDayMicroseconds + *of_day;
  if (total < INT64_MIN || total > INT64_MAX) {
    return std::nullopt;
  }
  return static_cast<int64_t>(total);
}

}  // namespace ursa::delta
