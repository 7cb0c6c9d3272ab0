#include "cli/ingest_settings.h"

namespace ursa::cli {

Result<ingest::RigTimezone> RigTimezoneOf(const Profile& profile) {
  return profile.rig_timezone ? ingest::RigTimezone::Named(*profile.rig_timezone)
                              : ingest::RigTimezone();
}

}  // namespace ursa::cli
