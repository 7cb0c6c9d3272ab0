// A property of a table: a commit with a metaData action, which conflicts with every writer that is
// under way, ours or another engine's. Source: PROTOCOL.md, "Change Metadata"; delta-format.md
// section 8.4.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/environment.h"
#include "base/result.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace ursa::delta {

struct PropertyOptions {
  std::string engine_info;  // "Ursa/0.1.0"
  Nanoseconds timeout{std::chrono::seconds{120}};
  std::stop_token stop;
  Clock& clock;
  Random& random;
};

// Gives the property that value, or removes it where there is none; no commit where it is so
// already. The table after it, newer than `snapshot` by what others committed meanwhile.
// kConflict after `timeout` of lost races; else errors as of PutCommit and CheckWritable.
Result<SnapshotPtr> SetProperty(store::ObjectStore& store, SnapshotPtr snapshot,
                                const std::string& name, const std::optional<std::string>& value,
                                const PropertyOptions& options);

}  // namespace ursa::delta
