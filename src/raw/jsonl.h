// Times in JSONL sidecars (keyboard, mouse, browser, notes, location, battery).
//
//   file  =  line*            the last one may be cut short by a crash
//   line  =  object LF        {"timestamp_ns": integer, ...}, else {"timestamp": seconds, ...}
//
// A line is whole when it ends in LF and is an object with a number for a time; others are passed
// over. Pure; any bytes are accepted. Source: raw-recordings.md section 2, "JSONL".
#pragma once

#include <cstdint>
#include <string_view>

#include "raw/problem.h"

namespace ursa::raw {

// The time in the first whole line of a file of `size_bytes`, of which `head` is the start. kEmpty,
// kNoWholeRow, kImplausibleTime; kUnparseable for a line with a number that no double holds, which
// hides what else it says; kLineTooLong where no line ends in a head that is smaller than the file.
Reading<TimeNs> ReadFirstJsonTime(std::string_view head, uint64_t size_bytes);

}  // namespace ursa::raw
