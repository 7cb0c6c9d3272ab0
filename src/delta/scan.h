// Reading the rows of a snapshot. Thread-safe; memory is bounded by one batch a job.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/row_batch.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace ursa::delta {

// Only files that may hold a row whose `column` (of type string) has one of `values` are read. A
// file that may is handed out whole: what does not match is the caller's to pass over.
struct FileFilter {
  std::string column;
  std::vector<std::string> values;
  // Instead of `values`, where those are too many for a list of them: whether one is from `min` to
  // `max`, these included.
  std::function<bool(std::string_view min, std::string_view max)> any_between = {};
};

struct ScanOptions {
  std::vector<std::string> columns;  // by name, in the order wanted; empty: all of the schema
  std::vector<FileFilter> filters;   // a file has to pass all of them
  size_t jobs = 1;
  std::stop_token stop;
};

// Hands out all rows, file after file in the order of their paths, in batches of at most 65,536;
// `sink` is called on the calling thread. kInvalid names a column that the table lacks; an error of
// `sink` ends the scan and is returned.
Result<void> Scan(const store::ReadableStore& store, const Snapshot& snapshot,
                  const ScanOptions& options,
                  const std::function<Result<void>(const RowBatch&)>& sink);

}  // namespace ursa::delta
