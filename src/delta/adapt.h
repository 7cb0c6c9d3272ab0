// From what a data file holds to what its table says: other engines write INT96 and ns timestamps,
// large strings, narrower integers, struct fields that came later. Included in this room only.
// Source: delta-format.md sections 5 and 6.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "delta/schema.h"

namespace ursa::delta {

// `array` as an array of ToArrowType(type). Timestamps of any unit are floored to us, missing
// struct fields become nulls. kUnsupported names the column and both types where the table's type
// can't hold what the file has (a widened type, say).
Result<std::shared_ptr<arrow::Array>> AdaptArray(const Type& type,
                                                 const std::shared_ptr<arrow::Array>& array,
                                                 const std::string& column);

}  // namespace ursa::delta
