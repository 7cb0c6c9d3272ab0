// Rewriting a data file without decoding what stays: chunks of columns that do not change are
// copied as bytes, only the changed columns are encoded anew.
//
//   "PAR1"  then for each leaf column its chunk, from the old file or from a small new one
//           then the key column's Bloom filter, made anew
//           then the footer: the old file's schema, the chunks' metadata with shifted offsets
//
// That is most of the work of an upsert saved, and everything about unchanged columns, their types
// and encodings included, stays as whoever wrote them left it.
// Included in this room only. Source: arrow-facts.md, "Copying column chunks as bytes".
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "delta/data_file.h"
#include "delta/row_edit.h"
#include "store/object_store.h"

namespace ursa::delta {

// Columns of a data file that were read already: all rows, in one batch.
struct ColumnsRead {
  const std::vector<size_t>& columns;  // of the table's schema; the key column is among them
  const RowBatch& batch;
};

// Writes the file that replaces `file`, whose rows stay where they are, and returns its add action.
// None where the file is not of the kind that can be copied from (several row groups, more rows
// than we write into one file, columns that are not exactly the table's, statistics that can't be
// carried over): then it has to be rewritten.
Result<std::optional<AddFile>> CopyWithEdits(store::ObjectStore& store, const Snapshot& snapshot,
                                             const AddFile& file, DataFileReader& reader,
                                             const ColumnsRead& read,
                                             const std::vector<RowEdit>& edits,
                                             const MergeOptions& options);

}  // namespace ursa::delta
