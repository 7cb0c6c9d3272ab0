// The profile's rig_timezone as ingest wants it; UTC where it sets none.
#pragma once

#include "base/result.h"
#include "cli/config.h"
#include "ingest/rig_time.h"

namespace ursa::cli {

inline Result<ingest::RigTimezone> RigTimezoneOf(const Profile& profile) {
  return profile.rig_timezone ? ingest::RigTimezone::Named(*profile.rig_timezone)
                              : ingest::RigTimezone();
}

}  // namespace ursa::cli
