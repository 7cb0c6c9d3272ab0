#include "delta/adapt.h"

#include <arrow/compute/api.h>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"

namespace ursa::delta {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

tl::unexpected<Error> CannotHold(const Type& type, const arrow::Array& array,
                                 const std::string& column) {
  return Fail(ErrorCode::kUnsupported, "column " + column + ": the data file has type " +
                                           array.type()->ToString() + " where the table says " +
                                           TypeName(type) + "; type widening is not supported");
}

int64_t FloorDivide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

Result<ArrayPtr> AdaptTimestamp(const Type& type, const ArrayPtr& array,
                                const std::string& column) {
  const auto& unit_type = static_cast<const arrow::TimestampType&>(*array->type());
  if (unit_type.unit() == arrow::TimeUnit::MICRO) {
    auto data = array->data()->Copy();
    data->type = ToArrowType(type);
    return arrow::MakeArray(data);
  }
  const auto& source = static_cast<const arrow::TimestampArray&>(*array);
  arrow::TimestampBuilder builder(ToArrowType(type), arrow::default_memory_pool());
  URSA_ARROW_CHECK(builder.Reserve(source.length()), "converting column " + column);
  for (int64_t row = 0; row < source.length(); ++row) {
    if (source.IsNull(row)) {
      builder.UnsafeAppendNull();
      continue;
    }
    int64_t value = source.Value(row);
    if (unit_type.unit() == arrow::TimeUnit::NANO) {
      value = FloorDivide(value, 1000);
    } else {
      const int64_t scale = unit_type.unit() == arrow::TimeUnit::MILLI ? 1000 : 1'000'000;
      if (__builtin_mul_overflow(value, scale, &value)) {
        return Fail(ErrorCode::kCorrupt, "column " + column + ": a timestamp is out of range");
      }
    }
    builder.UnsafeAppend(value);
  }
  URSA_ARROW_TRY(ArrayPtr adapted, builder.Finish(), "converting column " + column);
  return adapted;
}

// Rebuilds a nested array around adapted children; offsets and validity stay as they are.
Result<ArrayPtr> WithChildren(const Type& type, const ArrayPtr& array,
                              std::vector<std::shared_ptr<arrow::ArrayData>> children) {
  auto data = array->data()->Copy();
  data->type = ToArrowType(type);
  data->child_data = std::move(children);
  return arrow::MakeArray(data);
}

Result<ArrayPtr> AdaptList(const Type& type, const ArrayPtr& array, const std::string& column) {
  const ArrayPtr values = arrow::MakeArray(array->data()->child_data.at(0));
  URSA_TRY(const ArrayPtr adapted, AdaptArray(type.children[0].type, values, column + ".element"));
  return WithChildren(type, array, {adapted->data()});
}

Result<ArrayPtr> AdaptStruct(const Type& type, const ArrayPtr& array, const std::string& column) {
  const auto& data = *array->data();
  const auto& file_type = static_cast<const arrow::StructType&>(*array->type());
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (const Field& field : type.children) {
    const int index = file_type.GetFieldIndex(field.name);
    if (index < 0) {
      URSA_ARROW_TRY(const ArrayPtr nulls,
                     arrow::MakeArrayOfNull(ToArrowType(field.type), data.offset + data.length),
                     "adding column " + column + "." + field.name);
      children.push_back(nulls->data());
      continue;
    }
    const ArrayPtr child = arrow::MakeArray(data.child_data.at(static_cast<size_t>(index)));
    URSA_TRY(const ArrayPtr adapted, AdaptArray(field.type, child, column + "." + field.name));
    children.push_back(adapted->data());
  }
  return WithChildren(type, array, std::move(children));
}

Result<ArrayPtr> AdaptMap(const Type& type, const ArrayPtr& array, const std::string& column) {
  const auto& map = static_cast<const arrow::MapArray&>(*array);
  URSA_TRY(const ArrayPtr keys, AdaptArray(type.children[0].type, map.keys(), column + ".key"));
  URSA_TRY(const ArrayPtr items, AdaptArray(type.children[1].type, map.items(), column + ".value"));
  const auto entry_type = static_cast<const arrow::MapType&>(*ToArrowType(type)).value_type();
  auto entries = arrow::ArrayData::Make(entry_type, keys->length(), {nullptr},
                                        {keys->data(), items->data()}, 0);
  return WithChildren(type, array, {std::move(entries)});
}

Result<ArrayPtr> CastTo(const Type& type, const ArrayPtr& array, const std::string& column) {
  URSA_ARROW_TRY(ArrayPtr cast, arrow::compute::Cast(*array, ToArrowType(type)),
                 "converting column " + column);
  return cast;
}

bool IsNarrowInteger(arrow::Type::type id) {
  return id == arrow::Type::INT8 || id == arrow::Type::INT16 || id == arrow::Type::INT32;
}

bool MayCast(const Type& type, const arrow::DataType& file) {
  switch (type.kind) {
    case TypeKind::kString:
    case TypeKind::kBinary:
      return file.id() == arrow::Type::LARGE_STRING || file.id() == arrow::Type::LARGE_BINARY ||
             file.id() == arrow::Type::STRING_VIEW || file.id() == arrow::Type::BINARY_VIEW ||
             file.id() == arrow::Type::STRING || file.id() == arrow::Type::BINARY ||
             file.id() == arrow::Type::FIXED_SIZE_BINARY;
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      return IsNarrowInteger(file.id());
    case TypeKind::kDecimal: {
      if (!arrow::is_decimal(file.id())) {
        return false;
      }
      const auto& decimal = static_cast<const arrow::DecimalType&>(file);
      return decimal.scale() == type.scale && decimal.precision() <= type.precision;
    }
    default:
      return false;
  }
}

}  // namespace

Result<ArrayPtr> AdaptArray(const Type& type, const ArrayPtr& array, const std::string& column) {
  const arrow::DataType& file = *array->type();
  if (file.id() == arrow::Type::NA) {
    URSA_ARROW_TRY(ArrayPtr nulls, arrow::MakeArrayOfNull(ToArrowType(type), array->length()),
                   "reading column " + column);
    return nulls;
  }
  if (file.id() == arrow::Type::DICTIONARY) {
    const auto& value_type = static_cast<const arrow::DictionaryType&>(file).value_type();
    URSA_ARROW_TRY(const ArrayPtr plain, arrow::compute::Cast(*array, value_type),
                   "reading column " + column);
    return AdaptArray(type, plain, column);
  }
  switch (type.kind) {
    case TypeKind::kTimestamp:
      return file.id() == arrow::Type::TIMESTAMP ? AdaptTimestamp(type, array, column)
                                                 : CannotHold(type, *array, column);
    case TypeKind::kStruct:
      return file.id() == arrow::Type::STRUCT ? AdaptStruct(type, array, column)
                                              : CannotHold(type, *array, column);
    case TypeKind::kMap:
      return file.id() == arrow::Type::MAP ? AdaptMap(type, array, column)
                                           : CannotHold(type, *array, column);
    case TypeKind::kArray:
      if (file.id() == arrow::Type::LARGE_LIST) {
        const auto& item = static_cast<const arrow::LargeListType&>(file).value_field();
        URSA_ARROW_TRY(const ArrayPtr list, arrow::compute::Cast(*array, arrow::list(item)),
                       "reading column " + column);
        return AdaptList(type, list, column);
      }
      return file.id() == arrow::Type::LIST ? AdaptList(type, array, column)
                                            : CannotHold(type, *array, column);
    default:
      break;
  }
  if (file.Equals(ToArrowType(type))) {
    return array;
  }
  return MayCast(type, file) ? CastTo(type, array, column) : CannotHold(type, *array, column);
}

}  // namespace ursa::delta
