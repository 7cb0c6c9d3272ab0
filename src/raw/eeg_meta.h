// eeg_meta.json: at which rate a worker's EEG was sampled.
//
//   {"sample_rate_hz": 249.99, "channels": [...], ...}    the rate as its decimal text
//
// Pure. Source: raw-recordings.md sections 2 and 3.2.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/exact.h"
#include "raw/problem.h"

namespace ursa::raw {

// The file's name in a worker.
inline constexpr std::string_view kEegMetaName = "eeg_meta.json";
// A file that is larger is not read.
inline constexpr uint64_t kEegMetaBytesMax = 65'536;

// The rate, from the file as a whole. kNoRate where it is no JSON object with a number above 0.
Reading<PositiveDecimal> ReadSampleRate(std::string_view eeg_meta);

}  // namespace ursa::raw
