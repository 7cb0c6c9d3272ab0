// Which workers a recording has: its devices and their processes.
#pragma once

#include "demo/recording_design.h"
#include "demo/seeded_random.h"

namespace ursa::demo {

// Gives `design`, whose damage, start, stopped_at and uploaded are set, its workers. Their streams
// end at `end` at the latest, but for one that has the kind of damage outlier_stream, which ends at
// `last_sample`.
void DesignWorkers(TimeNs end, TimeNs last_sample, RecordingDesign& design, SeededRandom& random);

}  // namespace ursa::demo
