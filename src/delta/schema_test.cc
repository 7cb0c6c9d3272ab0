#include "delta/schema.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "delta/testing_log.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;

// The schema of one column "c" whose type is this JSON.
std::string SchemaOf(const std::string& type) {
  return R"({"type":"struct","fields":[{"name":"c","type":)" + type +
         R"(,"nullable":true,"metadata":{}}]})";
}

Result<Type> ParseColumn(const std::string& type) {
  URSA_TRY(const Schema schema, ParseSchema(SchemaOf(type)));
  return schema.fields[0].type;
}

TEST(ParseSchema, KnowsEveryPrimitiveTypeOfTheSpecification) {
  const std::vector<std::pair<std::string, TypeKind>> types = {
      {"string", TypeKind::kString},       {"long", TypeKind::kLong},
      {"integer", TypeKind::kInteger},     {"short", TypeKind::kShort},
      {"byte", TypeKind::kByte},           {"float", TypeKind::kFloat},
      {"double", TypeKind::kDouble},       {"boolean", TypeKind::kBoolean},
      {"binary", TypeKind::kBinary},       {"date", TypeKind::kDate},
      {"timestamp", TypeKind::kTimestamp}, {"void", TypeKind::kVoid}};
  for (const auto& [name, kind] : types) {
    EXPECT_EQ(ParseColumn("\"" + name + "\""), Type(kind)) << name;
    EXPECT_EQ(TypeName(Type(kind)), name);
  }
}

TEST(ParseSchema, ReadsPrecisionAndScaleOfDecimals) {
  const auto type = ParseColumn("\"decimal(38, 18)\"");
  ASSERT_TRUE(type);
  EXPECT_EQ(type->precision, 38);
  EXPECT_EQ(type->scale, 18);
  EXPECT_EQ(TypeName(*type), "decimal(38,18)");
  EXPECT_EQ(TypeName(ParseColumn("\"decimal\"").value()), "decimal(10,0)");
}

TEST(ParseSchema, RefusesDecimalsThatDeltaHasNot) {
  for (const char* type :
       {"decimal(39,0)", "decimal(0,0)", "decimal(5,6)", "decimal(5,-1)", "decimal(5)",
        "decimal(5,2", "decimal(,2)", "decimal(99999999999,2)", "decimal(5,2)x", "decimals"}) {
    ExpectError(ParseColumn("\"" + std::string(type) + "\""), ErrorCode::kCorrupt, "column c");
  }
}

TEST(ParseSchema, ReadsArraysMapsAndStructsInEachOther) {
  const auto type = ParseColumn(
      R"({"type":"array","containsNull":false,"elementType":{"type":"struct","fields":[
          {"name":"start","type":"double","nullable":false,"metadata":{}},
          {"name":"tags","nullable":true,"metadata":{},
           "type":{"type":"map","keyType":"string","valueType":"long","valueContainsNull":true}}]}})");
  ASSERT_TRUE(type) << type.error().ToString();
  EXPECT_EQ(TypeName(*type), "array<struct<start: double, tags: map<string, long>>>");
  EXPECT_FALSE(type->children[0].nullable);
  const Type& element = type->children[0].type;
  EXPECT_FALSE(element.children[0].nullable);
  EXPECT_TRUE(element.children[1].nullable);
}

TEST(ParseSchema, RefusesAnUnknownTypeByColumnAndName) {
  ExpectError(ParseColumn("\"timestamp_ntz\""), ErrorCode::kUnsupported,
              "column c has the type timestamp_ntz");
  ExpectError(ParseColumn("\"variant\""), ErrorCode::kUnsupported, "variant");
  ExpectError(ParseColumn(R"({"type":"interval"})"), ErrorCode::kUnsupported, "interval");
  ExpectError(ParseColumn(R"({"type":"array","containsNull":true,"elementType":"geometry"})"),
              ErrorCode::kUnsupported, "column c.element has the type geometry");
}

TEST(ParseSchema, RefusesNamesThatDifferInCaseOnly) {
  const auto twice = [](const std::string& first, const std::string& second) {
    return ParseSchema(R"({"type":"struct","fields":[{"name":")" + first +
                       R"(","type":"long","nullable":true,"metadata":{}},{"name":")" + second +
                       R"(","type":"long","nullable":true,"metadata":{}}]})");
  };
  ExpectError(twice("Start", "start"), ErrorCode::kCorrupt, "two columns are called start");
  ExpectError(twice("Größe", "GRÖSSE"), ErrorCode::kCorrupt, "two columns");
  ExpectError(twice("ДАТА", "дата"), ErrorCode::kCorrupt, "two columns");
  EXPECT_TRUE(twice("start", "start_time"));
}

TEST(ParseSchema, KeepsTheMetadataOfColumns) {
  const std::string text =
      R"({"type":"struct","fields":[{"name":"c","type":"long","nullable":true,)"
      R"("metadata":{"comment":"a b","unknown.key":{"deep":[1,2.5,null]}}}]})";
  const auto schema = ParseSchema(text);
  ASSERT_TRUE(schema);
  EXPECT_EQ(Json::parse(SchemaToJson(*schema)), Json::parse(text));
}

TEST(ParseSchema, PassesOverUnknownMembersOfAField) {
  EXPECT_TRUE(ParseSchema(R"({"type":"struct","extra":1,"fields":[
      {"name":"c","type":"long","nullable":true,"metadata":{},"new":{"a":1}}]})"));
}

TEST(ParseSchema, TakesTypesAsDeepAsTheLimitAndNoDeeper) {
  const auto nested = [](int depth) {
    std::string type = "\"long\"";
    for (int i = 0; i < depth; ++i) {
      type = R"({"type":"array","containsNull":true,"elementType":)" + type + "}";
    }
    return ParseColumn(type);
  };
  EXPECT_TRUE(nested(64));
  ExpectError(nested(65), ErrorCode::kCorrupt, "64 levels");
  ExpectError(nested(10'000), ErrorCode::kCorrupt, "levels");
}

TEST(ParseSchema, TakesStructsAsDeepAsTheLimit) {
  std::string type = "\"long\"";
  for (int i = 0; i < 64; ++i) {
    type = SchemaOf(type);
  }
  EXPECT_TRUE(ParseSchema(SchemaOf(type)));
  ExpectError(ParseSchema(SchemaOf(SchemaOf(type))), ErrorCode::kCorrupt, "64 levels");
}

TEST(ParseSchema, RefusesWhatIsNoSchema) {
  for (const char* text :
       {"", "null", "[]", "not json", R"({"type":"array"})", R"({"type":"struct"})",
        R"({"type":"struct","fields":{}})", R"({"type":"struct","fields":[1]})",
        R"({"type":"struct","fields":[{"name":"c","nullable":true}]})",
        R"({"type":"struct","fields":[{"type":"long","nullable":true}]})",
        R"({"type":"struct","fields":[{"name":7,"type":"long","nullable":true}]})",
        R"({"type":"struct","fields":[{"name":"c","type":7,"nullable":true}]})",
        R"({"type":"struct","fields":[{"name":"c","type":"long"}]})",
        R"({"type":"struct","fields":[{"name":"c","type":"long","nullable":"yes"}]})"}) {
    ExpectError(ParseSchema(text), ErrorCode::kCorrupt, "schema is damaged");
  }
  for (const char* type :
       {R"({"type":"array","containsNull":true})", R"({"type":"array","elementType":"long"})",
        R"({"type":"map","keyType":"string","valueContainsNull":true})",
        R"({"type":"map","keyType":"string","valueType":"long"})", R"({"elementType":"long"})"}) {
    ExpectError(ParseColumn(type), ErrorCode::kCorrupt, "schema is damaged");
  }
}

TEST(SchemaToJson, WritesWhatDeltaWrites) {
  const Schema schema{{{"id", TypeKind::kString, false, "{}"},
                       {"people", Type::Array(TypeKind::kString, false), true, "{}"}}};
  EXPECT_EQ(SchemaToJson(schema),
            R"({"type":"struct","fields":[)"
            R"({"name":"id","type":"string","nullable":false,"metadata":{}},)"
            R"({"name":"people","type":{"type":"array","elementType":"string",)"
            R"("containsNull":false},"nullable":true,"metadata":{}}]})");
}

Type RandomType(int depth) {
  const int kind = *rc::gen::inRange(0, depth == 0 ? 13 : 16);
  Type type(static_cast<TypeKind>(kind));
  if (type.kind == TypeKind::kDecimal) {
    type.precision = *rc::gen::inRange(1, 39);
    type.scale = *rc::gen::inRange(0, type.precision + 1);
  } else if (type.kind == TypeKind::kArray) {
    return Type::Array(RandomType(depth - 1), *rc::gen::arbitrary<bool>());
  } else if (type.kind == TypeKind::kMap) {
    type.children = {Field{"key", RandomType(depth - 1), false, "{}"},
                     Field{"value", RandomType(depth - 1), *rc::gen::arbitrary<bool>(), "{}"}};
  } else if (type.kind == TypeKind::kStruct) {
    std::vector<Field> fields;
    const int count = *rc::gen::inRange(0, 3);
    for (int i = 0; i < count; ++i) {
      fields.push_back({"f" + std::to_string(i), RandomType(depth - 1), *rc::gen::arbitrary<bool>(),
                        R"({"k":1})"});
    }
    return Type::Struct(std::move(fields));
  }
  return type;
}

TEST(SchemaToJson, IsUndoneByParseSchema) {
  EXPECT_TRUE(rc::check("parse(write(schema)) = schema", [] {
    const Schema schema{{{"c", RandomType(3), true, "{}"}, {"ü\n\"", RandomType(2), false, "{}"}}};
    const auto parsed = ParseSchema(SchemaToJson(schema));
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed == schema);
  }));
}

TEST(Schema, FindsAColumnByItsExactName) {
  const Schema schema{{{"a", TypeKind::kLong, true, "{}"}, {"b", TypeKind::kLong, true, "{}"}}};
  EXPECT_EQ(schema.IndexOf("b"), 1U);
  EXPECT_EQ(schema.IndexOf("B"), std::nullopt);
}

}  // namespace
}  // namespace ursa::delta
