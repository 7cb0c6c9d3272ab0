#include "delta/row_batch.h"

#include <limits>

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

std::vector<std::pair<double, double>> RowBatch::DoublePairs(size_t column, size_t row) const {
  if (IsNull(column, row)) {
    return {};
  }
  const auto& list = static_cast<const arrow::ListArray&>(*columns_[column]);
  const auto& pairs = static_cast<const arrow::StructArray&>(*list.values());
  const auto value = [&](int field, int64_t i) {
    const auto& doubles = static_cast<const arrow::DoubleArray&>(*pairs.field(field));
    return pairs.IsNull(i) || doubles.IsNull(i) ? std::numeric_limits<double>::quiet_NaN()
                                                : doubles.Value(i);
  };
  const auto first = list.value_offset(static_cast<int64_t>(row));
  const auto end = list.value_offset(static_cast<int64_t>(row) + 1);
  std::vector<std::pair<double, double>> values;
  values.reserve(static_cast<size_t>(end - first));
  for (int64_t i = first; i < end; ++i) {
    values.emplace_back(value(0, i), value(1, i));
  }
  return values;
}

Value RowBatch::At(size_t column, size_t row) const {
  return ValueAt(fields_[column].type, *columns_[column], static_cast<int64_t>(row));
}

}  // namespace ursa::delta
