#include "delta/value.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "delta/testing_log.h"
#include "delta/value_text.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;

Type Decimal(int32_t precision, int32_t scale) {
  Type type(TypeKind::kDecimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

Type MapOf(Type key, Type value, bool with_nulls = true) {
  Type type(TypeKind::kMap);
  type.children = {Field{"key", std::move(key), false, "{}"},
                   Field{"value", std::move(value), with_nulls, "{}"}};
  return type;
}

Type Interval() {
  return Type::Struct(
      {{"start", TypeKind::kDouble, false, "{}"}, {"end", TypeKind::kDouble, true, "{}"}});
}

struct Pair {
  Type type;
  Value value;
  std::string json;
};

TEST(ValueToJson, WritesEachTypeAsThePageOfPlansSays) {
  const std::vector<Pair> pairs = {
      {TypeKind::kString, "a\"ü", R"("a\"ü")"},
      {TypeKind::kLong, int64_t{INT64_MIN}, "-9223372036854775808"},
      {TypeKind::kInteger, int64_t{-7}, "-7"},
      {TypeKind::kShort, int64_t{7}, "7"},
      {TypeKind::kByte, int64_t{-128}, "-128"},
      {TypeKind::kDouble, 0.1, "0.1"},
      {TypeKind::kFloat, 0.5, "0.5"},
      {TypeKind::kBoolean, true, "true"},
      {TypeKind::kBinary, std::string("\0\xFFz", 3), R"("AP96")"},
      {TypeKind::kDate, int64_t{20'580}, R"("2026-05-07")"},
      {TypeKind::kTimestamp, int64_t{1'778'164'222'120'000}, R"("2026-05-07T14:30:22.120000Z")"},
      {Decimal(10, 2), "-1.50", R"("-1.50")"},
      {Type::Array(TypeKind::kString, true), Value::List{"a", Value()}, R"(["a",null])"},
      {MapOf(TypeKind::kString, TypeKind::kLong), Value::List{Value::List{"k", int64_t{1}}},
       R"([{"key":"k","value":1}])"},
      {Interval(), Value::List{0.5, 1.5}, R"({"end":1.5,"start":0.5})"},
  };
  for (const Pair& pair : pairs) {
    EXPECT_EQ(ValueToJson(pair.type, pair.value).dump(), pair.json) << TypeName(pair.type);
    EXPECT_EQ(ValueFromJson(pair.type, Json::parse(pair.json)), pair.value) << TypeName(pair.type);
  }
}

TEST(ValueToJson, WritesNullForEveryType) {
  for (const Type& type : {Type(TypeKind::kLong), Type(TypeKind::kVoid), Interval()}) {
    EXPECT_EQ(ValueToJson(type, Value()), Json(nullptr));
    EXPECT_EQ(ValueFromJson(type, nullptr), Value());
  }
}

TEST(ValueToJson, WritesNumbersThatAreNotFiniteByTheirNames) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [number, name] : std::vector<std::pair<double, std::string>>{
           {std::nan(""), "NaN"}, {infinity, "Infinity"}, {-infinity, "-Infinity"}}) {
    EXPECT_EQ(ValueToJson(TypeKind::kDouble, number), Json(name));
    EXPECT_EQ(ValueFromJson(TypeKind::kDouble, name), Value(number));
    EXPECT_EQ(ValueFromJson(TypeKind::kFloat, name), Value(number));
  }
}

TEST(ValueFromJson, RefusesNumbersOutOfRangeOfTheType) {
  const std::vector<std::pair<TypeKind, std::string>> wrong = {
      {TypeKind::kByte, "128"},
      {TypeKind::kByte, "-129"},
      {TypeKind::kShort, "32768"},
      {TypeKind::kInteger, "2147483648"},
      {TypeKind::kInteger, "-2147483649"},
      {TypeKind::kLong, "9223372036854775808"},
      {TypeKind::kLong, "1e30"},
      {TypeKind::kLong, "1.0"},
      {TypeKind::kFloat, "1e39"},
      {TypeKind::kFloat, "-1e39"}};
  for (const auto& [kind, json] : wrong) {
    ExpectError(ValueFromJson(kind, Json::parse(json)), ErrorCode::kInvalid,
                "expected a " + TypeName(kind));
  }
}

TEST(ValueFromJson, RefusesOtherTypesAndSaysWhatItFound) {
  const std::vector<std::pair<Type, std::string>> wrong = {
      {TypeKind::kString, "1"},
      {TypeKind::kLong, "\"1\""},
      {TypeKind::kBoolean, "0"},
      {TypeKind::kDouble, "\"nan\""},
      {TypeKind::kDate, "20580"},
      {TypeKind::kDate, "\"2026-02-30\""},
      {TypeKind::kTimestamp, "\"yesterday\""},
      {TypeKind::kVoid, "0"},
      {Type::Array(TypeKind::kLong, true), "{}"},
      {MapOf(TypeKind::kString, TypeKind::kLong), "{}"},
      {MapOf(TypeKind::kString, TypeKind::kLong), R"([{"key":"a"}])"},
      {MapOf(TypeKind::kString, TypeKind::kLong), R"([{"key":"a","value":1,"more":2}])"},
      {Interval(), "[]"}};
  for (const auto& [type, json] : wrong) {
    ExpectError(ValueFromJson(type, Json::parse(json)), ErrorCode::kInvalid,
                "expected a " + TypeName(type) + ", found ");
  }
}

TEST(ValueFromJson, RefusesNullsWhereTheTypeHasNone) {
  ExpectError(ValueFromJson(Type::Array(TypeKind::kString, false), Json::parse("[null]")),
              ErrorCode::kInvalid, "must not be null");
  ExpectError(ValueFromJson(Interval(), Json::parse(R"({"start":null,"end":1})")),
              ErrorCode::kInvalid, "start");
  ExpectError(ValueFromJson(Interval(), Json::parse(R"({"end":1})")), ErrorCode::kInvalid, "start");
  ExpectError(ValueFromJson(MapOf(TypeKind::kString, TypeKind::kLong),
                            Json::parse(R"([{"key":null,"value":1}])")),
              ErrorCode::kInvalid, "key");
  ExpectError(ValueFromJson(MapOf(TypeKind::kString, TypeKind::kLong, false),
                            Json::parse(R"([{"key":"a","value":null}])")),
              ErrorCode::kInvalid, "value");
}

TEST(ValueFromJson, TakesAnAbsentNullableFieldAsNull) {
  EXPECT_EQ(ValueFromJson(Interval(), Json::parse(R"({"start":1})")),
            Value(Value::List{1.0, Value()}));
}

TEST(ValueFromJson, RefusesMembersThatAStructLacks) {
  ExpectError(ValueFromJson(Interval(), Json::parse(R"({"start":1,"end":2,"stop":3})")),
              ErrorCode::kInvalid, "expected a struct<start: double, end: double>");
}

TEST(ValueFromJson, BringsDecimalsToTheScaleOfTheType) {
  const auto read = [](const std::string& text) { return ValueFromJson(Decimal(5, 2), text); };
  EXPECT_EQ(read("1"), Value("1.00"));
  EXPECT_EQ(read("001.5"), Value("1.50"));
  EXPECT_EQ(read("-0.00"), Value("0.00"));
  EXPECT_EQ(read("-0.01"), Value("-0.01"));
  EXPECT_EQ(read("999.99"), Value("999.99"));
  EXPECT_EQ(ValueFromJson(Decimal(2, 2), "0.25"), Value("0.25"));
}

TEST(ValueFromJson, RefusesDecimalsThatTheTypeCanNotHold) {
  for (const char* text :
       {"1000", "1.005", "", "-", ".5", "1e3", "+1", " 1", "1.0.0", "--1", "NaN", "0x1"}) {
    ExpectError(ValueFromJson(Decimal(5, 2), text), ErrorCode::kInvalid, "decimal(5,2)");
  }
}

TEST(ValueFromJson, RefusesTextThatIsNoExactBase64) {
  for (const char* text : {"A", "AA", "AAA", "====", "A===", "AB==", "    ", " AAA", "AAA\n",
                           "AA=A", "A*AA", "AAAA="}) {
    ExpectError(ValueFromJson(TypeKind::kBinary, text), ErrorCode::kInvalid, "binary");
  }
  EXPECT_EQ(ValueFromJson(TypeKind::kBinary, ""), Value(""));
}

TEST(ValueFromJson, HoldsAFloatAsTheDoubleThatItIs) {
  EXPECT_EQ(ValueFromJson(TypeKind::kFloat, 0.1), Value(double{0.1F}));
}

TEST(ValueFromJson, TakesATimestampWithAnOffset) {
  EXPECT_EQ(ValueFromJson(TypeKind::kTimestamp, "1970-01-01T02:00:00+02:00"), Value(int64_t{0}));
}

TEST(ValueFromJson, ShowsNoMoreThanTheStartOfWhatItFound) {
  const auto value = ValueFromJson(TypeKind::kLong, std::string(100'000, 'x'));
  ASSERT_FALSE(value);
  EXPECT_LT(value.error().message.size(), 200U);
}

TEST(ValueToJson, CodesLongBinariesPieceByPiece) {
  std::string bytes(7'000'001, 'u');
  bytes[3 * (1 << 20)] = '\0';
  EXPECT_EQ(ValueFromJson(TypeKind::kBinary, ValueToJson(TypeKind::kBinary, bytes)), Value(bytes));
}

TEST(ValueEquality, ComparesDoublesByTheirBits) {
  EXPECT_EQ(Value(std::nan("1")), Value(-std::nan("2")));
  EXPECT_FALSE(Value(0.0) == Value(-0.0));
  EXPECT_EQ(Value(-0.0), Value(-0.0));
  EXPECT_FALSE(Value(1.0) == Value(int64_t{1}));
  EXPECT_EQ(Value(Value::List{0.5, std::nan("")}), Value(Value::List{0.5, std::nan("")}));
  EXPECT_FALSE(Value(false) == Value());
}

Value RandomNumber(TypeKind kind) {
  switch (kind) {
    case TypeKind::kLong:
    case TypeKind::kTimestamp:
      return *rc::gen::arbitrary<int64_t>();
    case TypeKind::kInteger:
    case TypeKind::kDate:
      return int64_t{*rc::gen::arbitrary<int32_t>()};
    case TypeKind::kShort:
      return int64_t{*rc::gen::arbitrary<int16_t>()};
    case TypeKind::kByte:
      return int64_t{*rc::gen::arbitrary<int8_t>()};
    case TypeKind::kFloat:
      return double{*rc::gen::arbitrary<float>()};
    default:
      return *rc::gen::arbitrary<double>();
  }
}

std::string RandomDecimal(const Type& type) {
  const auto whole = static_cast<size_t>(*rc::gen::inRange(0, type.precision - type.scale + 1));
  std::string digits;
  for (size_t i = 0; i < whole + static_cast<size_t>(type.scale); ++i) {
    digits += static_cast<char>('0' + *rc::gen::inRange(i == 0 && whole > 0 ? 1 : 0, 10));
  }
  if (whole == 0) {
    digits.insert(0, "0");
  }
  if (type.scale > 0) {
    digits.insert(digits.size() - static_cast<size_t>(type.scale), ".");
  }
  const bool zero = digits.find_first_not_of("0.") == std::string::npos;
  return (!zero && *rc::gen::arbitrary<bool>() ? "-" : "") + digits;
}

// A table's strings are UTF-8.
std::string RandomText() {
  static const std::vector<std::string> kPieces{"a",      "\"",     "\\",     "\n",        "\x01",
                                                "\u00fc", "\u202e", "\u65e5", "\U0001f9e0"};
  std::string text;
  for (const std::string& piece :
       *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kPieces))) {
    text += piece;
  }
  return text;
}

// A type and a value of it.
std::pair<Type, Value> RandomPair(int depth) {
  const auto kind = static_cast<TypeKind>(*rc::gen::inRange(0, depth == 0 ? 13 : 16));
  if (*rc::gen::inRange(0, 10) == 0 && kind < TypeKind::kArray && kind != TypeKind::kDecimal) {
    return {kind, Value()};
  }
  switch (kind) {
    case TypeKind::kString:
      return {kind, RandomText()};
    case TypeKind::kBinary:
      return {kind, *rc::gen::container<std::string>(rc::gen::arbitrary<char>())};
    case TypeKind::kBoolean:
      return {kind, *rc::gen::arbitrary<bool>()};
    case TypeKind::kVoid:
      return {kind, Value()};
    case TypeKind::kDecimal: {
      const int32_t precision = *rc::gen::inRange(1, 39);
      const Type type = Decimal(precision, *rc::gen::inRange(0, precision + 1));
      return {type, RandomDecimal(type)};
    }
    case TypeKind::kArray: {
      auto [type, value] = RandomPair(depth - 1);
      return {Type::Array(std::move(type), true), Value::List{value, Value(), value}};
    }
    case TypeKind::kMap: {
      auto [type, value] = RandomPair(depth - 1);
      return {MapOf(TypeKind::kString, std::move(type)), Value::List{Value::List{"k", value}}};
    }
    case TypeKind::kStruct: {
      auto [first, value] = RandomPair(depth - 1);
      return {
          Type::Struct({{"a", std::move(first), true, "{}"}, {"b", TypeKind::kLong, true, "{}"}}),
          Value::List{value, int64_t{1}}};
    }
    default:
      return {kind, RandomNumber(kind)};
  }
}

TEST(ValueToJson, IsUndoneByValueFromJsonThroughText) {
  EXPECT_TRUE(rc::check("read(write(value)) = value", [] {
    const auto [type, value] = RandomPair(3);
    const std::string text = ValueToJson(type, value).dump();
    const auto read = ValueFromJson(type, Json::parse(text));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == value);
  }));
}

std::string TextOf(const Type& type, const Value& value) {
  std::string text;
  AppendJsonValue(text, type, value);
  return text;
}

TEST(AppendJsonValue, WritesATextOfTheTree) {
  EXPECT_TRUE(rc::check("parse(append(value)) = tree", [] {
    const auto [type, value] = RandomPair(3);
    RC_ASSERT(Json::parse(TextOf(type, value)) == ValueToJson(type, value));
  }));
}

TEST(TakeJsonValue, TakesBackWhatAppendJsonValueWrites) {
  const Type intervals = Type::Array(Type::Struct({{"start", TypeKind::kDouble, false, "{}"},
                                                   {"end", TypeKind::kDouble, false, "{}"}}),
                                     false);
  const std::vector<std::pair<Type, Value>> pairs{
      {TypeKind::kString, "rec_1"},
      {TypeKind::kString, Value()},
      {TypeKind::kLong, int64_t{std::numeric_limits<int64_t>::min()}},
      {TypeKind::kInteger, int64_t{0}},
      {TypeKind::kBoolean, true},
      {TypeKind::kDouble, -1.5e-300},
      {TypeKind::kTimestamp, TimeUs{Microseconds{-1}}},
      {Type::Array(TypeKind::kString, true), Value::List{"a", Value(), "b"}},
      {intervals, Value::List{Value::List{0.0, 1.5}, Value::List{2.0, 1e17}}}};
  for (const auto& [type, value] : pairs) {
    const std::string text = TextOf(type, value) + ",";
    std::string_view rest = text;
    const auto taken = TakeJsonValue(rest, type);
    ASSERT_TRUE(taken) << text;
    EXPECT_EQ(*taken, value) << text;
    EXPECT_EQ(rest, ",");
  }
}

// Changes one character, or puts one in.
std::string Mutated(std::string text) {
  const auto position =
      static_cast<size_t>(*rc::gen::inRange<int>(0, static_cast<int>(text.size())));
  const char c = *rc::gen::elementOf(std::string("0123456789-+.eE,:[]{}\"\\ntrue"));
  return *rc::gen::arbitrary<bool>() ? text.insert(position, 1, c) : (text[position] = c, text);
}

TEST(TakeJsonValue, IsOfOneMindWithTheParserOnEveryTextThatItTakes) {
  EXPECT_TRUE(rc::check("take(text) = read(text)", [] {
    const auto [type, value] = RandomPair(2);
    const std::string text = Mutated(TextOf(type, value));
    std::string_view rest = text;
    const auto taken = TakeJsonValue(rest, type);
    if (taken && rest.empty()) {
      const auto json = Json::parse(text, nullptr, false);
      RC_ASSERT(!json.is_discarded());
      const auto read = ValueFromJson(type, json);
      RC_ASSERT(read.has_value());
      RC_ASSERT(*read == *taken);
    }
  }));
}

}  // namespace
}  // namespace ursa::delta
