// Some rows of a table, column by column: what a scan hands out. Without Arrow in the header.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "delta/schema.h"
#include "delta/value.h"

namespace arrow {
class RecordBatch;
class Array;
}  // namespace arrow

namespace ursa::delta {

// Immutable; thread-safe. Columns are numbered as they were asked for; `row` < RowCount().
class RowBatch {
 public:
  RowBatch(std::vector<Field> fields, std::shared_ptr<arrow::RecordBatch> batch);

  [[nodiscard]] size_t RowCount() const { return row_count_; }
  [[nodiscard]] const std::vector<Field>& Fields() const { return fields_; }

  [[nodiscard]] bool IsNull(size_t column, size_t row) const;
  // Of a column of type string or binary; empty for null. Lives as long as the batch.
  [[nodiscard]] std::string_view String(size_t column, size_t row) const;
  // Of a column of type long or timestamp (us); 0 for null.
  [[nodiscard]] int64_t Long(size_t column, size_t row) const;
  // Of a column of type boolean; false for null.
  [[nodiscard]] bool Boolean(size_t column, size_t row) const;
  // Of a column that is a list of structs of two doubles; a double that is null is NaN. Empty for
  // null.
  [[nodiscard]] std::vector<std::pair<double, double>> DoublePairs(size_t column, size_t row) const;
  // Of a column of any type.
  [[nodiscard]] Value At(size_t column, size_t row) const;

  // For this room: the same rows as Arrow has them.
  [[nodiscard]] const std::shared_ptr<arrow::RecordBatch>& Arrow() const { return batch_; }

 private:
  std::vector<Field> fields_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::vector<const arrow::Array*> columns_;
  size_t row_count_ = 0;
};

}  // namespace ursa::delta
