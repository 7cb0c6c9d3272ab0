// CSV sidecars, with every liberty that raw-recordings.md section 2 grants them: CRLF, a byte
// order mark, quoted fields, blank lines, columns in any order, no header where that is allowed,
// and a last line that a crash cut short.
#pragma once

#include <string>

#include "demo/recording_design.h"
#include "demo/seeded_random.h"

namespace ursa::demo {

// The bytes of a segment of a track whose sidecars are CSV: camera, screen, samsungwatch,
// environment, or the gaze of pupillabs.
std::string CsvBytes(const Track& track, const Segment& segment, SeededRandom& random);

// When the rows, lines or anchors of a segment were sampled: `rows` times from its first to its
// last, each one that the track's files can hold.
std::vector<TimeNs> SampleTimes(const Track& track, const Segment& segment);

}  // namespace ursa::demo
