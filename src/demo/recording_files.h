// The files of a recording's workers, as its design says. Nothing is decided here that the truth
// depends on.
#pragma once

#include <string>
#include <vector>

#include "demo/raw_file.h"
#include "demo/recording_design.h"

namespace ursa::demo {

// The name of a segment's sidecar in its worker, e.g. "camera_timestamps_0003_1778164222.csv".
std::string SidecarName(const Track& track, const Segment& segment);

// "<worker>/<name>", below the recording's prefix.
std::string SidecarPath(const Worker& worker, const Track& track, const Segment& segment);

// All files of all workers, in the order of their paths' bytes, with last-modified times up to the
// design's `uploaded`. A pure function of its arguments.
std::vector<RawFile> WorkerFiles(const RecordingDesign& design, uint64_t seed);

}  // namespace ursa::demo
