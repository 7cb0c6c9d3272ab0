// The truth of one sequence of segments: when each starts and ends, and which are broken how.
#pragma once

#include "demo/recording_design.h"
#include "demo/seeded_random.h"

namespace ursa::demo {

// What a track is wanted for. Its times become the nearest ones that its files can express.
struct TrackRequest {
  Family family = Family::kEeg;
  std::string sensor;
  TimeUs recording_start;
  TimeNs uploaded;
  TimeNs first;
  TimeNs end;        // at least a minute after `first`
  DamageSet damage;  // those kinds that are to befall this track
};

Track DesignTrack(const TrackRequest& request, SeededRandom& random);

}  // namespace ursa::demo
