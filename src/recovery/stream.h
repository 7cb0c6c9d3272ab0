// The six data streams whose last samples say when a recording ended.
// Source: raw-recordings.md section 3.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ursa::recovery {

// In the order in which they win ties.
enum class Stream : uint8_t { kEeg, kCamera, kScreen, kMic, kSamsungWatch, kEnvironment };

inline constexpr size_t kStreamCount = 6;

// The stable name, which is the family of the workers that record it: "eeg", "camera", ...
std::string_view StreamName(Stream stream);

// The stream of a worker's family; most families have none.
std::optional<Stream> StreamOfFamily(std::string_view family);

}  // namespace ursa::recovery
