#include "raw/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "raw/testing_files.h"

namespace ursa::raw {
namespace {

constexpr std::string_view kTime = "1778164222000000000";
constexpr std::string_view kLater = "1778164223000000000";

CsvWindow Whole(std::string_view bytes) { return {bytes, 0, bytes.size()}; }

// The last time of a file of which everything may be read.
std::string LastTimeOf(std::string_view bytes, const CsvFormat& format) {
  return Told(ReadCsvHeader(Whole(bytes), format).and_then([&](const CsvHeader& header) {
    return ReadLastCsvTime(Whole(bytes), header);
  }));
}

std::string FrameTime(std::string_view bytes) { return LastTimeOf(bytes, kFrameCsvFormat); }
std::string WatchTime(std::string_view bytes) { return LastTimeOf(bytes, kWatchCsvFormat); }
std::string EnvironmentTime(std::string_view bytes) {
  return LastTimeOf(bytes, kEnvironmentCsvFormat);
}

TEST(FrameCsv, TakesTheColumnEpochNsOfTheLastRow) {
  EXPECT_EQ(FrameTime("frame,pts_ns,wall_clock,epoch_ns\n"
                      "0,0,x,1778164222000000000\n"
                      "1,33,y,1778164223000000000\n"),
            kLater);
}

TEST(FrameCsv, FindsItsColumnsByNameInAnyOrder) {
  EXPECT_EQ(FrameTime("epoch_ns,frame\n1778164223000000000,1\n"), kLater);
  EXPECT_EQ(FrameTime("frame,epoch_ns,wall_clock\n1,1778164223000000000,9\n"), kLater);
}

TEST(FrameCsv, ATimeIsInTheUnitOfItsMagnitudeWhateverItsHeading) {
  EXPECT_EQ(FrameTime("epoch_ns\n1778164223.000000001\n"), "1778164223000000001");
  EXPECT_EQ(FrameTime("epoch_ns\n1.778164223e12\n"), kLater);
}

TEST(FrameCsv, WithoutTheColumnIsNoColumn) {
  EXPECT_EQ(FrameTime("frame,pts_ns\n0,1778164223000000000\n"), "no_column");
  EXPECT_EQ(FrameTime("1778164222000000000\n1778164223000000000\n"), "no_column");
}

TEST(Csv, HeadingsAreMatchedToTheLetter) {
  for (const char* heading : {"Epoch_ns", " epoch_ns", "epoch_ns ", "epoch_ns\t", "epoch_n"}) {
    EXPECT_EQ(FrameTime(std::string(heading) + "\n1778164223000000000\n"), "no_column") << heading;
  }
}

TEST(Csv, OfTwoColumnsOfOneNameTheFirstCounts) {
  EXPECT_EQ(FrameTime("epoch_ns,epoch_ns\n1778164223000000000,5\n"), kLater);
}

TEST(WatchCsv, TakesTheFirstColumnWhateverItsHeading) {
  EXPECT_EQ(WatchTime("anything,epoch_ns\n1778164223000000000,5\n"), kLater);
  EXPECT_EQ(WatchTime("\"\",x\n1778164223000000000,5\n"), kLater);
}

TEST(WatchCsv, MayLackAHeader) {
  EXPECT_EQ(WatchTime("1778164222000000000,1\n1778164223000000000,2\n"), kLater);
  EXPECT_EQ(WatchTime("1778164223000000000,1\n"), kLater);
  EXPECT_EQ(WatchTime("\"1778164223000000000\",1\n"), kLater);
}

TEST(WatchCsv, AFirstLineThatStartsWithNoPlausibleTimeIsItsHeader) {
  EXPECT_EQ(WatchTime("5,1\n1778164223000000000,2\n"), kLater);
  EXPECT_EQ(WatchTime("5,1\n"), "no_whole_row");
}

TEST(EnvironmentCsv, TakesEpochNsElseTimestampNsElseTimestampElseTheFirstColumn) {
  EXPECT_EQ(EnvironmentTime("timestamp,timestamp_ns,epoch_ns\n1,2,1778164223000000000\n"), kLater);
  EXPECT_EQ(EnvironmentTime("a,timestamp,timestamp_ns\n1,2,1778164223000000000\n"), kLater);
  EXPECT_EQ(EnvironmentTime("a,timestamp\n1,1778164223\n"), kLater);
  EXPECT_EQ(EnvironmentTime("when,lux\n1778164223,4\n"), kLater);
}

TEST(EnvironmentCsv, WithoutAHeaderItsFirstColumnCounts) {
  EXPECT_EQ(EnvironmentTime("1778164222,4\n1778164223,4\n"), kLater);
}

TEST(Csv, LinesMayEndInCarriageReturnAndLineFeed) {
  EXPECT_EQ(FrameTime("frame,epoch_ns\r\n0,1778164222000000000\r\n1,1778164223000000000\r\n"),
            kLater);
  EXPECT_EQ(WatchTime("1778164223000000000\r\n"), kLater);
}

TEST(Csv, OneCarriageReturnEndsALineAndAnotherIsText) {
  EXPECT_EQ(FrameTime("epoch_ns\n1778164223000000000\r\r\n"), "unparseable");
}

TEST(Csv, AByteOrderMarkIsPassedOver) {
  EXPECT_EQ(FrameTime("\xEF\xBB\xBF"
                      "epoch_ns\n1778164223000000000\n"),
            kLater);
  EXPECT_EQ(WatchTime("\xEF\xBB\xBF"
                      "1778164223000000000\n"),
            kLater);
  EXPECT_EQ(WatchTime("\xEF\xBB\xBF"), "no_header");
}

TEST(Csv, FieldsMayBeQuoted) {
  EXPECT_EQ(FrameTime("\"frame\",\"epoch_ns\"\n\"1\",\"1778164223000000000\"\n"), kLater);
  EXPECT_EQ(FrameTime("note,epoch_ns\n\"a, \"\"b\"\", c\",1778164223000000000\n"), kLater);
  EXPECT_EQ(FrameTime("note,epoch_ns\n\"\"\"\",1778164223000000000\n"), kLater);
  EXPECT_EQ(FrameTime("note,epoch_ns\n\"\",1778164223000000000\n"), kLater);
}

TEST(Csv, ALineWhoseQuotesDoNotCloseIsNoRow) {
  EXPECT_EQ(FrameTime("note,epoch_ns\nx,1778164222000000000\n\"x,1778164223000000000\n"), kTime);
  EXPECT_EQ(FrameTime("note,epoch_ns\nx,1778164222000000000\n\"x\"y,1778164223000000000\n"), kTime);
  EXPECT_EQ(FrameTime("\"epoch_ns\n1778164223000000000\n"), "no_header");
}

TEST(Csv, AQuoteInsideAPlainFieldIsText) {
  EXPECT_EQ(FrameTime("note,epoch_ns\n5\" screen,1778164223000000000\n"), kLater);
}

TEST(Csv, BlankLinesMeanNothing) {
  EXPECT_EQ(FrameTime("\n\r\n \t\nepoch_ns\n\n1778164223000000000\n\n\r\n"), kLater);
  EXPECT_EQ(WatchTime("\n\n1778164222000000000\n\n1778164223000000000\n\n\n"), kLater);
}

TEST(Csv, ARowIsWholeWhenItsLineEndsInANewline) {
  EXPECT_EQ(FrameTime("frame,epoch_ns\n0,1778164222000000000\n1,1778164223000000000"), kTime);
  EXPECT_EQ(FrameTime("frame,epoch_ns\n0,1778164222000000000\n1,17781"), kTime);
  EXPECT_EQ(FrameTime("frame,epoch_ns\n0,1778164222000000000"), "no_whole_row");
  EXPECT_EQ(WatchTime("1778164222000000000"), "no_whole_row");
}

TEST(Csv, ARowIsWholeWhenItHasAsManyFieldsAsTheHeader) {
  EXPECT_EQ(FrameTime("epoch_ns,x\n1778164222000000000,1\n1778164223000000000\n"), kTime);
  EXPECT_EQ(FrameTime("epoch_ns,x\n1778164222000000000,1\n1778164223000000000,1,2\n"), kTime);
  EXPECT_EQ(FrameTime("epoch_ns,x\n1778164222000000000,1\n1778164223000000000,1,\n"), kTime);
  EXPECT_EQ(FrameTime("epoch_ns,x\n1778164223000000000,\n"), kLater);
  EXPECT_EQ(FrameTime("epoch_ns,\n1778164223000000000,\n"), kLater);
  EXPECT_EQ(WatchTime("1778164222000000000,1\n1778164223000000000\n"), kTime);
}

TEST(Csv, WithoutAWholeRowIsNoWholeRow) {
  EXPECT_EQ(FrameTime("frame,epoch_ns\n"), "no_whole_row");
  EXPECT_EQ(FrameTime("frame,epoch_ns"), "no_whole_row");
  EXPECT_EQ(FrameTime("frame,epoch_ns\n1\n2\n"), "no_whole_row");
}

TEST(Csv, FieldsAreNotTrimmed) {
  for (const char* field : {" 1778164223", "1778164223 ", "\t1778164223", "\"1778164223 \"",
                            "\" 1778164223\"", "'1778164223'"}) {
    EXPECT_EQ(FrameTime("x,epoch_ns\n0," + std::string(field) + "\n"), "unparseable") << field;
  }
}

TEST(Csv, TheLastWholeRowCountsAndNoneBeforeIt) {
  EXPECT_EQ(FrameTime("epoch_ns\n1778164222000000000\nnoise\n"), "unparseable");
  EXPECT_EQ(FrameTime("epoch_ns\n1778164222000000000\n5\n"), "implausible_time");
  EXPECT_EQ(FrameTime("epoch_ns,x\n1778164222000000000,1\n,1\n"), "unparseable");
  EXPECT_EQ(FrameTime("epoch_ns\n1778164223000000000\n1778164222000000000\n"), kTime);
}

TEST(Csv, OfNoBytesIsEmpty) { EXPECT_EQ(FrameTime(""), "empty"); }

TEST(Csv, OfOnlyBlankLinesIsNoHeader) {
  EXPECT_EQ(FrameTime("\n"), "no_header");
  EXPECT_EQ(WatchTime("\r\n \n\n"), "no_header");
}

TEST(Csv, AHeaderThatIsCutShortStillCounts) {
  EXPECT_EQ(FrameTime("frame,epoch"), "no_column");
  EXPECT_EQ(FrameTime("frame,pts_ns,wall_clock,epoch_ns"), "no_whole_row");
}

TEST(Csv, AHeaderThatDoesNotEndInTheWindowIsLineTooLong) {
  const std::string head(kCsvWindowBytes, 'x');
  const auto header = ReadCsvHeader({head, 0, kCsvWindowBytes + 10}, kFrameCsvFormat);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().code, ProblemCode::kLineTooLong);
}

// A tail of `bytes`, of a file whose rows start long before it.
std::string TailTime(std::string_view bytes, size_t fields) {
  return Told(ReadLastCsvTime({bytes, 1'000, 1'000 + bytes.size()}, {fields, 0, 10}));
}

TEST(CsvTail, ALineWhoseStartIsNotSeenIsNoRow) {
  EXPECT_EQ(TailTime("778164222000000000\n1778164223000000000\n", 1), kLater);
  EXPECT_EQ(TailTime("1778164222000000000,1\n1778164223\n", 2), "no_whole_row");
  EXPECT_EQ(TailTime("\n1778164223000000000\n", 1), kLater);
}

TEST(CsvTail, WithoutAStartOfALineIsLineTooLong) {
  EXPECT_EQ(TailTime("1778164223000000000\n", 1), "line_too_long");
  EXPECT_EQ(TailTime("1778164223000000000", 1), "line_too_long");
}

TEST(CsvTail, TheHeaderIsNoRowWhereItLiesInTheWindow) {
  const std::string bytes = "1778164221,1778164221\n1778164222\n";
  EXPECT_EQ(Told(ReadLastCsvTime({bytes, 0, bytes.size()}, {2, 0, 22})), "no_whole_row");
}

TEST(CsvTail, RowsThatStartExactlyWithTheWindowAreSeen) {
  const std::string bytes = "1778164223000000000\n";
  EXPECT_EQ(Told(ReadLastCsvTime({bytes, 500, 500 + bytes.size()}, {1, 0, 500})), kLater);
}

// --- A reference that reads the whole file, line by line from its start.

std::vector<std::string> SplitFields(std::string_view line, bool& malformed) {
  std::vector<std::string> fields(1);
  enum class State { kStart, kPlain, kQuoted, kClosed } state = State::kStart;
  malformed = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (state == State::kQuoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += "\"\"";
        ++i;
      } else {
        state = State::kClosed;
      }
    } else if (c == ',') {
      fields.emplace_back();
      state = State::kStart;
    } else if (state == State::kClosed) {
      malformed = true;
    } else if (state == State::kStart && c == '"') {
      state = State::kQuoted;
    } else {
      fields.back() += c;
      state = State::kPlain;
    }
  }
  malformed = malformed || state == State::kQuoted;
  return fields;
}

struct Line {
  size_t begin;
  std::string text;
  bool ends;
};

std::vector<Line> LinesOf(std::string_view bytes) {
  std::vector<Line> lines;
  size_t begin = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (begin < bytes.size()) {
    const size_t newline = bytes.find('\n', begin);
    const bool ends = newline != std::string_view::npos;
    std::string text(bytes.substr(begin, ends ? newline - begin : newline));
    if (text.ends_with('\r')) {
      text.pop_back();
    }
    if (text.find_first_not_of(" \t\r") != std::string::npos) {
      lines.push_back({begin, text, ends});
    }
    begin = ends ? newline + 1 : bytes.size();
  }
  return lines;
}

// The last time in `bytes` for a reader that sees the header, and of the rows those that start at
// `first_seen` or later.
std::string Reference(std::string_view bytes, const CsvFormat& format, size_t first_seen) {
  if (bytes.empty()) {
    return "empty";
  }
  std::vector<Line> lines = LinesOf(bytes);
  bool malformed = false;
  if (lines.empty()) {
    return "no_header";
  }
  const std::vector<std::string> header = SplitFields(lines.front().text, malformed);
  if (malformed) {
    return "no_header";
  }
  size_t column = 0;
  if (!format.may_lack_header || !ReadDecimalTime(header.front()).time) {
    bool found = format.else_first_column;
    for (const std::string_view name : format.columns) {
      const auto at = std::ranges::find(header, name);
      if (at != header.end()) {
        column = static_cast<size_t>(at - header.begin());
        found = true;
        break;
      }
    }
    if (!found) {
      return "no_column";
    }
    lines.erase(lines.begin());
  }
  std::ranges::reverse(lines);
  for (const Line& line : lines) {
    if (!line.ends || line.begin < first_seen) {
      continue;
    }
    const std::vector<std::string> fields = SplitFields(line.text, malformed);
    if (!malformed && fields.size() == header.size()) {
      return Told(ToReading(ReadDecimalTime(fields[column]), fields[column]));
    }
  }
  return "no_whole_row";
}

rc::Gen<std::string> AnyField() {
  return rc::gen::oneOf(
      rc::gen::element<std::string>("1778164222", "1778164223.5", "\"1778164224\"", "", "x", "5",
                                    "\"a,b\"", "\"a\"\"b\"", "\"open", "\"a\"b", " 1778164222",
                                    "epoch_ns", "timestamp", "timestamp_ns", "\r", "a\"b"),
      rc::gen::container<std::string>(
          rc::gen::element('"', ',', '\r', ' ', '1', 'x', '\0', '\xEF')));
}

std::string AnyFile() {
  std::string bytes = *rc::gen::element<std::string>("", "", "\xEF\xBB\xBF", "\n", "\r\n");
  bytes += *rc::gen::element<std::string>("frame,epoch_ns\n", "timestamp,x\r\n", "a,b\n",
                                          "1778164221,7\n", "epoch_ns", "");
  const auto lines = *rc::gen::inRange(0, 8);
  for (int i = 0; i < lines; ++i) {
    const auto fields = *rc::gen::inRange(1, 4);
    for (int field = 0; field < fields; ++field) {
      bytes += (field == 0 ? "" : ",") + *AnyField();
    }
    bytes += *rc::gen::element<std::string>("\n", "\n", "\r\n", "\n\n", "");
  }
  return bytes;
}

TEST(Csv, EqualsAReaderOfTheWholeFile) {
  EXPECT_TRUE(rc::check("tail = whole", [] {
    const std::string bytes = AnyFile();
    for (const CsvFormat* format : {&kFrameCsvFormat, &kWatchCsvFormat, &kEnvironmentCsvFormat}) {
      RC_ASSERT(LastTimeOf(bytes, *format) == Reference(bytes, *format, 0));
    }
  }));
}

TEST(Csv, ATailOfAnySizeGivesTheLastWholeRowThatLiesInIt) {
  EXPECT_TRUE(rc::check("any tail", [] {
    const std::string bytes = AnyFile();
    const auto header = ReadCsvHeader(Whole(bytes), kWatchCsvFormat);
    if (!header) {
      return;
    }
    for (size_t offset = 0; offset < bytes.size(); ++offset) {
      const CsvWindow tail{std::string_view(bytes).substr(offset), offset, bytes.size()};
      const bool rows_start_here = header->rows_offset >= offset;
      const bool line_starts_here =
          rows_start_here || tail.bytes.find('\n') < tail.bytes.size() - 1;
      RC_ASSERT(Told(ReadLastCsvTime(tail, *header)) ==
                (line_starts_here
                     ? Reference(bytes, kWatchCsvFormat, rows_start_here ? 0 : offset + 1)
                     : "line_too_long"));
    }
  }));
}

}  // namespace
}  // namespace ursa::raw
