#include "cli/text_report.h"

#include <gtest/gtest.h>

#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

std::vector<Column> TwoColumns() {
  return {TextColumn("recording", "recording_id"), TextColumn("action", "action")};
}

ReportRow RowOf(const std::string& id, const std::string& action) {
  return {.values = {{"recording_id", id}, {"action", action}}};
}

const RunInfo kRun = {"local", "local:///data/assets/ursa/catalog", Environment::kStaging, 12,
                      1204};

class TextReportTest : public testing::Test {
 protected:
  StringOutput output_;
  Log log_;
  TextReport report_{TwoColumns(), {.top = 2}, output_, log_};
};

// commands.md, "Output": the first line says profile, catalog URI, staging or production, table
// version and row count.
TEST_F(TextReportTest, SaysFirstAndAtOnceWhatItIsAbout) {
  report_.Begin(kRun);
  EXPECT_EQ(output_.text,
            "profile local, catalog local:///data/assets/ursa/catalog, staging, table version 12, "
            "1,204 rows\n");
  EXPECT_EQ(output_.flushes, 1);
}

TEST_F(TextReportTest, SaysWhereThereIsNoTableYet) {
  report_.Begin({"lab", "uri", Environment::kProduction, std::nullopt, std::nullopt});
  EXPECT_EQ(output_.text, "profile lab, catalog uri, production, no table yet, no rows\n");
}

TEST_F(TextReportTest, ShowsTheWholeOfARun) {
  report_.Begin(kRun);
  report_.Record({.kind = "verify",
                  .values = {},
                  .text = "VERIFY-BEFORE recordings=1",
                  .place = ReportRecord::Place::kBeforeRows});
  report_.Record({.kind = "verify",
                  .values = {},
                  .text = "VERIFY recordings=2",
                  .place = ReportRecord::Place::kAfterSummary});
  report_.Record({.kind = "collision", .values = {}, .text = "collision: Maya, Máya"});
  report_.Row(RowOf("rec_1", "update"));
  report_.Row(RowOf("rec_2", "flag"));
  report_.Summary({{"examined", 2},
                   {"would_refuse", {"production", "max_changes"}},
                   {"run_id", nullptr},
                   {"problems", Json::array()}});
  report_.OfferCommit("ursa fix-durations-inplace --commit");
  report_.End({});
  EXPECT_EQ(output_.text,
            "profile local, catalog local:///data/assets/ursa/catalog, staging, table version 12, "
            "1,204 rows\n"
            "VERIFY-BEFORE recordings=1\n"
            "\n"
            "recording  action\n"
            "rec_1      update\n"
            "rec_2      flag\n"
            "\n"
            "collision: Maya, Máya\n"
            "\n"
            "examined=2 would_refuse=production,max_changes run_id=- problems=-\n"
            "\n"
            "VERIFY recordings=2\n"
            "\n"
            "Nothing was written. To commit:\n"
            "  ursa fix-durations-inplace --commit\n");
}

TEST_F(TextReportTest, CountsTheRowsBeyondTheTop) {
  for (int i = 0; i < 1206; ++i) {
    report_.Row(RowOf("rec_" + std::to_string(i), "update"));
  }
  report_.End({});
  EXPECT_EQ(output_.text,
            "recording  action\nrec_0      update\nrec_1      update\nand 1,204 more\n");
}

TEST_F(TextReportTest, DoesNotShowUnchangedRowsNorCountThem) {
  report_.Row(RowOf("rec_1", "update"));
  for (int i = 0; i < 5; ++i) {
    report_.Row({.values = {{"action", "unchanged"}}, .shown = false});
  }
  report_.End({});
  EXPECT_EQ(output_.text, "recording  action\nrec_1      update\n");
}

TEST_F(TextReportTest, MakesOnlyTheValuesThatAreShown) {
  int made = 0;
  const auto make = [&] {
    ++made;
    return RowOf("rec_1", "update").values;
  };
  report_.Row("unchanged", false, false, make);
  EXPECT_EQ(made, 0);
  for (int i = 0; i < 5; ++i) {
    report_.Row("update", true, false, make);
  }
  EXPECT_EQ(made, 2);
  EXPECT_FALSE(report_.NeedsPerson());
  report_.Row("read_failed", true, false, make);
  EXPECT_TRUE(report_.NeedsPerson());
  report_.End({});
  EXPECT_NE(output_.text.find("and 4 more"), std::string::npos) << output_.text;
}

TEST_F(TextReportTest, EscapesWhatComesFromOutside) {
  report_.Begin({"a\nb", "uri", Environment::kStaging, 1, 1});
  report_.Row(RowOf("rec\u202E_1", "upda\nte"));
  report_.Record({.kind = "collision", .values = {}, .text = "names x\x1b[31m"});
  report_.Summary({{"snapshot", "a\nb c"}});
  report_.End({});
  EXPECT_EQ(output_.text,
            "profile a\\nb, catalog uri, staging, table version 1, 1 row\n\n"
            "recording      action\nrec\\u{202E}_1  upda\\nte\n\n"
            "names x\\u{1B}[31m\n\n"
            "snapshot=\"a\\nb c\"\n");
}

// A command line is quoted for the shell, which makes it safe to show: escaped again it would not
// be the same to a shell.
TEST_F(TextReportTest, ShowsACommandLineBehindATextAsItIs) {
  const std::string line = "ursa --config 'it'\\''s'";
  report_.Record({.kind = "", .values = {}, .text = "Repair\nit: ", .command_line = line});
  report_.Note("Or\nthis: ", line);
  report_.End({});
  EXPECT_EQ(output_.text, "Repair\\nit: " + line + "\n\nOr\\nthis: " + line + "\n");
}

TEST_F(TextReportTest, NamesTheRuleOfARefusalAndOffersNoCommit) {
  report_.OfferCommit("ursa --commit");
  report_.Summary({{"examined", 2}});
  report_.End(Refuse("production", "the catalog is production"));
  EXPECT_EQ(output_.text, "examined=2 refused=production\n");
}

TEST_F(TextReportTest, IsSilentWhereNothingWasTold) {
  report_.End(Fail(ErrorCode::kUnavailable, "unreachable"));
  EXPECT_EQ(output_.text, "");
}

TEST_F(TextReportTest, TakesColumnsThatOnlyTheRunKnows) {
  report_.UseColumns({TextColumn("act", "action")});
  report_.Row(RowOf("rec_1", "update"));
  report_.End({});
  EXPECT_EQ(output_.text, "act\nupdate\n");
}

TEST(TextReport, ShowsOnlyACountAtTopZero) {
  StringOutput output;
  Log log;
  TextReport report(TwoColumns(), {.top = 0}, output, log);
  report.Row(RowOf("rec_1", "update"));
  report.End({});
  EXPECT_EQ(output.text, "1 row\n");
}

TEST(TextReport, MarksProductionAndRowsThatNeedAPersonWhereItIsColored) {
  StringOutput output;
  Log log;
  TextReport report(TwoColumns(), {.colored = true}, output, log);
  report.Begin({"lab", "uri", Environment::kProduction, 1, 1});
  report.Row(RowOf("rec_1", "read_failed"));
  report.Row(RowOf("rec_2", "update"));
  report.End({});
  EXPECT_TRUE(output.text.starts_with("\x1b[1;31mprofile lab")) << output.text;
  EXPECT_NE(output.text.find("\x1b[1;31mrec_1      read_failed\x1b[0m\n"), std::string::npos);
  EXPECT_NE(output.text.find("\nrec_2      update\n"), std::string::npos);
}

TEST(TextReport, ElidesLongCellsOnATerminalOnly) {
  Log log;
  const std::string id(100, 'x');
  for (const bool terminal : {false, true}) {
    StringOutput output;
    TextSettings settings;
    if (terminal) {
      settings.terminal_columns = 40;
    }
    TextReport report(TwoColumns(), settings, output, log);
    report.Row(RowOf(id, "update"));
    report.End({});
    EXPECT_EQ(output.text.find(id) == std::string::npos, terminal);
  }
}

TEST(SummaryLine, QuotesValuesThatWouldReadAsSeveral) {
  EXPECT_EQ(SummaryLine({{"a", "x y=\"1\""}, {"b", false}, {"c", 1.5}}),
            "a=\"x y=\"\"1\"\"\" b=false c=1.5");
}

TEST(ErrorLine, SaysWhatKindOfEndItIs) {
  EXPECT_EQ(ErrorLine({ErrorCode::kDenied, "no access", {"reading x"}, {}}),
            "error: reading x: no access");
  EXPECT_EQ(ErrorLine({ErrorCode::kRefused, "too many", {}, "max_changes"}),
            "refused (max_changes): too many");
  EXPECT_EQ(ErrorLine({ErrorCode::kInterrupted, "stopped while hashing", {}, {}}),
            "interrupted: stopped while hashing; it is safe to run this again");
}

// commands.md, "Exit codes": 1 where something needs a person.
TEST(Report, NeedsAPersonByTheActionOrTheReasonOfARow) {
  for (const char* key : {"action", "reason"}) {
    StringOutput output;
    Log log;
    TextReport report(TwoColumns(), {}, output, log);
    report.Row({.values = {{key, "update"}}});
    EXPECT_FALSE(report.NeedsPerson());
    report.Row({.values = {{key, "stale_lock"}}, .shown = false});
    EXPECT_TRUE(report.NeedsPerson()) << key;
  }
}

TEST(Report, NeedsAPersonWhereTheCommandSaysSo) {
  StringOutput output;
  Log log;
  TextReport by_row(TwoColumns(), {}, output, log);
  by_row.Row({.values = {{"action", "lost"}}, .needs_person = true});
  EXPECT_TRUE(by_row.NeedsPerson());
  TextReport by_record(TwoColumns(), {}, output, log);
  by_record.Record({.kind = "collision", .values = {}, .text = "", .needs_person = true});
  EXPECT_TRUE(by_record.NeedsPerson());
  TextReport by_word(TwoColumns(), {}, output, log);
  by_word.SetNeedsPerson();
  EXPECT_TRUE(by_word.NeedsPerson());
}

TEST(Report, LogsWhatItTells) {
  const TemporaryDirectory directory;
  FakeClock clock;
  Result<Log> log = Log::Open(directory.path / "run.log", clock);
  ASSERT_TRUE(log.has_value());
  StringOutput output;
  TextReport report(TwoColumns(), {}, output, *log);
  report.Begin(kRun);
  report.Record({.kind = "verify", .values = {}, .text = "VERIFY recordings=2"});
  report.Summary({{"examined", 2}});
  report.End(Fail(ErrorCode::kConflict, "overtaken"));
  const std::string text = ReadFile(directory.path / "run.log");
  for (const char* part :
       {"profile local, catalog", "VERIFY recordings=2", "examined=2", "error: overtaken"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace ursa::cli
