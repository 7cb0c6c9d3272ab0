#include "cli/table.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/text.h"

namespace ursa::cli {
namespace {

TEST(ShowValue, ShowsEachTypeAsPeopleReadIt) {
  EXPECT_EQ(ShowValue(nullptr), "-");
  EXPECT_EQ(ShowValue("text"), "text");
  EXPECT_EQ(ShowValue(12), "12");
  EXPECT_EQ(ShowValue(1.5), "1.5");
  EXPECT_EQ(ShowValue(true), "true");
  EXPECT_EQ(ShowValue(Json::array()), "-");
  EXPECT_EQ(ShowValue(Json::array({"a", 1})), "a, 1");
  EXPECT_EQ(ShowValue(Json::object({{"a", 1}})), R"({"a":1})");
}

TEST(NumberColumn, ShowsThousandsAndDecimals) {
  const Column column = NumberColumn("delta", "delta_s", 1);
  EXPECT_EQ(column.cell({{"delta_s", 12345.67}}), "12,345.7");
  EXPECT_EQ(column.cell({{"delta_s", -0.04}}), "-0.0");
  EXPECT_EQ(column.cell({{"delta_s", -1234}}), "-1,234.0");
  EXPECT_EQ(column.cell({{"delta_s", 1e300}}).substr(0, 3), "100");
  EXPECT_EQ(column.cell({{"delta_s", nullptr}}), "-");
  EXPECT_EQ(column.cell(Json::object()), "-");
}

TEST(BytesColumn, ShowsDecimalUnits) {
  const Column column = BytesColumn("size", "bytes");
  EXPECT_EQ(column.cell({{"bytes", 1'500'000}}), "1.5 MB");
  EXPECT_EQ(column.cell({{"bytes", nullptr}}), "-");
  EXPECT_EQ(column.cell({{"bytes", -3}}), "-3");
}

TEST(ProblemsColumn, ShowsEachCodeOnce) {
  const Json row = {{"problems", Json::array({{{"code", "bad_wav"}, {"key", "a"}},
                                              {{"code", "no_anchor"}, {"key", "b"}},
                                              {{"code", "bad_wav"}, {"key", "c"}}})}};
  EXPECT_EQ(ProblemsColumn().cell(row), "bad_wav, no_anchor");
  EXPECT_EQ(ProblemsColumn().cell({{"problems", Json::array()}}), "-");
  EXPECT_EQ(ProblemsColumn().cell(Json::object()), "-");
}

TEST(RenderTable, AlignsColumnsByTheirWidthOnATerminal) {
  const std::vector<Json> rows = {{{"name", "漢字"}, {"n", 5}}, {{"name", "ab"}, {"n", 12345}}};
  const auto lines = RenderTable({TextColumn("name", "name"), NumberColumn("n", "n", 0)}, rows, {});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "name       n");
  EXPECT_EQ(lines[1], "漢字       5");
  EXPECT_EQ(lines[2], "ab    12,345");
}

// commands.md, "Output": names from outside cannot forge a line.
TEST(RenderTable, EscapesEveryCell) {
  const std::vector<Json> rows = {{{"name", "a\nforged\u202E\x1b[2J"}}};
  const auto lines = RenderTable({TextColumn("name", "name")}, rows, {});
  EXPECT_EQ(lines[1], "a\\nforged\\u{202E}\\u{1B}[2J");
}

TEST(RenderTable, ElidesTheWidestTextOnANarrowTerminal) {
  const std::vector<Json> rows = {
      {{"id", "rec_20260507_143022_a1b2"}, {"action", "update"}, {"n", 1234567}}};
  const std::vector<Column> columns = {TextColumn("id", "id"), TextColumn("action", "action"),
                                       NumberColumn("n", "n", 0)};
  const auto lines = RenderTable(columns, rows, 32);
  EXPECT_EQ(lines[1], "rec_20…2_a1b2  update  1,234,567");
  for (const std::string& line : lines) {
    EXPECT_LE(DisplayWidth(line), 32U) << line;
  }
}

TEST(RenderTable, NeverElidesANumber) {
  const std::vector<Json> rows = {{{"n", 1234567890}}};
  const auto lines = RenderTable({NumberColumn("n", "n", 0)}, rows, 5);
  EXPECT_EQ(lines[1], "1,234,567,890");
}

TEST(RenderTable, LeavesCellsWholeWhereThereIsNoTerminal) {
  const std::string name(500, 'x');
  const auto lines = RenderTable({TextColumn("name", "name")}, {{{"name", name}}}, {});
  EXPECT_EQ(lines[1], name);
}

TEST(ElideMiddle, KeepsBothEnds) {
  EXPECT_EQ(ElideMiddle("abcdefghij", 5), "ab…ij");
  EXPECT_EQ(ElideMiddle("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(ElideMiddle("abcdefghij", 1), "…");
  EXPECT_EQ(ElideMiddle("abcdefghij", 0), "");
}

TEST(ElideMiddle, NeverTearsACombiningMarkFromItsLetter) {
  EXPECT_EQ(ElideMiddle("abcdefge\u0301", 3), "a…e\u0301");
  EXPECT_EQ(ElideMiddle("abcdee\u0301z", 3), "a…z");
}

TEST(ElideMiddle, FitsWhateverTheTextIs) {
  EXPECT_TRUE(rc::check("elided text fits", [](const std::string& text) {
    const auto columns = *rc::gen::inRange<size_t>(0, 40);
    const std::string escaped = EscapeForDisplay(text);
    const std::string elided = ElideMiddle(escaped, columns);
    RC_ASSERT(DisplayWidth(elided) <= columns);
    RC_ASSERT(IsValidUtf8(elided));
  }));
}

}  // namespace
}  // namespace ursa::cli
