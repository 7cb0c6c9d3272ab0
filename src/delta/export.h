// The rows of a snapshot as one Parquet file, written piece by piece.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "delta/scan.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace ursa::delta {

// Writes the rows that Scan gives with the same options, at most `limit` of them, as Parquet to
// `sink`. Memory is bounded by a batch a job. kUnsupported for a table whose only columns are void.
Result<void> ExportParquet(const store::ReadableStore& store, const Snapshot& snapshot,
                           const ScanOptions& options, uint64_t limit,
                           const std::function<Result<void>(std::string_view)>& sink);

}  // namespace ursa::delta
