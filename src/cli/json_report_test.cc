#include "cli/json_report.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

class JsonReportTest : public testing::Test {
 protected:
  StringOutput output_;
  FakeClock clock_;
  Log log_;
  JsonReport report_{"fix-durations-inplace", output_, clock_, log_};
};

TEST_F(JsonReportTest, BeginsWithTheRunInTheOrderOfThePage) {
  report_.Begin({"local", "local:///data/assets/ursa/catalog", Environment::kStaging, 12, 1204});
  EXPECT_EQ(output_.text, R"({"record":"run","record_version":1,"command":"fix-durations-inplace",)"
                          R"("profile":"local","catalog":"local:///data/assets/ursa/catalog",)"
                          R"("environment":"staging","table_version":12,"rows":1204})"
                          "\n");
}

TEST_F(JsonReportTest, WritesNullForWhatIsNotThereYet) {
  report_.Begin({"local", "uri", Environment::kProduction, std::nullopt, std::nullopt});
  EXPECT_NE(output_.text.find(R"("environment":"production","table_version":null,"rows":null})"),
            std::string::npos);
}

TEST_F(JsonReportTest, WritesRowsAsTheyComeWithTheirKeysInOrder) {
  report_.Row({{{"recording_id", "rec_1"}, {"action", "update"}, {"delta_s", nullptr}}});
  EXPECT_EQ(output_.text, R"({"record":"row","record_version":1,"command":"fix-durations-inplace",)"
                          R"("recording_id":"rec_1","action":"update","delta_s":null})"
                          "\n");
}

TEST_F(JsonReportTest, WritesTheTextOfARowAsItIs) {
  report_.TextRow("update",
                  [](std::string& text) { text += R"("action":"update","delta_s":1.5)"; });
  EXPECT_EQ(output_.text, R"({"record":"row","record_version":1,"command":"fix-durations-inplace",)"
                          R"("action":"update","delta_s":1.5})"
                          "\n");
}

TEST_F(JsonReportTest, WritesRowsThatPeopleDoNotSee) {
  report_.Row({.values = {{"action", "unchanged"}}, .shown = false});
  EXPECT_NE(output_.text.find(R"("action":"unchanged")"), std::string::npos);
}

TEST_F(JsonReportTest, PassesOverWhatIsForPeopleOnly) {
  report_.Record({.kind = "", .values = {}, .text = "Repair it: ..."});
  EXPECT_EQ(output_.text, "");
}

TEST_F(JsonReportTest, WritesOtherRecordsUnderTheirOwnName) {
  report_.Record({.kind = "verify", .values = {{"when", "before"}}, .text = "VERIFY-BEFORE"});
  EXPECT_EQ(output_.text,
            R"({"record":"verify","record_version":1,"command":"fix-durations-inplace",)"
            R"("when":"before"})"
            "\n");
}

TEST_F(JsonReportTest, EndsWithTheSummaryEvenIfThereIsNothingToReport) {
  report_.End({});
  EXPECT_EQ(output_.text,
            R"({"record":"summary","record_version":1,"command":"fix-durations-inplace"})"
            "\n");
}

TEST_F(JsonReportTest, KeepsTheSummaryUntilTheEnd) {
  report_.Summary({{"examined", 3}});
  EXPECT_EQ(output_.text, "");
  report_.Row({{{"action", "update"}}});
  report_.End({});
  EXPECT_TRUE(output_.text.ends_with(R"("command":"fix-durations-inplace","examined":3})"
                                     "\n"));
}

TEST_F(JsonReportTest, NamesTheRuleOfARefusalInTheSummary) {
  report_.Summary({{"examined", 3}});
  report_.End(Refuse("max_changes", "4 changes, and --max-changes is 3"));
  EXPECT_TRUE(output_.text.ends_with(
      R"("examined":3,"refused":"max_changes","message":"4 changes, and --max-changes is 3"})"
      "\n"));
}

TEST_F(JsonReportTest, NamesTheErrorOfAFailureInTheSummary) {
  report_.End(Propagate({ErrorCode::kDenied, "permission denied", {}, {}}, "reading x"));
  EXPECT_TRUE(output_.text.ends_with(
      R"("error":{"code":"denied","message":"reading x: permission denied"}})"
      "\n"));
}

TEST_F(JsonReportTest, SaysNothingOfTheCommandThatCommits) {
  report_.OfferCommit("ursa --commit");
  report_.End({});
  EXPECT_EQ(output_.text.find("commit"), std::string::npos);
}

TEST_F(JsonReportTest, IsValidUtf8WhateverTheNamesAre) {
  report_.Row({{{"raw_name", "Ma\xFFya\xC3"}}});
  EXPECT_TRUE(IsValidUtf8(output_.text));
  EXPECT_NE(output_.text.find("Ma\uFFFDya\uFFFD"), std::string::npos);
}

TEST_F(JsonReportTest, KeepsItsOwnNamesWhateverARowHas) {
  report_.Row({{{"command", "forged"}, {"record", "summary"}}});
  EXPECT_EQ(output_.text, R"({"record":"row","record_version":1,"command":"fix-durations-inplace"})"
                          "\n");
}

TEST_F(JsonReportTest, FlushesWhatWasToldAtLeastOnceASecond) {
  report_.Row({{{"action", "update"}}});
  EXPECT_EQ(output_.flushes, 0);
  clock_.Move(std::chrono::seconds(1));
  report_.Row({{{"action", "update"}}});
  EXPECT_EQ(output_.flushes, 1);
}

TEST(JsonReport, WritesNullWhereNoCommandWasRecognised) {
  StringOutput output;
  FakeClock clock;
  Log log;
  JsonReport report("", output, clock, log);
  report.End(Fail(ErrorCode::kUsage, "unknown command"));
  EXPECT_TRUE(output.text.starts_with(R"({"record":"summary","record_version":1,"command":null,)"));
}

}  // namespace
}  // namespace ursa::cli
