// Whether a table's data files lie where its log has them: one listing instead of a look at each.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace ursa::catalog {

using ObjectsByKey = std::map<std::string, store::ObjectInfo, std::less<>>;

// Everything below `prefix` and a slash.
Result<ObjectsByKey> ListByKey(const store::ReadableStore& assets, const std::string& prefix);

// The first live data file, by path, that is not among `objects` with the size that the log says,
// in words: "the data file x.parquet of 12 bytes, which is not there"; none where all are.
std::optional<std::string> FindMissingDataFile(const delta::Snapshot& table,
                                               const ObjectsByKey& objects);

}  // namespace ursa::catalog
