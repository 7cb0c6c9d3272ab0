// The collisions among the names that a backfill would attach. Used by backfill_participants.cc.
#pragma once

#include <vector>

#include "maintenance/backfill_participants.h"

namespace ursa::maintenance {

// What CollisionFinder is told of one recording that gets names.
struct AttachedNames {
  const BackfillRow& row;
  // Pairs of row.participants that may be one name, typed last name first.
  const std::vector<std::pair<size_t, size_t>>& maybe_last_first;
};

// Collisions of kind slug first, then near-duplicates, then maybe_last_first; within a kind in the
// order of the names. The same for every order of `attached`.
std::vector<Collision> FindCollisions(const std::vector<AttachedNames>& attached,
                                      const participants::KnownParticipants& known);

}  // namespace ursa::maintenance
