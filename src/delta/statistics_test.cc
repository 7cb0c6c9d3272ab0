#include "delta/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/value.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;

std::shared_ptr<arrow::RecordBatch> Column(const Type& type, const std::vector<Value>& values) {
  const auto builder = arrow::MakeBuilder(ToArrowType(type)).ValueOrDie();
  for (const Value& value : values) {
    EXPECT_TRUE(AppendValue(type, value, *builder));
  }
  return arrow::RecordBatch::Make(ToArrowSchema(Schema{{{"x", type, true, "{}"}}}),
                                  static_cast<int64_t>(values.size()),
                                  {builder->Finish().ValueOrDie()});
}

// The bounds of a column of these values; null where there are none.
std::pair<Json, Json> BoundsOfValues(const Type& type, const std::vector<Value>& values) {
  const Json stats =
      Json::parse(MakeStatistics(Schema{{{"x", type, true, "{}"}}}, {Column(type, values)}));
  return {stats["minValues"].value("x", Json()), stats["maxValues"].value("x", Json())};
}

using Pair = std::pair<Json, Json>;
const Pair kNone{nullptr, nullptr};

// delta-rs's dataset reads a column without bounds as one in which a comparison never holds.
TEST(MakeStatistics, BoundsEveryColumnThatOneCanCompare) {
  EXPECT_EQ(BoundsOfValues(TypeKind::kBoolean, {true, Value(), false}), Pair(false, true));
  EXPECT_EQ(BoundsOfValues(TypeKind::kBoolean, {true}), Pair(true, true));
  EXPECT_EQ(BoundsOfValues(TypeKind::kByte, {int64_t{-3}, int64_t{7}}), Pair(-3, 7));
  EXPECT_EQ(BoundsOfValues(TypeKind::kShort, {int64_t{300}, int64_t{-300}}), Pair(-300, 300));
  EXPECT_EQ(BoundsOfValues(TypeKind::kFloat, {0.5, -0.25}), Pair(-0.25, 0.5));
  EXPECT_EQ(BoundsOfValues(TypeKind::kDate, {int64_t{0}, int64_t{20'580}}),
            Pair("1970-01-01", "2026-05-07"));
}

TEST(MakeStatistics, BoundsNothingWhereTheFormHasNoPlaceForAValue) {
  constexpr int64_t kYearNever = 253'402'300'800'000'000;  // 10000-01-01
  EXPECT_EQ(BoundsOfValues(TypeKind::kTimestamp, {int64_t{0}, kYearNever}), kNone);
  EXPECT_EQ(BoundsOfValues(TypeKind::kTimestamp, {int64_t{0}, kYearNever - 1}),
            Pair("1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"));
  EXPECT_EQ(BoundsOfValues(TypeKind::kTimestamp, {std::numeric_limits<int64_t>::min()}), kNone);
  EXPECT_EQ(BoundsOfValues(TypeKind::kTimestamp, {std::numeric_limits<int64_t>::max()}), kNone);
  EXPECT_EQ(BoundsOfValues(TypeKind::kDate, {int64_t{3'000'000}}), kNone);
  EXPECT_EQ(BoundsOfValues(TypeKind::kDate, {int64_t{-800'000}}), kNone);
  EXPECT_EQ(BoundsOfValues(TypeKind::kDouble, {1.0, std::nan("")}), kNone);
  EXPECT_EQ(BoundsOfValues(TypeKind::kFloat, {1.0, INFINITY}), kNone);
}

// What PatchStatistics makes of another's statistics of a column that did not change.
Json Patched(const Type& type, const std::string& stats) {
  AddFile file;
  file.stats = stats;
  const Schema table{{{"changed", TypeKind::kLong, true, "{}"}, {"kept", type, true, "{}"}}};
  const Schema counted{{table.fields[0]}};
  const auto batch = arrow::RecordBatch::Make(
      ToArrowSchema(counted), 2, {Column(TypeKind::kLong, {int64_t{1}, int64_t{2}})->column(0)});
  const auto patched = PatchStatistics(file, table, counted, batch);
  return patched ? Json::parse(*patched) : Json();
}

Json PatchedBounds(const Type& type, const Json& min, const Json& max) {
  const Json stats = Patched(type, Json{{"numRecords", 2},
                                        {"minValues", {{"kept", min}, {"changed", 9}}},
                                        {"maxValues", {{"kept", max}, {"changed", 9}}},
                                        {"nullCount", {{"kept", 0}}}}
                                       .dump());
  EXPECT_EQ(stats["minValues"]["changed"], 1);
  EXPECT_EQ(stats["maxValues"]["changed"], 2);
  return Json::array(
      {stats["minValues"].value("kept", Json()), stats["maxValues"].value("kept", Json())});
}

TEST(PatchStatistics, SaysOfOtherColumnsWhatTheFileSaidInOurForm) {
  EXPECT_EQ(PatchedBounds(TypeKind::kLong, -3, 7), Json({-3, 7}));
  EXPECT_EQ(PatchedBounds(TypeKind::kBoolean, false, true), Json({false, true}));
  EXPECT_EQ(PatchedBounds(TypeKind::kTimestamp, "2026-05-07 14:30:22.120456+00:00",
                          "2026-05-07T14:30:22.120999Z"),
            Json({"2026-05-07T14:30:22.120Z", "2026-05-07T14:30:22.120Z"}));
  const std::string sixty(60, 'y');
  EXPECT_EQ(PatchedBounds(TypeKind::kString, sixty, sixty),
            Json({sixty.substr(0, 32), sixty.substr(0, 32) + "\xF4\x8F\xBF\xBF"}));
}

TEST(PatchStatistics, SaysNothingWhereTheFileSaidNothingThatCanBeTrue) {
  const Json none({nullptr, nullptr});
  EXPECT_EQ(PatchedBounds(TypeKind::kLong, "1", "2"), none);
  EXPECT_EQ(PatchedBounds(TypeKind::kLong, 1.5, 2), none);
  EXPECT_EQ(PatchedBounds(TypeKind::kLong, 7, -3), none);
  EXPECT_EQ(PatchedBounds(TypeKind::kString, 5, "z"), none);
  EXPECT_EQ(PatchedBounds(TypeKind::kString, std::string("a\0b", 3), "z"), none);
  EXPECT_EQ(PatchedBounds(TypeKind::kTimestamp, "yesterday", "today"), none);
  EXPECT_EQ(PatchedBounds(TypeKind::kDouble, 1.0, 1.0), none);
  EXPECT_EQ(PatchedBounds(Type::Array(TypeKind::kLong, true), 1, 2), none);
  EXPECT_EQ(PatchedBounds(Type::Struct({{"a", TypeKind::kLong, true, "{}"}}), Json{{"a", 1}},
                          Json{{"a", 2}}),
            none);
}

TEST(PatchStatistics, KeepsANumberOfNullsThatCanBeTrue) {
  const auto nulls = [](const Json& count) {
    return Patched(TypeKind::kLong,
                   Json{{"numRecords", 2}, {"nullCount", {{"kept", count}}}}.dump())["nullCount"]
        .value("kept", Json());
  };
  EXPECT_EQ(nulls(2), 2);
  EXPECT_EQ(nulls(-3), nullptr);
  EXPECT_EQ(nulls(3), nullptr);
  EXPECT_EQ(nulls(1.0), nullptr);
  EXPECT_EQ(nulls("0"), nullptr);
}

TEST(PatchStatistics, HasNoneWhereTheFilesDoNotSayHowManyRowsItHas) {
  for (const char* stats : {"", "[]", "{}", R"({"numRecords":3})", R"({"numRecords":2.0})",
                            R"({"numRecords":"2"})", R"({"numRecords":-2})"}) {
    EXPECT_EQ(Patched(TypeKind::kLong, stats), Json()) << stats;
  }
}

}  // namespace
}  // namespace ursa::delta
