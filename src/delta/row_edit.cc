#include "delta/row_edit.h"

#include <set>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"

namespace ursa::delta {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

// New values of one column, and the rows (within the batch) that they are for, ascending.
struct ColumnPatch {
  std::vector<int64_t> rows;
  ArrayPtr values;
};

Result<ColumnPatch> MakePatch(const Field& field, size_t column, const RowEdit* first,
                              const RowEdit* last, int64_t batch_start) {
  ColumnPatch patch;
  URSA_ARROW_TRY(const auto builder, arrow::MakeBuilder(ToArrowType(field.type)),
                 "changing column " + field.name);
  for (const RowEdit* edit = first; edit != last; ++edit) {
    for (const auto& [position, value] : edit->decision.values) {
      if (position == column) {
        URSA_CHECK(AppendValue(field.type, value, *builder));
        patch.rows.push_back(edit->row - batch_start);
      }
    }
  }
  URSA_ARROW_TRY(patch.values, builder->Finish(), "changing column " + field.name);
  return patch;
}

// `column` with patched rows replaced and deleted rows left out. Works for every type: runs of
// unchanged rows and of new values are slices, joined once.
Result<ArrayPtr> ApplyPatch(const ArrayPtr& column, const ColumnPatch& patch,
                            const std::vector<int64_t>& deleted) {
  if (patch.rows.empty() && deleted.empty()) {
    return column;
  }
  arrow::ArrayVector pieces;
  int64_t done = 0;
  size_t next_deleted = 0;
  size_t next_patched = 0;
  const auto keep_until = [&](int64_t row) {
    if (row > done) {
      pieces.push_back(column->Slice(done, row - done));
    }
  };
  while (next_deleted < deleted.size() || next_patched < patch.rows.size()) {
    const bool is_delete =
        next_patched == patch.rows.size() ||
        (next_deleted < deleted.size() && deleted[next_deleted] < patch.rows[next_patched]);
    if (is_delete) {
      keep_until(deleted[next_deleted]);
      done = deleted[next_deleted++] + 1;
      continue;
    }
    const size_t run_start = next_patched;
    keep_until(patch.rows[next_patched]);
    do {
      done = patch.rows[next_patched++] + 1;
    } while (next_patched < patch.rows.size() && patch.rows[next_patched] == done);
    pieces.push_back(patch.values->Slice(static_cast<int64_t>(run_start),
                                         static_cast<int64_t>(next_patched - run_start)));
  }
  keep_until(column->length());
  if (pieces.empty()) {
    return column->Slice(0, 0);
  }
  URSA_ARROW_TRY(auto joined, arrow::Concatenate(pieces), "joining a column");
  return joined;
}

}  // namespace

std::vector<size_t> TouchedColumns(const std::vector<RowEdit>& edits) {
  std::set<size_t> touched;
  for (const RowEdit& edit : edits) {
    for (const auto& [column, value] : edit.decision.values) {
      touched.insert(column);
    }
  }
  return {touched.begin(), touched.end()};
}

Result<ArrayPtr> EditColumn(const Field& field, size_t column, const ArrayPtr& values,
                            const RowEdit* first, const RowEdit* last, int64_t batch_start,
                            const std::vector<int64_t>& deleted) {
  URSA_TRY(const ColumnPatch patch, MakePatch(field, column, first, last, batch_start));
  return ApplyPatch(values, patch, deleted);
}

Result<BatchPtr> PatchBatch(const Schema& schema, const RowBatch& batch, const RowEdit* first,
                            const RowEdit* last, int64_t batch_start) {
  std::vector<int64_t> deleted;
  for (const RowEdit* edit = first; edit != last; ++edit) {
    if (edit->decision.kind == RowDecision::Kind::kDelete) {
      deleted.push_back(edit->row - batch_start);
    }
  }
  arrow::ArrayVector columns;
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    URSA_TRY(ArrayPtr edited,
             EditColumn(schema.fields[i], i, batch.Arrow()->column(static_cast<int>(i)), first,
                        last, batch_start, deleted));
    columns.push_back(std::move(edited));
  }
  const auto rows = static_cast<int64_t>(batch.RowCount() - deleted.size());
  return arrow::RecordBatch::Make(ToArrowSchema(schema), rows, std::move(columns));
}

}  // namespace ursa::delta
