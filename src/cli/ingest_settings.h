// What ingest takes from a profile: the rigs' clock, and whom typed names mean.
#pragma once

#include "base/result.h"
#include "cli/config.h"
#include "ingest/rig_time.h"
#include "participants/canonicalizer.h"

namespace ursa::cli {

// The profile's rig_timezone; UTC where it sets none.
Result<ingest::RigTimezone> RigTimezoneOf(const Profile& profile);

// The profile's placeholders, sentinels and merge map. kUsage where the map can't be read, or
// breaks a rule.
Result<participants::Canonicalizer> CanonicalizerOf(const Profile& profile);

}  // namespace ursa::cli
