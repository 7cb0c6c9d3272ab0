#include "raw/worker_report.h"

#include <gtest/gtest.h>

#include <string>

#include "raw/testing_files.h"

namespace ursa::raw {
namespace {

std::string StoppedAt(std::string_view report) { return Told(ReadStoppedAt(report)); }

TEST(WorkerReport, SaysWhenTheProcessEnded) {
  EXPECT_EQ(
      StoppedAt(R"({"worker":"eeg_0","stopped_at_utc":"2026-05-07T14:30:22.5Z","more":[{}]})"),
      "1778164222500000000");
}

TEST(WorkerReport, ATimeWithoutAnOffsetIsUtc) {
  EXPECT_EQ(StoppedAt(R"({"stopped_at_utc":"2026-05-07 14:30:22"})"), "1778164222000000000");
  EXPECT_EQ(StoppedAt(R"({"stopped_at_utc":"2026-05-07T16:30:22+02:00"})"), "1778164222000000000");
}

TEST(WorkerReport, MayStartWithAByteOrderMark) {
  EXPECT_EQ(StoppedAt("\xEF\xBB\xBF{\"stopped_at_utc\":\"2026-05-07T14:30:22Z\"}"),
            "1778164222000000000");
}

TEST(WorkerReport, WithoutAUsableTimeIsUnparseable) {
  for (const char* report :
       {"", "{}", "[]", "null", "{", R"({"stopped_at_utc":null})", R"({"stopped_at_utc":""})",
        R"({"stopped_at_utc":1778164222})", R"({"stopped_at_utc":"yesterday"})",
        R"({"stopped_at_utc":["2026-05-07T14:30:22Z"]})",
        R"({"inner":{"stopped_at_utc":"2026-05-07T14:30:22Z"}})",
        R"(["stopped_at_utc","2026-05-07T14:30:22Z"])",
        R"({"stopped_at_utc":"2026-05-07T14:30:22Z"} trailing)",
        "{\"stopped_at_utc\":\"2026-05-07T14:30:22Z\xFF\"}"}) {
    EXPECT_EQ(StoppedAt(report), "unparseable") << report;
  }
}

TEST(WorkerReport, ATimeOutsideOfTheBoundsIsImplausible) {
  EXPECT_EQ(StoppedAt(R"({"stopped_at_utc":"1970-01-01T00:00:00Z"})"), "implausible_time");
  EXPECT_EQ(StoppedAt(R"({"stopped_at_utc":"1999-12-31T23:59:59.999999999Z"})"),
            "implausible_time");
  EXPECT_EQ(StoppedAt(R"({"stopped_at_utc":"2000-01-01T00:00:00Z"})"), "946684800000000000");
  EXPECT_EQ(StoppedAt(R"({"stopped_at_utc":"2100-01-01T00:00:00Z"})"), "implausible_time");
}

TEST(WorkerReport, OfManyLevelsIsReadWithoutThem) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(StoppedAt(R"({"deep":)" + deep + std::string(deep.size(), ']') +
                      R"(,"stopped_at_utc":"2026-05-07T14:30:22Z"})"),
            "1778164222000000000");
  EXPECT_EQ(StoppedAt(deep), "unparseable");
}

TEST(WorkerReport, CutAtEveryByteIsUnparseable) {
  const std::string report = R"({"a":[1,{"b":null}],"stopped_at_utc":"2026-05-07T14:30:22Z"})";
  for (size_t size = 0; size < report.size(); ++size) {
    EXPECT_EQ(StoppedAt(report.substr(0, size)), "unparseable") << size;
  }
}

}  // namespace
}  // namespace ursa::raw
