// Rows of any Delta table, shown: what `query` and `table read` share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "delta/scan.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace ursa::cli {

// Tells the report every row, at most `limit`, as {"values": {column: value}}, and the summary
// {"version", "rows"}. People see one column of the table for each of the rows' columns.
Result<void> ReportRows(Report& report, const store::ReadableStore& store,
                        const delta::Snapshot& snapshot, const delta::ScanOptions& options,
                        uint64_t limit);

// The rows as CSV (RFC 4180 with a header, but lines that end in LF, as the tools that it is piped
// into take them); null is an empty field, nested values are JSON.
Result<void> WriteCsv(Output& output, const store::ReadableStore& store,
                      const delta::Snapshot& snapshot, const delta::ScanOptions& options,
                      uint64_t limit);

}  // namespace ursa::cli
