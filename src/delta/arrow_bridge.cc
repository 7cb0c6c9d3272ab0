#include "delta/arrow_bridge.h"

#include <arrow/util/decimal.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <cstring>

#include "delta/arrow_headers.h"

namespace ursa::delta {
namespace {

// Carries an Error of ours through Arrow's Status and out again.
class StoreErrorDetail final : public arrow::StatusDetail {
 public:
  explicit StoreErrorDetail(Error error) : error_(std::move(error)) {}
  [[nodiscard]] const char* type_id() const override { return "ursa.store_error"; }
  [[nodiscard]] std::string ToString() const override { return error_.ToString(); }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
};

// An object of a store, read by ranged Gets. Thread-safe for ReadAt, as Arrow asks.
class ObjectFile final : public arrow::io::RandomAccessFile {
 public:
  ObjectFile(const store::ReadableStore& store, std::string key, uint64_t size_bytes)
      : store_(store), key_(std::move(key)), size_(static_cast<int64_t>(size_bytes)) {
    set_mode(arrow::io::FileMode::READ);
  }
  ~ObjectFile() override = default;

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  [[nodiscard]] bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return size_; }

  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override {
    if (position < 0 || length < 0 || position > size_ || length > size_ - position) {
      return arrow::Status::IOError("a read beyond the end of the file");
    }
    auto object = store_.Get(key_, store::ByteRange::From(static_cast<uint64_t>(position),
                                                          static_cast<uint64_t>(length)));
    if (!object) {
      return arrow::Status::IOError("store").WithDetail(
          std::make_shared<StoreErrorDetail>(std::move(object).error()));
    }
    if (object->bytes.size() != static_cast<size_t>(length)) {
      return arrow::Status::IOError("store").WithDetail(std::make_shared<StoreErrorDetail>(
          Error{ErrorCode::kCorrupt,
                "the file '" + key_ + "' has " + std::to_string(object->size_bytes) +
                    " bytes where the table's log says " + std::to_string(size_) +
                    "; restore it from a backup",
                {},
                {}}));
    }
    return arrow::Buffer::FromString(std::move(object->bytes));
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto buffer, ReadAt(position, length));
    std::memcpy(out, buffer->data(), static_cast<size_t>(buffer->size()));
    return buffer->size();
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, std::min(length, size_ - position_)));
    position_ += buffer->size();
    return buffer;
  }
  arrow::Result<int64_t> Read(int64_t length, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto buffer, Read(length));
    std::memcpy(out, buffer->data(), static_cast<size_t>(buffer->size()));
    return buffer->size();
  }

 private:
  const store::ReadableStore& store_;
  const std::string key_;
  const int64_t size_;
  int64_t position_ = 0;
  bool closed_ = false;
};

template <typename ArrayType>
const ArrayType& As(const arrow::Array& array) {
  return static_cast<const ArrayType&>(array);
}

template <typename BuilderType>
BuilderType& As(arrow::ArrayBuilder& builder) {
  return static_cast<BuilderType&>(builder);
}

Value ListAt(const Type& type, const arrow::ListArray& array, int64_t row) {
  Value::List values;
  for (int64_t i = array.value_offset(row); i < array.value_offset(row + 1); ++i) {
    values.push_back(ValueAt(type.children[0].type, *array.values(), i));
  }
  return values;
}

Value MapAt(const Type& type, const arrow::MapArray& array, int64_t row) {
  Value::List entries;
  for (int64_t i = array.value_offset(row); i < array.value_offset(row + 1); ++i) {
    entries.emplace_back(Value::List{ValueAt(type.children[0].type, *array.keys(), i),
                                     ValueAt(type.children[1].type, *array.items(), i)});
  }
  return entries;
}

Value StructAt(const Type& type, const arrow::StructArray& array, int64_t row) {
  Value::List values;
  for (size_t i = 0; i < type.children.size(); ++i) {
    // field() already is the child from the array's offset on.
    values.push_back(ValueAt(type.children[i].type, *array.field(static_cast<int>(i)), row));
  }
  return values;
}

// Arrow's own text turns to an exponent for small values; here it is always plain.
std::string DecimalText(const arrow::Decimal128Array& array, int64_t row, int32_t scale) {
  std::string digits = arrow::Decimal128(array.GetValue(row)).ToIntegerString();
  const size_t sign = digits.front() == '-' ? 1 : 0;
  const auto fraction = static_cast<size_t>(std::max(scale, 0));
  if (digits.size() - sign <= fraction) {
    digits.insert(sign, fraction + 1 - (digits.size() - sign), '0');
  }
  if (fraction > 0) {
    digits.insert(digits.size() - fraction, ".");
  }
  return digits;
}

Result<void> AppendDecimal(const Type& type, const std::string& text,
                           arrow::ArrayBuilder& builder) {
  arrow::Decimal128 decimal;
  int32_t precision = 0;
  int32_t scale = 0;
  URSA_ARROW_CHECK(arrow::Decimal128::FromString(text, &decimal, &precision, &scale),
                   "reading the decimal " + text);
  if (scale != type.scale) {
    URSA_ARROW_TRY(decimal, decimal.Rescale(scale, type.scale), "reading the decimal " + text);
  }
  URSA_ARROW_CHECK(As<arrow::Decimal128Builder>(builder).Append(decimal), "appending a decimal");
  return {};
}

Result<void> AppendNested(const Type& type, const Value::List& values,
                          arrow::ArrayBuilder& builder) {
  if (type.kind == TypeKind::kArray) {
    auto& list = As<arrow::ListBuilder>(builder);
    URSA_ARROW_CHECK(list.Append(), "appending a list");
    for (const Value& value : values) {
      URSA_CHECK(AppendValue(type.children[0].type, value, *list.value_builder()));
    }
    return {};
  }
  if (type.kind == TypeKind::kMap) {
    auto& map = As<arrow::MapBuilder>(builder);
    URSA_ARROW_CHECK(map.Append(), "appending a map");
    for (const Value& entry : values) {
      const auto& pair = std::get<Value::List>(entry.data);
      URSA_CHECK(AppendValue(type.children[0].type, pair.at(0), *map.key_builder()));
      URSA_CHECK(AppendValue(type.children[1].type, pair.at(1), *map.item_builder()));
    }
    return {};
  }
  auto& structure = As<arrow::StructBuilder>(builder);
  URSA_ARROW_CHECK(structure.Append(), "appending a struct");
  for (size_t i = 0; i < type.children.size(); ++i) {
    URSA_CHECK(AppendValue(type.children[i].type, values.at(i),
                           *structure.field_builder(static_cast<int>(i))));
  }
  return {};
}

arrow::Status AppendInteger(TypeKind kind, int64_t value, arrow::ArrayBuilder& builder) {
  switch (kind) {
    case TypeKind::kLong:
      return As<arrow::Int64Builder>(builder).Append(value);
    case TypeKind::kInteger:
      return As<arrow::Int32Builder>(builder).Append(static_cast<int32_t>(value));
    case TypeKind::kShort:
      return As<arrow::Int16Builder>(builder).Append(static_cast<int16_t>(value));
    case TypeKind::kByte:
      return As<arrow::Int8Builder>(builder).Append(static_cast<int8_t>(value));
    case TypeKind::kDate:
      return As<arrow::Date32Builder>(builder).Append(static_cast<int32_t>(value));
    default:
      return As<arrow::TimestampBuilder>(builder).Append(value);
  }
}

}  // namespace

Error FromArrow(const arrow::Status& status, std::string_view what) {
  if (const auto* detail = dynamic_cast<const StoreErrorDetail*>(status.detail().get())) {
    Error error = detail->error();
    error.context.emplace_back(what);
    return error;
  }
  if (status.IsOutOfMemory()) {
    return Error{ErrorCode::kUnavailable, "memory is exhausted", {std::string(what)}, {}};
  }
  const ErrorCode code = status.IsNotImplemented() ? ErrorCode::kUnsupported : ErrorCode::kCorrupt;
  return Error{code, status.message(), {std::string(what)}, {}};
}

std::shared_ptr<arrow::DataType> ToArrowType(const Type& type) {
  switch (type.kind) {
    case TypeKind::kString:
      return arrow::utf8();
    case TypeKind::kLong:
      return arrow::int64();
    case TypeKind::kInteger:
      return arrow::int32();
    case TypeKind::kShort:
      return arrow::int16();
    case TypeKind::kByte:
      return arrow::int8();
    case TypeKind::kFloat:
      return arrow::float32();
    case TypeKind::kDouble:
      return arrow::float64();
    case TypeKind::kBoolean:
      return arrow::boolean();
    case TypeKind::kBinary:
      return arrow::binary();
    case TypeKind::kDate:
      return arrow::date32();
    case TypeKind::kTimestamp:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case TypeKind::kDecimal:
      return arrow::decimal128(type.precision, type.scale);
    case TypeKind::kVoid:
      return arrow::null();
    case TypeKind::kArray:
      return arrow::list(
          arrow::field("element", ToArrowType(type.children[0].type), type.children[0].nullable));
    case TypeKind::kMap:
      return arrow::map(
          ToArrowType(type.children[0].type),
          arrow::field("value", ToArrowType(type.children[1].type), type.children[1].nullable));
    case TypeKind::kStruct: {
      arrow::FieldVector fields;
      for (const Field& field : type.children) {
        fields.push_back(ToArrowField(field));
      }
      return arrow::struct_(fields);
    }
  }
  return arrow::null();
}

std::shared_ptr<arrow::Field> ToArrowField(const Field& field) {
  return arrow::field(field.name, ToArrowType(field.type), field.nullable);
}

std::shared_ptr<arrow::Schema> ToArrowSchema(const Schema& schema) {
  arrow::FieldVector fields;
  for (const Field& field : schema.fields) {
    fields.push_back(ToArrowField(field));
  }
  return arrow::schema(std::move(fields));
}

Value ValueAt(const Type& type, const arrow::Array& array, int64_t row) {
  if (type.kind == TypeKind::kVoid || array.IsNull(row)) {
    return {};
  }
  switch (type.kind) {
    case TypeKind::kString:
    case TypeKind::kBinary:
      return std::string(As<arrow::BinaryArray>(array).GetView(row));
    case TypeKind::kLong:
      return As<arrow::Int64Array>(array).Value(row);
    case TypeKind::kInteger:
      return int64_t{As<arrow::Int32Array>(array).Value(row)};
    case TypeKind::kShort:
      return int64_t{As<arrow::Int16Array>(array).Value(row)};
    case TypeKind::kByte:
      return int64_t{As<arrow::Int8Array>(array).Value(row)};
    case TypeKind::kDate:
      return int64_t{As<arrow::Date32Array>(array).Value(row)};
    case TypeKind::kTimestamp:
      return As<arrow::TimestampArray>(array).Value(row);
    case TypeKind::kFloat:
      return double{As<arrow::FloatArray>(array).Value(row)};
    case TypeKind::kDouble:
      return As<arrow::DoubleArray>(array).Value(row);
    case TypeKind::kBoolean:
      return As<arrow::BooleanArray>(array).Value(row);
    case TypeKind::kDecimal:
      return DecimalText(As<arrow::Decimal128Array>(array), row, type.scale);
    case TypeKind::kArray:
      return ListAt(type, As<arrow::ListArray>(array), row);
    case TypeKind::kMap:
      return MapAt(type, As<arrow::MapArray>(array), row);
    case TypeKind::kStruct:
      return StructAt(type, As<arrow::StructArray>(array), row);
    case TypeKind::kVoid:
      break;
  }
  return {};
}

Result<void> AppendValue(const Type& type, const Value& value, arrow::ArrayBuilder& builder) {
  if (value.IsNull()) {
    URSA_ARROW_CHECK(builder.AppendNull(), "appending a null");
    return {};
  }
  switch (type.kind) {
    case TypeKind::kString:
    case TypeKind::kBinary:
      URSA_ARROW_CHECK(As<arrow::BinaryBuilder>(builder).Append(std::get<std::string>(value.data)),
                       "appending a string");
      return {};
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
      URSA_ARROW_CHECK(AppendInteger(type.kind, std::get<int64_t>(value.data), builder),
                       "appending a number");
      return {};
    case TypeKind::kFloat:
      URSA_ARROW_CHECK(
          As<arrow::FloatBuilder>(builder).Append(static_cast<float>(std::get<double>(value.data))),
          "appending a number");
      return {};
    case TypeKind::kDouble:
      URSA_ARROW_CHECK(As<arrow::DoubleBuilder>(builder).Append(std::get<double>(value.data)),
                       "appending a number");
      return {};
    case TypeKind::kBoolean:
      URSA_ARROW_CHECK(As<arrow::BooleanBuilder>(builder).Append(std::get<bool>(value.data)),
                       "appending a boolean");
      return {};
    case TypeKind::kDecimal:
      return AppendDecimal(type, std::get<std::string>(value.data), builder);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
      return AppendNested(type, std::get<Value::List>(value.data), builder);
    case TypeKind::kVoid:
      break;
  }
  return Fail(ErrorCode::kInvalid, "a column of type void holds only nulls");
}

std::shared_ptr<arrow::io::RandomAccessFile> OpenObject(const store::ReadableStore& store,
                                                        std::string key, uint64_t size_bytes) {
  return std::make_shared<ObjectFile>(store, std::move(key), size_bytes);
}

}  // namespace ursa::delta
