// Times of the truth that are exact to the nanosecond, by integer arithmetic.
//
// A file can't hold every time: a float64 of seconds steps by 238 ns or more, a sound lasts a whole
// number of bytes. So the truth is chosen among the times that its file can express, and the
// functions here say which those are. They share no code with the derivations that are tested
// against them. Source: raw-recordings.md section 2, "A number that means a time", and sections 3.1
// and 3.2.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace ursa::demo {

// The float64 of seconds that is nearest to `time`.
double AnchorNear(TimeNs time);

// The exact value of an anchor of plausible seconds, to the nearest nanosecond, ties to even.
TimeNs TimeOfAnchor(double seconds);

// A sample rate in Hz as its decimal text, and the same as a fraction.
struct SampleRate {
  std::string text;
  int64_t numerator = 1;
  int64_t denominator = 1;
};

// When a worker's sample 0 was taken, of whose sample `offset` the anchor says when it was taken:
// seconds - offset / rate, rounded once.
TimeNs FirstSampleOf(double seconds, int64_t offset, const SampleRate& rate);

// When a sound of so many bytes ends: start + bytes / bytes_per_second, rounded once.
TimeNs EndOfSound(TimeNs start, uint64_t bytes, uint64_t bytes_per_second);

}  // namespace ursa::demo
