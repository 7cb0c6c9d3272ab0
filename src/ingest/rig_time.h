// Local times of rigs: an ISO 8601 text without an offset, and the stamp in a recording's id.
//
// They are UTC, unless the profile sets rig_timezone. A local time that a clock change makes
// ambiguous is the earlier one; one that it skips never was, and is an error of its recording.
// Immutable; thread-safe. Source: raw-recordings.md sections 1 and 3.3.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace date {
class time_zone;
}

namespace ursa::ingest {

class RigTimezone {
 public:
  // UTC.
  RigTimezone() = default;
  // An IANA name. kUsage where this machine does not know it.
  static Result<RigTimezone> Named(const std::string& name);

  // A manifest's time; kInvalid where a clock change skips it.
  [[nodiscard]] Result<TimeNs> ToUtc(const IsoTime& time) const;

  // The stamp in a recording's id; kInvalid likewise.
  [[nodiscard]] Result<TimeNs> ToUtc(std::chrono::local_seconds stamp) const;

 private:
  [[nodiscard]] Result<TimeNs> LocalToUtc(Nanoseconds local) const;

  const date::time_zone* zone_ = nullptr;  // null: UTC
  std::string name_;
};

}  // namespace ursa::ingest
