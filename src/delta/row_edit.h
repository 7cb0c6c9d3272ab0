// Rows of a data file that change, and the columns that come of it. Included in this room only.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "delta/merge.h"
#include "delta/row_batch.h"

namespace ursa::delta {

// A row of the file that changes.
struct RowEdit {
  int64_t row = 0;  // within the file
  RowDecision decision;
};

// The positions of the columns that some edit sets, ascending.
std::vector<size_t> TouchedColumns(const std::vector<RowEdit>& edits);

// A column of a batch after the edits first .. last (exclusive), which are of its rows; the batch
// begins at the file's row `batch_start`. `column` is the column's position in the schema;
// `deleted`, rows of the batch, ascending, are left out.
Result<std::shared_ptr<arrow::Array>> EditColumn(const Field& field, size_t column,
                                                 const std::shared_ptr<arrow::Array>& values,
                                                 const RowEdit* first, const RowEdit* last,
                                                 int64_t batch_start,
                                                 const std::vector<int64_t>& deleted);

// A batch with all columns of `schema` after the edits.
Result<std::shared_ptr<arrow::RecordBatch>> PatchBatch(const Schema& schema, const RowBatch& batch,
                                                       const RowEdit* first, const RowEdit* last,
                                                       int64_t batch_start);

}  // namespace ursa::delta
