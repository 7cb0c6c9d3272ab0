#include "delta/value_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_number.h"
#include "delta/calendar.h"

namespace ursa::delta {
namespace {

bool IsPlain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

// Whether each of eight bytes is plain; the byte tricks are Warren's, "Hacker's Delight", 6-1.
bool AllPlain(uint64_t bytes) {
  constexpr uint64_t kEach = 0x0101010101010101;
  const auto has_zero = [](uint64_t word) { return (word - kEach) & ~word; };
  const uint64_t has_control = (bytes - kEach * ' ') & ~bytes;
  return ((bytes | has_control | has_zero(bytes ^ (kEach * '"')) |
           has_zero(bytes ^ (kEach * '\\')) | has_zero(bytes ^ (kEach * '\x7F'))) &
          (kEach << 7U)) == 0;
}

// How many characters at the beginning stand in a JSON string as they are.
size_t PlainLength(std::string_view text) {
  size_t length = 0;
  for (uint64_t bytes = 0; text.size() - length >= sizeof(bytes); length += sizeof(bytes)) {
    std::memcpy(&bytes, text.data() + length, sizeof(bytes));
    if (!AllPlain(bytes)) {
      break;
    }
  }
  while (length < text.size() && IsPlain(text[length])) {
    ++length;
  }
  return length;
}

bool TakeLiteral(std::string_view& text, std::string_view literal) {
  const bool found = text.starts_with(literal);
  text.remove_prefix(found ? literal.size() : 0);
  return found;
}

void AppendNumber(std::string& text, int64_t number) {
  char digits[std::numeric_limits<int64_t>::digits10 + 3];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  text.append(std::begin(digits), end);
}

// The shortest text that is read back as this number, which shows that it is no integer.
void AppendFinite(std::string& text, double number) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  text.append(std::begin(digits), end);
  if (std::all_of(std::begin(digits), end,
                  [](char c) { return c == '-' || (c >= '0' && c <= '9'); })) {
    text += ".0";
  }
}

// Elements in brackets, or members in braces, with commas between.
template <typename Append>
void AppendEach(std::string& text, char first, size_t count, char last, const Append& append) {
  text += first;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) {
      text += ',';
    }
    append(i);
  }
  text += last;
}

// Members in the order of their names, as a tree has them.
void AppendStruct(std::string& text, const Type& type, const Value::List& values) {
  std::vector<size_t> order(type.children.size());
  std::generate(order.begin(), order.end(), [next = size_t{0}]() mutable { return next++; });
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return type.children[a].name < type.children[b].name; });
  AppendEach(text, '{', order.size(), '}', [&](size_t i) {
    const Field& field = type.children[order[i]];
    AppendJsonText(text, field.name);
    text += ':';
    AppendJsonValue(text, field.type, values[order[i]]);
  });
}

template <typename Number>
std::optional<Value> TakeNumber(std::string_view& text) {
  const size_t length = JsonNumberLength(text);
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + length, number);
  // "-0" is an integer for a parser, and has no sign then.
  if (length == 0 || error != std::errc() || end != text.data() + length ||
      text.substr(0, length) == "-0") {
    return std::nullopt;
  }
  text.remove_prefix(length);
  if constexpr (std::is_integral_v<Number>) {
    return Value(int64_t{number});
  } else {
    return Value(number);
  }
}

std::optional<Value> TakeTimestamp(std::string_view& text) {
  const auto time = TakeJsonText(text);
  const auto microseconds = time ? ParseMicroseconds(*time) : std::nullopt;
  return microseconds ? std::optional<Value>(Value(*microseconds)) : std::nullopt;
}

std::optional<Value> TakeChild(std::string_view& text, const Field& child) {
  auto value = TakeJsonValue(text, child.type);
  return value && value->IsNull() && !child.nullable ? std::nullopt : value;
}

std::optional<Value> TakeArray(std::string_view& text, const Type& type) {
  Value::List values;
  if (!TakeLiteral(text, "[")) {
    return std::nullopt;
  }
  while (!TakeLiteral(text, "]")) {
    if (!values.empty() && !TakeLiteral(text, ",")) {
      return std::nullopt;
    }
    auto value = TakeChild(text, type.children[0]);
    if (!value) {
      return std::nullopt;
    }
    values.push_back(std::move(*value));
  }
  return Value(std::move(values));
}

// Every member exactly once, in any order.
std::optional<Value> TakeStruct(std::string_view& text, const Type& type) {
  std::vector<std::optional<Value>> found(type.children.size());
  for (size_t count = 0; count < found.size(); ++count) {
    if (!TakeLiteral(text, count == 0 ? "{" : ",")) {
      return std::nullopt;
    }
    const auto name = TakeJsonText(text);
    const auto field = std::find_if(type.children.begin(), type.children.end(),
                                    [&](const Field& child) { return name == child.name; });
    if (field == type.children.end() || !TakeLiteral(text, ":")) {
      return std::nullopt;
    }
    auto& value = found[static_cast<size_t>(field - type.children.begin())];
    if (value || !(value = TakeChild(text, *field))) {
      return std::nullopt;
    }
  }
  if (found.empty() || !TakeLiteral(text, "}")) {
    return std::nullopt;
  }
  Value::List values;
  for (auto& value : found) {
    values.push_back(std::move(*value));
  }
  return Value(std::move(values));
}

}  // namespace

void AppendJsonText(std::string& text, std::string_view value) {
  if (PlainLength(value) == value.size()) {
    text += '"';
    text += value;
    text += '"';
  } else {
    text += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

void AppendJsonValue(std::string& text, const Type& type, const Value& value) {
  if (value.IsNull()) {
    text += "null";
    return;
  }
  switch (type.kind) {
    case TypeKind::kString:
      return AppendJsonText(text, std::get<std::string>(value.data));
    case TypeKind::kBoolean:
      text += std::get<bool>(value.data) ? "true" : "false";
      return;
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      return AppendNumber(text, std::get<int64_t>(value.data));
    case TypeKind::kDouble:
      if (const double number = std::get<double>(value.data); std::isfinite(number)) {
        return AppendFinite(text, number);
      }
      break;
    case TypeKind::kTimestamp:
      return AppendJsonText(text, FormatMicroseconds(std::get<int64_t>(value.data)));
    case TypeKind::kArray: {
      const auto& values = std::get<Value::List>(value.data);
      return AppendEach(text, '[', values.size(), ']',
                        [&](size_t i) { AppendJsonValue(text, type.children[0].type, values[i]); });
    }
    case TypeKind::kStruct:
      return AppendStruct(text, type, std::get<Value::List>(value.data));
    default:
      break;
  }
  text += ValueToJson(type, value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<std::string_view> TakeJsonText(std::string_view& text) {
  if (!TakeLiteral(text, "\"")) {
    return std::nullopt;
  }
  const size_t length = PlainLength(text);
  if (length == text.size() || text[length] != '"') {
    return std::nullopt;
  }
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length + 1);
  return taken;
}

std::optional<Value> TakeJsonValue(std::string_view& text, const Type& type) {
  if (TakeLiteral(text, "null")) {
    return Value();
  }
  switch (type.kind) {
    case TypeKind::kString: {
      const auto taken = TakeJsonText(text);
      return taken ? std::optional<Value>(Value(std::string(*taken))) : std::nullopt;
    }
    case TypeKind::kBoolean:
      if (TakeLiteral(text, "true")) {
        return Value(true);
      }
      return TakeLiteral(text, "false") ? std::optional<Value>(Value(false)) : std::nullopt;
    case TypeKind::kLong:
      return TakeNumber<int64_t>(text);
    case TypeKind::kInteger:
      return TakeNumber<int32_t>(text);
    case TypeKind::kDouble:
      return TakeNumber<double>(text);
    case TypeKind::kTimestamp:
      return TakeTimestamp(text);
    case TypeKind::kArray:
      return TakeArray(text, type);
    case TypeKind::kStruct:
      return TakeStruct(text, type);
    default:
      return std::nullopt;
  }
}

}  // namespace ursa::delta
