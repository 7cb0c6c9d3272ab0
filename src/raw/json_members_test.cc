#include "raw/json_members.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>

namespace ursa::raw {
namespace {

constexpr std::array<std::string_view, 2> kNames = {"a", "b"};

// The members a and b: "-" for none, a number as it stands, a text in quotes, "?" for anything
// else; "no object" where it is none.
std::string Told(std::string_view json) {
  const auto members = ReadJsonMembers(json, kNames);
  if (!members) {
    return "no object";
  }
  std::string told;
  for (const JsonMember& member : *members) {
    told += told.empty() ? "" : " ";
    switch (member.kind) {
      case JsonMember::Kind::kNone:
        told += "-";
        break;
      case JsonMember::Kind::kNumber:
        told += member.text;
        break;
      case JsonMember::Kind::kText:
        told += "'" + member.text + "'";
        break;
      case JsonMember::Kind::kOther:
        told += "?";
        break;
    }
  }
  return told;
}

TEST(JsonMembers, AreNumbersAsTheyAreWrittenAndTextDecoded) {
  EXPECT_EQ(Told(R"({"a": 17.50e+00, "b": "x\"\u00e9\ud83d\ude00"})"), "17.50e+00 'x\"é😀'");
  EXPECT_EQ(Told(R"( { "b" : -0 } )"), "- -0");
  EXPECT_EQ(Told("{}"), "- -");
  EXPECT_EQ(Told(R"({"a": null, "b": {"a": 1}})"), "? ?");
}

TEST(JsonMembers, TheLastOfOneNameCounts) {
  EXPECT_EQ(Told(R"({"a": 1, "a": 2, "\u0061": 3})"), "3 -");
  EXPECT_EQ(Told(R"({"a": 1, "a": []})"), "? -");
}

TEST(JsonMembers, AreTheOutermostObjectsOnly) {
  EXPECT_EQ(Told(R"({"x": {"a": 1}, "y": [{"a": 2}], "b": 3})"), "- 3");
}

TEST(JsonMembers, AreReadBesideWhatNoFloatAndNoTextCanHold) {
  EXPECT_EQ(Told(R"({"a": 1, "x": 1e400, "y": -1e999999})"), "1 -");
  EXPECT_EQ(Told(R"({"a": 1e400})"), "1e400 -");
  EXPECT_EQ(Told("{\"a\": " + std::string(400, '9') + "}"), std::string(400, '9') + " -");
  EXPECT_EQ(Told(R"({"x": "cut \ud83d", "a": 1, "y": "\ude00\ud83d\u0041"})"), "1 -");
  EXPECT_EQ(Told(R"({"b": "\ud83d\ud83d\ude00"})"), "- '\xEF\xBF\xBD😀'");
}

TEST(JsonMembers, MayHaveAByteOrderMarkBeforeThem) {
  EXPECT_EQ(Told("\xEF\xBB\xBF{\"a\": 1}"), "1 -");
}

TEST(JsonMembers, AreOfNothingThatIsNoJsonObject) {
  for (const char* json : {"",
                           " ",
                           "null",
                           "[]",
                           "[{\"a\": 1}]",
                           "1",
                           "{",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\": 1,}",
                           "{\"a\": 1} x",
                           "{\"a\": 1}{}",
                           "{a: 1}",
                           "{\"a\": 01}",
                           "{\"a\": +1}",
                           "{\"a\": .5}",
                           "{\"a\": 1.}",
                           "{\"a\": 1e}",
                           "{\"a\": NaN}",
                           "{\"a\": -}",
                           "{\"a\": 1 \"b\": 2}",
                           "{\"a\": [1,]}",
                           "{\"a\": [1}",
                           "{\"a\": {\"b\"}}",
                           "{\"a\": \"\\x\"}",
                           "{\"a\": \"\\u12\"}",
                           "{\"a\": \"\\u12g4\"}",
                           "{\"a\": \"\n\"}",
                           "{\"a\": \"x}",
                           "{\"a\": tru}",
                           "{'a': 1}",
                           "{\"a\": 1,, \"b\": 2}",
                           "{,}",
                           "\xFF{}",
                           "{\"a\": \"\xC3\"}",
                           "{\"a\": \"\xED\xA0\x80\"}"}) {
    EXPECT_EQ(Told(json), "no object") << json;
  }
  EXPECT_EQ(Told(std::string_view("{\"a\": 1}\0 x", 11)), "no object");
  EXPECT_EQ(Told(std::string_view("{\"a\": 1\0}", 9)), "no object");
}

TEST(JsonMembers, AreReadHoweverDeepOtherMembersAre) {
  const size_t depth = 100'000;
  EXPECT_EQ(Told("{\"x\": " + std::string(depth, '[') + std::string(depth, ']') + ", \"a\": 1}"),
            "1 -");
  EXPECT_EQ(Told("{\"x\": " + std::string(depth, '[') + "}"), "no object");
}

// Whatever a parser takes, this takes, and nothing that it refuses, on text of JSON's own marks.
TEST(JsonMembers, AreThoseThatAParserFinds) {
  rc::check("one reading", [] {
    const auto marks = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
        std::vector<std::string>{"{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"x\\n\"", "1",
                                 "-2.5e3", "0", "true", "null", " ", "\"", "\\", "é"}));
    std::string json = *rc::gen::arbitrary<bool>() ? "{\"a\":" : "";
    for (const std::string& mark : marks) {
      json += mark;
    }
    json += *rc::gen::arbitrary<bool>() ? "}" : "";
    const auto parsed = nlohmann::json::parse(json, nullptr, false);
    const auto members = ReadJsonMembers(json, kNames);
    RC_ASSERT(members.has_value() == parsed.is_object());
    for (size_t i = 0; members && i < kNames.size(); ++i) {
      const auto found = parsed.find(std::string(kNames[i]));
      const auto kind = found == parsed.end() ? JsonMember::Kind::kNone
                        : found->is_number()  ? JsonMember::Kind::kNumber
                        : found->is_string()  ? JsonMember::Kind::kText
                                              : JsonMember::Kind::kOther;
      RC_ASSERT((*members)[i].kind == kind);
      if (kind == JsonMember::Kind::kText) {
        RC_ASSERT((*members)[i].text == found->get<std::string>());
      }
    }
  });
}

}  // namespace
}  // namespace ursa::raw
