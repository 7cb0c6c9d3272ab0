#include "raw/layout.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace ursa::raw {
namespace {

constexpr size_t kIndexDigitsMin = 4;

constexpr std::array<std::string_view, 5> kWatchSensors = {"imu", "ppg", "eda", "heart_rate",
                                                           "battery"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// True where `name` is `prefix`, anything, `extension`.
bool IsNamed(std::string_view name, std::string_view prefix, std::string_view extension) {
  return name.size() >= prefix.size() + extension.size() && name.starts_with(prefix) &&
         name.ends_with(extension);
}

std::optional<Sidecar> WatchCsv(std::string_view name) {
  for (const std::string_view sensor : kWatchSensors) {
    if (name.starts_with(sensor) && IsNamed(name.substr(sensor.size()), "_", ".csv")) {
      return Sidecar{SidecarKind::kWatchCsv, sensor};
    }
  }
  return std::nullopt;
}

std::optional<Sidecar> If(bool condition, SidecarKind kind) {
  return condition ? std::optional(Sidecar{kind, {}}) : std::nullopt;
}

}  // namespace

std::string_view FamilyOf(std::string_view worker) {
  const std::string_view family = worker.substr(0, worker.find('_'));
  if (family == "samsung-watch") {
    return "samsungwatch";
  }
  return family == "webcam" ? "camera" : family;
}

std::optional<Sidecar> SidecarOf(std::string_view family, std::string_view name) {
  if (name.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  if (family == "eeg") {
    return If(name.ends_with("_timestamps.bin"), SidecarKind::kAnchors);
  }
  if (family == "camera") {
    return If(IsNamed(name, "camera_timestamps_", ".csv") || IsNamed(name, "segment_", ".csv"),
              SidecarKind::kFrameCsv);
  }
  if (family == "screen") {
    return If(IsNamed(name, "screen_timestamps_", ".csv"), SidecarKind::kFrameCsv);
  }
  if (family == "mic") {
    return If(IsNamed(name, "mic_", ".wav"), SidecarKind::kWav);
  }
  if (family == "samsungwatch") {
    return WatchCsv(name);
  }
  if (family == "environment") {
    return If(IsNamed(name, "environment_", ".csv"), SidecarKind::kEnvironmentCsv);
  }
  return std::nullopt;
}

std::string_view SegmentIndexOf(std::string_view name) {
  while (!name.empty()) {
    const size_t end = std::min(name.find_first_of("_-."), name.size());
    std::string_view part = name.substr(0, end);
    if (part.size() >= kIndexDigitsMin && std::ranges::all_of(part, IsDigit)) {
      part.remove_prefix(std::min(part.find_first_not_of('0'), part.size()));
      return part;
    }
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return {};
}

bool SegmentIsLess(std::string_view name, std::string_view other) {
  const std::string_view index = SegmentIndexOf(name);
  const std::string_view other_index = SegmentIndexOf(other);
  // Without leading zeros the longer number is the larger one.
  return std::tuple(index.size(), index, name) < std::tuple(other_index.size(), other_index, other);
}

}  // namespace ursa::raw
