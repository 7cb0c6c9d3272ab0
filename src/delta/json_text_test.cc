#include "delta/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "delta/testing_log.h"

namespace ursa::delta {
namespace {

std::string Nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ParseJson, TakesTextThatNestsAsDeepAsTheLimit) {
  EXPECT_TRUE(ParseJson(Nested(kJsonDepthMax)));
}

TEST(ParseJson, RefusesTextThatNestsDeeper) {
  ExpectError(ParseJson(Nested(kJsonDepthMax + 1)), ErrorCode::kCorrupt, "256 levels");
}

TEST(ParseJson, RefusesAMillionBracketsThatAreNeverClosed) {
  ExpectError(ParseJson(std::string(1'000'000, '[')), ErrorCode::kCorrupt, "256 levels");
}

TEST(ParseJson, CountsNoBracketsInsideStrings) {
  const std::string text = "\"\\\"" + std::string(1000, '[') + "\"";
  const auto json = ParseJson(text);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->get<std::string>().size(), 1001U);
}

TEST(ParseJson, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "{\"a\":}", "nul", "\"\xFF\"", "1e999", "[1] x"}) {
    ExpectError(ParseJson(text), ErrorCode::kCorrupt, "no JSON");
  }
}

TEST(FindMember, TakesNullForAbsent) {
  const nlohmann::json object{{"a", nullptr}, {"b", 1}};
  EXPECT_EQ(FindMember(object, "a"), nullptr);
  EXPECT_EQ(FindMember(object, "c"), nullptr);
  EXPECT_EQ(*FindMember(object, "b"), 1);
}

}  // namespace
}  // namespace ursa::delta
