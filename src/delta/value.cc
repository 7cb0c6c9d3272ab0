// What ValueToJson writes, ValueFromJson reads back as the equal value, for every value that a
// table can hold: a plan is undone by what its file says. What it reads may have been written by
// hand, so it judges everything: type, range, nulls where the type allows none, members that the
// type lacks.
#include "delta/value.h"

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "delta/calendar.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;

tl::unexpected<Error> Expected(const Type& type, const Json& json) {
  return Fail(ErrorCode::kInvalid,
              "expected a " + TypeName(type) + ", found " +
                  json.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 80));
}

// OpenSSL counts in int.
constexpr size_t kBase64BytesMax = size_t{1} << 30;

std::string ToBase64(std::string_view bytes) {
  // Whole groups of three bytes can be encoded apart.
  constexpr size_t kPiece = 3 * (size_t{1} << 20);
  std::string text;
  std::string piece((std::min(bytes.size(), kPiece) + 2) / 3 * 4 + 1, '\0');
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kPiece);
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(piece.data()),
                                     reinterpret_cast<const unsigned char*>(part.data()),
                                     static_cast<int>(part.size()));
    text.append(piece, 0, static_cast<size_t>(size));
    bytes.remove_prefix(part.size());
  }
  return text;
}

std::optional<std::string> FromBase64(const std::string& text) {
  if (text.size() % 4 != 0 || text.size() > kBase64BytesMax) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (size < 0 || static_cast<size_t>(size) < padding) {
    return std::nullopt;
  }
  // OpenSSL counts the padding as bytes, and passes over spaces and stray bits.
  bytes.resize(static_cast<size_t>(size) - padding);
  return ToBase64(bytes) == text ? std::optional(std::move(bytes)) : std::nullopt;
}

Json DoubleJson(double number) {
  if (std::isnan(number)) {
    return "NaN";
  }
  if (std::isinf(number)) {
    return number > 0 ? "Infinity" : "-Infinity";
  }
  return number;
}

Json NestedJson(const Type& type, const Value::List& values) {
  if (type.kind == TypeKind::kStruct) {
    Json object = Json::object();
    for (size_t i = 0; i < values.size(); ++i) {
      object[type.children[i].name] = ValueToJson(type.children[i].type, values[i]);
    }
    return object;
  }
  Json list = Json::array();
  for (const Value& value : values) {
    if (type.kind == TypeKind::kArray) {
      list.push_back(ValueToJson(type.children[0].type, value));
      continue;
    }
    const auto& entry = std::get<Value::List>(value.data);
    list.push_back(Json{{"key", ValueToJson(type.children[0].type, entry[0])},
                        {"value", ValueToJson(type.children[1].type, entry[1])}});
  }
  return list;
}

struct Range {
  int64_t min;
  int64_t max;
};

template <typename T>
constexpr Range RangeOf() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

Result<Value> IntegerFromJson(const Type& type, const Json& json) {
  const Range range = type.kind == TypeKind::kLong      ? RangeOf<int64_t>()
                      : type.kind == TypeKind::kInteger ? RangeOf<int32_t>()
                      : type.kind == TypeKind::kShort   ? RangeOf<int16_t>()
                                                        : RangeOf<int8_t>();
  if (!json.is_number_integer() ||
      (json.is_number_unsigned() && json.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX))) {
    return Expected(type, json);
  }
  const auto number = json.get<int64_t>();
  return number < range.min || number > range.max ? Expected(type, json)
                                                  : Result<Value>(Value(number));
}

// A float is held as the double that it is, so that it compares equal to what a table gives.
Result<Value> DoubleFromJson(const Type& type, const Json& json) {
  if (json.is_number()) {
    const auto number = json.get<double>();
    if (type.kind == TypeKind::kDouble) {
      return Value(number);
    }
    return std::abs(number) > std::numeric_limits<float>::max()
               ? Expected(type, json)
               : Result<Value>(Value(double{static_cast<float>(number)}));
  }
  if (json == "NaN") {
    return Value(std::numeric_limits<double>::quiet_NaN());
  }
  if (json == "Infinity" || json == "-Infinity") {
    const double infinity = std::numeric_limits<double>::infinity();
    return Value(json == "Infinity" ? infinity : -infinity);
  }
  return Expected(type, json);
}

// Plain decimal text with at most `scale` digits after the point, brought to exactly that many.
Result<Value> DecimalFromText(const Type& type, const Json& json) {
  const auto text = json.get<std::string>();
  const size_t sign = text.starts_with('-') ? 1 : 0;
  const size_t point = text.find('.');
  std::string digits = text.substr(sign, point == std::string::npos ? point : point - sign);
  std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
  const auto all_digits = [](const std::string& part) {
    return part.find_first_not_of("0123456789") == std::string::npos;
  };
  if (digits.empty() || !all_digits(digits) || !all_digits(fraction) ||
      fraction.size() > static_cast<size_t>(type.scale)) {
    return Expected(type, json);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  fraction.resize(static_cast<size_t>(type.scale), '0');
  const size_t whole = digits == "0" ? 0 : digits.size();
  if (whole + fraction.size() > static_cast<size_t>(type.precision)) {
    return Expected(type, json);
  }
  std::string normal = digits + (fraction.empty() ? "" : "." + fraction);
  const bool zero = normal.find_first_not_of("0.") == std::string::npos;
  return Value((sign == 1 && !zero ? "-" : "") + normal);
}

Result<Value> TextFromJson(const Type& type, const Json& json) {
  if (!json.is_string()) {
    return Expected(type, json);
  }
  switch (type.kind) {
    case TypeKind::kBinary: {
      auto bytes = FromBase64(json.get<std::string>());
      return bytes ? Result<Value>(Value(std::move(*bytes))) : Expected(type, json);
    }
    case TypeKind::kDate: {
      const auto days = ParseDays(json.get<std::string>());
      return days ? Result<Value>(Value(*days)) : Expected(type, json);
    }
    case TypeKind::kTimestamp: {
      const auto time = ParseMicroseconds(json.get<std::string>());
      return time ? Result<Value>(Value(*time)) : Expected(type, json);
    }
    case TypeKind::kDecimal:
      return DecimalFromText(type, json);
    default:
      return Value(json.get<std::string>());
  }
}

// The value of an element, a field, a key or a map's value.
Result<Value> ChildFromJson(const Field& child, const Json& json) {
  if (json.is_null() && !child.nullable) {
    return Fail(ErrorCode::kInvalid, "expected a " + TypeName(child.type) + " as " + child.name +
                                         ", which must not be null");
  }
  return ValueFromJson(child.type, json);
}

Result<Value> StructFromJson(const Type& type, const Json& json) {
  if (!json.is_object()) {
    return Expected(type, json);
  }
  Value::List values;
  size_t found = 0;
  for (const Field& field : type.children) {
    const auto member = json.find(field.name);
    found += member == json.end() ? 0 : 1;
    URSA_TRY(Value value, ChildFromJson(field, member == json.end() ? Json(nullptr) : *member));
    values.push_back(std::move(value));
  }
  // What the type has no field for would be lost.
  return found == json.size() ? Result<Value>(Value(std::move(values))) : Expected(type, json);
}

Result<Value> ListFromJson(const Type& type, const Json& json) {
  if (!json.is_array()) {
    return Expected(type, json);
  }
  Value::List values;
  for (const Json& entry : json) {
    if (type.kind == TypeKind::kArray) {
      URSA_TRY(Value value, ChildFromJson(type.children[0], entry));
      values.push_back(std::move(value));
      continue;
    }
    if (!entry.is_object() || entry.size() != 2 || !entry.contains("key") ||
        !entry.contains("value")) {
      return Expected(type, json);
    }
    URSA_TRY(Value key, ChildFromJson(type.children[0], entry["key"]));
    URSA_TRY(Value value, ChildFromJson(type.children[1], entry["value"]));
    values.emplace_back(Value::List{std::move(key), std::move(value)});
  }
  return Value(std::move(values));
}

}  // namespace

bool Value::operator==(const Value& other) const {
  const auto* mine = std::get_if<double>(&data);
  const auto* theirs = std::get_if<double>(&other.data);
  if (mine != nullptr && theirs != nullptr) {
    return (std::isnan(*mine) && std::isnan(*theirs)) ||
           std::bit_cast<uint64_t>(*mine) == std::bit_cast<uint64_t>(*theirs);
  }
  return data == other.data;
}

nlohmann::json ValueToJson(const Type& type, const Value& value) {
  if (value.IsNull()) {
    return nullptr;
  }
  switch (type.kind) {
    case TypeKind::kBoolean:
      return std::get<bool>(value.data);
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      return std::get<int64_t>(value.data);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return DoubleJson(std::get<double>(value.data));
    case TypeKind::kTimestamp:
      return FormatMicroseconds(std::get<int64_t>(value.data));
    case TypeKind::kDate:
      return FormatDays(std::get<int64_t>(value.data));
    case TypeKind::kBinary:
      return ToBase64(std::get<std::string>(value.data));
    case TypeKind::kString:
    case TypeKind::kDecimal:
      return std::get<std::string>(value.data);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
      return NestedJson(type, std::get<Value::List>(value.data));
    case TypeKind::kVoid:
      break;
  }
  return nullptr;
}

Result<Value> ValueFromJson(const Type& type, const nlohmann::json& json) {
  if (json.is_null()) {
    return Value();
  }
  switch (type.kind) {
    case TypeKind::kBoolean:
      return json.is_boolean() ? Result<Value>(Value(json.get<bool>())) : Expected(type, json);
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      return IntegerFromJson(type, json);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return DoubleFromJson(type, json);
    case TypeKind::kArray:
    case TypeKind::kMap:
      return ListFromJson(type, json);
    case TypeKind::kStruct:
      return StructFromJson(type, json);
    case TypeKind::kVoid:
      return Expected(type, json);
    default:
      return TextFromJson(type, json);
  }
}

}  // namespace ursa::delta
