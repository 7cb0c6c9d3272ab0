// worker_report.json: when a worker's process ended, often hours after its last sample.
//
//   {"stopped_at_utc": "2026-05-07T15:02:11Z", ...}    ISO 8601; UTC where it has no offset
//
// Source: raw-recordings.md section 2, and section 3.1, where it counts only without a stream's
// end.
#pragma once

#include <cstdint>
#include <string_view>

#include "raw/problem.h"

namespace ursa::raw {

// A report that is larger is not read.
inline constexpr uint64_t kWorkerReportBytesMax = 1'048'576;

// When the process ended, from a report as a whole. Pure. kUnparseable where it is no JSON object
// with such a text, kImplausibleTime.
Reading<TimeNs> ReadStoppedAt(std::string_view report);

}  // namespace ursa::raw
