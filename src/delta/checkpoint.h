// Classic (V1) checkpoints: a snapshot of the log as one Parquet file. Source: delta-format.md
// section 9.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "delta/actions.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace ursa::delta {

// The actions of the checkpoint in `keys` (one file, or all parts of a multi-part one), which no
// order can be told of. kUnsupported: v2Checkpoint, deletion vectors, or all features of a protocol
// that Ursa does not read. kCorrupt: not a checkpoint, naming the file. kNotFound: a part is
// missing.
Result<std::vector<Action>> ReadCheckpoint(const store::ReadableStore& store,
                                           const std::vector<std::string>& keys);

// Writes the checkpoint of `snapshot` and then `_last_checkpoint`; one that exists already is left
// alone. Tombstones older than delta.deletedFileRetentionDuration (7 days) at `now` stay out.
// kUnsupported: a table that needs a writer above version 2, whose features would be lost.
Result<void> WriteCheckpoint(store::ObjectStore& store, const Snapshot& snapshot, TimeNs now);

// True where the table wants a checkpoint after this version (delta.checkpointInterval, 10).
bool WantsCheckpoint(const Metadata& metadata, int64_t version);

// "interval 7 days" and the like, as Delta writes them, in milliseconds. kInvalid for anything
// else.
Result<int64_t> ParseInterval(std::string_view text);

}  // namespace ursa::delta
