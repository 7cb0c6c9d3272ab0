#include "ingest/rig_time.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <stdexcept>

#include "raw/recording_id.h"

namespace ursa::ingest {

Result<RigTimezone> RigTimezone::Named(const std::string& name) {
  RigTimezone timezone;
  try {
    timezone.zone_ = date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return Fail(ErrorCode::kUsage, "'" + name + "' is no time zone that this machine knows");
  }
  timezone.name_ = name;
  return timezone;
}

Result<TimeNs> RigTimezone::LocalToUtc(Nanoseconds local) const {
  const TimeNs as_utc{local};
  if (zone_ == nullptr) {
    return as_utc;
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(local);
  const date::local_info info = zone_->get_info(date::local_seconds{seconds});
  if (info.result == date::local_info::nonexistent) {
    return Fail(ErrorCode::kInvalid,
                fmt::format("the local time {} does not exist in {}: a clock change skips it",
                            FormatTime(as_utc).substr(0, 19), name_));
  }
  // The first of two is the earlier one, before the clock was set back.
  return SaturatingAdd(as_utc, -Nanoseconds{info.first.offset});
}

Result<TimeNs> RigTimezone::ToUtc(const IsoTime& time) const {
  return time.has_offset ? time.time : LocalToUtc(time.time.time_since_epoch());
}

Result<TimeNs> RigTimezone::ToUtc(std::chrono::local_seconds stamp) const {
  return LocalToUtc(raw::StampAsUtc(stamp).time_since_epoch());
}

}  // namespace ursa::ingest
