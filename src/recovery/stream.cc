#include "recovery/stream.h"

#include <algorithm>
#include <array>

namespace ursa::recovery {
namespace {

constexpr std::array<std::string_view, kStreamCount> kNames = {
    "eeg", "camera", "screen", "mic", "samsungwatch", "environment"};

}  // namespace

std::string_view StreamName(Stream stream) { return kNames[static_cast<size_t>(stream)]; }

std::optional<Stream> StreamOfFamily(std::string_view family) {
  const auto found = std::ranges::find(kNames, family);
  return found == kNames.end() ? std::nullopt
                               : std::optional(static_cast<Stream>(found - kNames.begin()));
}

}  // namespace ursa::recovery
