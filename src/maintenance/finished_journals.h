// Journals that nobody needs any more. Source: commands.md, "reconstruct-all-recent".
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "maintenance/planning.h"
#include "store/object_store.h"

namespace ursa::maintenance {

// Removes the journals of recordings that the newest catalog has: those of a run that died between
// its commit and their removal, and of recordings that came into the catalog another way.
Result<void> RemoveFinishedJournals(const PlanningContext& context, store::ObjectStore& assets);

// Removes the journals of these recordings, where there are any.
Result<void> RemoveJournals(const std::vector<std::string>& recording_ids,
                            store::ObjectStore& assets);

}  // namespace ursa::maintenance
