#include "delta/value.h"

#include <openssl/evp.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace ursa::delta {
namespace {

using Json = nlohmann::json;

tl::unexpected<Error> Expected(const Type& type, const Json& json) {
  return Fail(ErrorCode::kInvalid,
              "expected a " + TypeName(type) + ", found " +
                  json.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 80));
}

std::string ToBase64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> FromBase64(const std::string& text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) {
    return std::nullopt;
  }
  // OpenSSL counts the padding as bytes.
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
    ++padding;
  }
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

std::string DateText(int64_t days) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
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

Result<Value> DoubleFromJson(const Type& type, const Json& json) {
  if (json.is_number()) {
    return Value(json.get<double>());
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

Result<Value> DateFromText(const Type& type, const Json& json) {
  const auto time = ParseIso8601(json.get<std::string>() + "T00:00");
  if (!time) {
    return Expected(type, json);
  }
  return Value(int64_t{std::chrono::floor<std::chrono::days>(*time).time_since_epoch().count()});
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
    case TypeKind::kDate:
      return DateFromText(type, json);
    case TypeKind::kTimestamp: {
      const auto time = ParseIso8601(json.get<std::string>());
      return time ? Result<Value>(Value(std::chrono::floor<Microseconds>(*time)))
                  : Expected(type, json);
    }
    case TypeKind::kDecimal:
      return DecimalFromText(type, json);
    default:
      return Value(json.get<std::string>());
  }
}

Result<Value> NestedFromJson(const Type& type, const Json& json) {
  Value::List values;
  if (type.kind == TypeKind::kStruct) {
    if (!json.is_object()) {
      return Expected(type, json);
    }
    for (const Field& field : type.children) {
      const auto member = json.find(field.name);
      URSA_TRY(Value value,
               ValueFromJson(field.type, member == json.end() ? Json(nullptr) : *member));
      values.push_back(std::move(value));
    }
    return Value(std::move(values));
  }
  if (!json.is_array()) {
    return Expected(type, json);
  }
  for (const Json& entry : json) {
    if (type.kind == TypeKind::kArray) {
      URSA_TRY(Value value, ValueFromJson(type.children[0].type, entry));
      values.push_back(std::move(value));
      continue;
    }
    if (!entry.is_object() || !entry.contains("key") || !entry.contains("value")) {
      return Expected(type, json);
    }
    URSA_TRY(Value key, ValueFromJson(type.children[0].type, entry["key"]));
    URSA_TRY(Value value, ValueFromJson(type.children[1].type, entry["value"]));
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
      return FormatTime(TimeUs{Microseconds{std::get<int64_t>(value.data)}});
    case TypeKind::kDate:
      return DateText(std::get<int64_t>(value.data));
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
    case TypeKind::kStruct:
      return NestedFromJson(type, json);
    case TypeKind::kVoid:
      return Expected(type, json);
    default:
      return TextFromJson(type, json);
  }
}

}  // namespace ursa::delta
