// Points in time: int64 nanoseconds since the Unix epoch, and how files and tables write them.
//
// A float is met only where a file holds one (an EEG anchor), and is converted from its exact
// binary value. Decimal text is converted digit by digit. Both round to the nearest nanosecond,
// ties to even. Source: raw-recordings.md section 2, "A number that means a time".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ursa {

using Nanoseconds = std::chrono::nanoseconds;
using Microseconds = std::chrono::microseconds;
using TimeNs = std::chrono::sys_time<Nanoseconds>;
using TimeUs = std::chrono::sys_time<Microseconds>;

// The bounds of a plausible time: [2000-01-01, 2100-01-01) UTC.
inline constexpr TimeNs kEarliestPlausible{std::chrono::seconds{946'684'800}};
inline constexpr TimeNs kFirstImplausible{std::chrono::seconds{4'102'444'800}};
constexpr bool IsPlausible(TimeNs time) {
  return time >= kEarliestPlausible && time < kFirstImplausible;
}

// Why a number or text gives no time.
enum class TimeFault {
  kUnparseable,  // not a number at all
  kImplausible,  // a number, but outside the plausible bounds, or NaN, or infinite
};

// A plausible time, or the reason why there is none.
struct TimeReading {
  std::optional<TimeNs> time;
  TimeFault fault = TimeFault::kUnparseable;  // meaningful only without a time
};

// Decimal text in s, ms, us or ns, the unit told by the magnitude of its integer part:
// [+-]digits[.digits][(e|E)[+-]digits], with at least one digit before the exponent. The whole
// text has to match; nothing is trimmed. Any length is accepted, and costs linear time.
TimeReading ReadDecimalTime(std::string_view text);

// A float64 in seconds, from its exact binary value.
TimeReading ReadBinaryTime(double seconds);

// RFC 3339, and also without an offset (then UTC is assumed), with a space for the T, a comma for
// the point, or no seconds. Digits beyond the ninth of a second are cut off. Nothing else.
std::optional<TimeNs> ParseIso8601(std::string_view text);

// The same with what the text said of its offset, for manifests' local times.
struct IsoTime {
  TimeNs time;  // as UTC where the text has no offset
  bool has_offset = false;
};
std::optional<IsoTime> ParseIso8601WithOffset(std::string_view text);

// "2026-05-07T14:30:22.120000Z", six digits of a second for the catalog's times, nine for derived
// ones. Years outside 0..9999 are written with their sign and as many digits as they need.
std::string FormatTime(TimeUs time);
std::string FormatTime(TimeNs time);

// "2026-05-07"; of any year that a catalog's time can have.
std::string FormatDate(TimeUs time);

// `time` + `delta`, or the nearest end of the range where that overflows.
TimeNs SaturatingAdd(TimeNs time, Nanoseconds delta);

}  // namespace ursa
