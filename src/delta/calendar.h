// Dates and timestamps of a table as text, for every value that a table can hold.
//
// base/time reads and writes the times of recordings: nanoseconds, 1677 to 2262. A table holds what
// anybody wrote: 9999-12-31 for "never", or nanoseconds taken for microseconds, which is the year
// 55,000. Such a value must come back from a plan file as it went in.
// Source: value.h, "JSON form".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ursa::delta {

// Days since the epoch as "2026-05-07". Years outside 0 .. 9999 have a sign and at least four
// digits.
std::string FormatDays(int64_t days);

// The inverse, of exactly this form; none for anything else, or what int32 can't hold.
std::optional<int64_t> ParseDays(std::string_view text);

// Microseconds since the epoch as "2026-05-07T14:30:22.120000Z", with years as above.
std::string FormatMicroseconds(int64_t microseconds);

// All forms of ParseIso8601, and the form above for years that it does not reach; what is finer
// than a microsecond is cut off. None for anything else.
std::optional<int64_t> ParseMicroseconds(std::string_view text);

}  // namespace ursa::delta
