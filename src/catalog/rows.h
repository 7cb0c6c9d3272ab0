// Typed rows, for code that makes or reads them one by one. Source: catalog.md section 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "catalog/tables.h"

namespace ursa::catalog {

struct Participant {
  std::string participant_id;
  std::string display_name;
  std::optional<TimeUs> enrolled_at;
  std::optional<std::string> metadata;
};

struct Recording {
  std::string recording_hash;  // 64 hex digits
  std::string recording_id;
  std::vector<std::string> participant_ids;
  TimeUs start_time;
  std::optional<int64_t> duration_us;
  bool duration_known_wrong = false;
  std::string manifest_source = "rig";  // or "reconstructed"
  std::optional<std::string> device_info;
  std::optional<std::string> metadata;
};

struct Interval {
  double start = 0;  // seconds
  double end = 0;
};

struct Modality {
  std::string recording_hash;
  std::string recording_id;
  std::string worker;
  std::string modality;
  std::string format;
  std::string raw_storage_uri;
  std::optional<std::string> storage_uri;
  std::string ingestion_status = "raw";
  std::optional<std::string> ingestion_error;
  int32_t ingestion_attempts = 0;
  std::optional<TimeUs> last_attempt_at;
  std::optional<int64_t> start_epoch_ns;
  std::optional<std::vector<Interval>> domain_intervals;
  std::optional<double> sample_rate_hz;
  std::optional<std::string> channel_spec;
  int32_t segment_count = 0;
  int64_t byte_count = 0;
  std::optional<std::string> metadata;
};

NamedRow ToRow(const Participant& participant);
NamedRow ToRow(const Recording& recording);
NamedRow ToRow(const Modality& modality);

}  // namespace ursa::catalog
