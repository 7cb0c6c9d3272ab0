#include "delta/row_batch.h"

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"

namespace ursa::delta {

RowBatch::RowBatch(std::vector<Field> fields, std::shared_ptr<arrow::RecordBatch> batch)
    : fields_(std::move(fields)),
      batch_(std::move(batch)),
      row_count_(static_cast<size_t>(batch_->num_rows())) {
  for (int i = 0; i < batch_->num_columns(); ++i) {
    columns_.push_back(batch_->column(i).get());
  }
}

bool RowBatch::IsNull(size_t column, size_t row) const {
  return columns_[column]->type_id() == arrow::Type::NA ||
         columns_[column]->IsNull(static_cast<int64_t>(row));
}

std::string_view RowBatch::String(size_t column, size_t row) const {
  if (IsNull(column, row)) {
    return {};
  }
  return static_cast<const arrow::BinaryArray&>(*columns_[column])
      .GetView(static_cast<int64_t>(row));
}

int64_t RowBatch::Long(size_t column, size_t row) const {
  if (IsNull(column, row)) {
    return 0;
  }
  // Timestamps have the layout of int64.
  return columns_[column]->data()->GetValues<int64_t>(1)[row];
}

bool RowBatch::Boolean(size_t column, size_t row) const {
  return !IsNull(column, row) && static_cast<const arrow::BooleanArray&>(*columns_[column])
                                     .Value(static_cast<int64_t>(row));
}

Value RowBatch::At(size_t column, size_t row) const {
  return ValueAt(fields_[column].type, *columns_[column], static_cast<int64_t>(row));
}

}  // namespace ursa::delta
