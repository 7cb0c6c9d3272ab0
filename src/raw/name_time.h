// The time in a file name, to the last digit that stands there.
//
// The end of a sound is the time in its file's name plus how long it lasts: an exact sum, rounded
// once to the nanosecond. So the name's digits beyond the nanosecond are kept until they are added.
// Source: raw-recordings.md section 1, "time in a name", and section 3.1, stream `mic`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace ursa::raw {

// A plausible time as a name states it: `whole` + 0.<fraction> ns.
struct NameTime {
  TimeNs whole;               // nanoseconds, the rest cut off
  std::string_view fraction;  // decimal digits of a nanosecond, a view into the name
  TimeNs rounded;             // to the nearest nanosecond, ties to even
};

// The last number in `name` before its extension, digits with a fraction or without, in s, ms, us
// or ns; none where that is no plausible time. Any bytes are accepted.
std::optional<NameTime> TimeInName(std::string_view name);

// `start` + `amount` / `per_second` seconds, the exact sum rounded once to the nearest nanosecond,
// ties to even. `per_second` is from 1 to 2^62. A sum that is not plausible is kImplausible.
TimeReading AddSeconds(const NameTime& start, uint64_t amount, uint64_t per_second);

}  // namespace ursa::raw
