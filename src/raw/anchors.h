// EEG anchors: when which sample was taken.
//
//   *_timestamps.bin  =  record*, a trailing partial record (a crash) is ignored
//   record            =  int64 sample offset, float64 Unix seconds; little-endian, 16 bytes
//
// The offset counts the samples of the whole worker before the chunk; there is one record a chunk.
// Records are aligned to the file's start, so where the last whole one lies follows from the file's
// size: its last 31 bytes always hold it. Pure. Source: raw-recordings.md section 2.
#pragma once

#include <cstdint>
#include <string_view>

#include "raw/problem.h"

namespace ursa::raw {

inline constexpr uint64_t kAnchorBytes = 16;
// How much of a file's end has to be read for its last whole anchor.
inline constexpr uint64_t kAnchorTailBytes = 2 * kAnchorBytes - 1;

struct Anchor {
  int64_t sample_offset = 0;
  double seconds = 0;  // as the file holds it: may be NaN, infinite or implausible
};

// The last whole anchor of a file of `size_bytes`, of which `tail` is the end: at least
// min(size_bytes, kAnchorTailBytes) bytes of it. kEmpty, kNoWholeRow.
Reading<Anchor> LastAnchor(std::string_view tail, uint64_t size_bytes);

// The first anchor of a file of `size_bytes`, of which `head` is the start: at least
// min(size_bytes, kAnchorBytes) bytes of it. kEmpty, kNoWholeRow.
Reading<Anchor> FirstAnchor(std::string_view head, uint64_t size_bytes);

// The time of an anchor, from the exact binary value. kImplausibleTime.
Reading<TimeNs> TimeOf(const Anchor& anchor);

}  // namespace ursa::raw
