// Writes a recording into the raw bucket. Source: raw-recordings.md section 1.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "demo/manifest_writer.h"
#include "demo/raw_file.h"
#include "demo/recording_design.h"

namespace ursa::demo {

struct RawTreeSize {
  uint64_t files = 0;
  uint64_t bytes = 0;
};

// Makes recordings/<id>/ and manifests/<id>/ below `raw`, as far as the recording has them: its
// workers' `files` that are not gone, its manifests, participant.txt and session.lock. Thread-safe
// for different recordings.
Result<RawTreeSize> WriteRawTree(const std::filesystem::path& raw, const RecordingDesign& design,
                                 const std::vector<RawFile>& files, const Manifests& manifests);

}  // namespace ursa::demo
