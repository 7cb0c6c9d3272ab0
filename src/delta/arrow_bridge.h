// Where Arrow's world ends: status to Error, Delta types to Arrow types, values out of arrays, and
// an object of a store as a file that Arrow reads. Included by sources of this room only.
// Source: delta-format.md section 6, arrow-facts.md.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "delta/schema.h"
#include "delta/value.h"
#include "store/object_store.h"

namespace arrow {
class Status;
namespace io {
class RandomAccessFile;
}
}  // namespace arrow

namespace ursa::delta {

// The error of a failed Arrow call; `what` says what was done, on which file. Where the status came
// from one of our own store reads, that error comes back out unchanged.
Error FromArrow(const arrow::Status& status, std::string_view what);

// Arrow's type for a Delta type: lists with child "element", timestamps in us UTC, void as null.
std::shared_ptr<arrow::DataType> ToArrowType(const Type& type);
std::shared_ptr<arrow::Field> ToArrowField(const Field& field);
std::shared_ptr<arrow::Schema> ToArrowSchema(const Schema& schema);

// The value at `row` of an array that has ToArrowType(type).
Value ValueAt(const Type& type, const arrow::Array& array, int64_t row);

// Appends a value to a builder of ToArrowType(type).
Result<void> AppendValue(const Type& type, const Value& value, arrow::ArrayBuilder& builder);

// An object as a file of `size_bytes` bytes that is read by ranged Gets. An object that is shorter
// is kCorrupt, a missing one kNotFound, both naming the key. `store` must outlive the file.
std::shared_ptr<arrow::io::RandomAccessFile> OpenObject(const store::ReadableStore& store,
                                                        std::string key, uint64_t size_bytes);

}  // namespace ursa::delta

// ARROW_TRY(auto array, builder.Finish(), "reading part-0.parquet");
#define URSA_ARROW_TRY(declaration, expression, what) \
  URSA_ARROW_TRY_INNER(URSA_CONCAT(arrow_result_, __LINE__), declaration, expression, what)
#define URSA_ARROW_TRY_INNER(temporary, declaration, expression, what)         \
  auto temporary = (expression);                                               \
  if (!temporary.ok()) {                                                       \
    return tl::unexpected(::ursa::delta::FromArrow(temporary.status(), what)); \
  }                                                                            \
  declaration = std::move(temporary).ValueUnsafe()
#define URSA_ARROW_CHECK(expression, what)                                     \
  do {                                                                         \
    if (const arrow::Status arrow_status = (expression); !arrow_status.ok()) { \
      return tl::unexpected(::ursa::delta::FromArrow(arrow_status, what));     \
    }                                                                          \
  } while (false)
