// Per-file statistics: made for the files we write, and used to pass over files that can't hold a
// wanted row. Included in this room only. Source: delta-format.md section 7.
#pragma once

#include <arrow/type_fwd.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delta/actions.h"
#include "delta/schema.h"

namespace ursa::delta {

// The stats of a file that holds these batches, each with one array a column of `schema`.
std::string MakeStatistics(const Schema& schema,
                           const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);

// The stats of a file like `file`, in which the columns of `counted` have the values of `batch`.
// Of the table's other columns they say what the file's own do, whoever wrote it, in our form, or
// nothing. None where the file's own don't say that it has as many rows.
std::optional<std::string> PatchStatistics(const AddFile& file, const Schema& table,
                                           const Schema& counted,
                                           const std::shared_ptr<arrow::RecordBatch>& batch);

// Whether another's bounds of such a column can be believed: those of floating numbers pass over
// a NaN.
bool CanCarryBounds(const Type& type);

// Which values of a string column a file can hold, as far as its statistics say.
struct StringBounds {
  std::string min;
  std::string max;
};

// None: no statement (no stats, unparsable ones, no bounds of that column).
std::optional<StringBounds> BoundsOf(const AddFile& file, const std::string& column);

// numRecords, where the stats have it.
std::optional<uint64_t> RecordCountOf(const AddFile& file);

}  // namespace ursa::delta
