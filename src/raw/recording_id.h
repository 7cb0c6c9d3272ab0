// Names of recordings: rec_<YYYYMMDD>_<HHMMSS>_<hex>. Source: raw-recordings.md section 1.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace ursa::raw {

// The stamp in a recording's id: the fields of a clock whose zone the profile knows (UTC, unless it
// sets rig_timezone). None unless `text` is a recording id as a whole: a date and a time of day
// that exist, and 4 to 32 lower-case hex digits.
std::optional<std::chrono::local_seconds> ParseRecordingId(std::string_view text);

// A stamp read as UTC; the nearest time that TimeNs can hold for years before 1678 or after 2261.
TimeNs StampAsUtc(std::chrono::local_seconds stamp);

}  // namespace ursa::raw
