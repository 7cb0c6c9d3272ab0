// What ingest takes from a profile besides names: the rigs' clock.
#pragma once

#include "base/result.h"
#include "cli/config.h"
#include "ingest/rig_time.h"

namespace ursa::cli {

// The profile's rig_timezone; UTC where it sets none.
Result<ingest::RigTimezone> RigTimezoneOf(const Profile& profile);

}  // namespace ursa::cli
