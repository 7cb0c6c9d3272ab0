// Numbers as people read them. Decimal units throughout, as the flags have them (--max-gb).
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace ursa::cli {

// 999 -> "999 B", 1234567 -> "1.2 MB"; one digit after the point from 1 kB on.
std::string FormatBytes(uint64_t bytes);

// Whole seconds as "0:07", "12:05", "3:07:00"; hours grow without end. Negative counts as zero.
std::string FormatElapsed(Nanoseconds duration);

}  // namespace ursa::cli
