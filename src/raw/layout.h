// What the names of workers and of their files say. Source: raw-recordings.md sections 1 and 2.
//
// Everything here is pure, needs no allocation, and accepts any bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ursa::raw {

// The file of a worker that says when its process ended; no data file.
inline constexpr std::string_view kWorkerReportName = "worker_report.json";

// A worker's family: its name up to the first '_', old spellings turned into today's ("webcam_1" is
// a "camera", "samsung-watch_1" a "samsungwatch"). Any family may come out; few are known.
std::string_view FamilyOf(std::string_view worker);

// Files that hold times of samples, by how they are read.
enum class SidecarKind {
  kAnchors,         // EEG: 16-byte records
  kFrameCsv,        // camera, screen: the column epoch_ns
  kWav,             // mic: the time in the name, and how long the sound lasts
  kWatchCsv,        // samsungwatch: the first column
  kEnvironmentCsv,  // environment: one of several columns
};

struct Sidecar {
  SidecarKind kind;
  std::string_view
      sensor;  // of the watch: "imu", "ppg", "eda", "heart_rate", "battery"; else empty
};

// What a worker's file is, told by its name (the key after the worker's prefix) and the worker's
// family; none for a file that carries no end of a segment, and for one in a folder below the
// worker. Names match to the letter.
std::optional<Sidecar> SidecarOf(std::string_view family, std::string_view name);

// The segment index of a file: the first run of four or more digits between '_', '-', '.' or the
// ends of its name, without leading zeros; empty for 0 and for a file without one. A view into
// `name`: an index has any number of digits.
std::string_view SegmentIndexOf(std::string_view name);

// Segments order by index, as numbers, then by name, as bytes. A strict weak order.
bool SegmentIsLess(std::string_view name, std::string_view other);

}  // namespace ursa::raw
