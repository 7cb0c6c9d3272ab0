#include "raw/first_time.h"

#include <gmock/gmock.h>

#include <cstring>

#include "raw/eeg_meta.h"
#include "raw/jsonl.h"
#include "store/fault_injecting.h"
#include "store/memory.h"

namespace ursa::raw {
namespace {

class StoppedClock final : public Clock {
 public:
  TimeNs Now() override { return TimeNs{std::chrono::seconds{1'778'170'000}}; }
  Nanoseconds Steady() override { return Nanoseconds{0}; }
  void Sleep(Nanoseconds, std::stop_token) override {}
};

const std::string kFirstText = "1778164222120000001";

std::string AnchorBytes(int64_t offset, double seconds) {
  std::string bytes(kAnchorBytes, '\0');
  std::memcpy(bytes.data(), &offset, sizeof(offset));
  std::memcpy(bytes.data() + sizeof(offset), &seconds, sizeof(seconds));
  return bytes;
}

class FirstTimeTest : public testing::Test {
 protected:
  store::ObjectInfo File(const std::string& bytes) {
    EXPECT_TRUE(memory_.Put("file", bytes, store::PutCondition::kNone));
    store_.ForgetCalls();
    return store_.Head("file").value();
  }
  std::string Row(const std::string& bytes, const CsvFormat& format) {
    return Show(ReadFirstRow(store_, File(bytes), format));
  }
  std::string Line(const std::string& bytes) { return Show(ReadFirstLine(store_, File(bytes))); }

  // The time in ns, or the problem's code.
  static std::string Show(const Result<Reading<TimeNs>>& time) {
    if (!time) {
      return "error: " + time.error().ToString();
    }
    return *time ? std::to_string((*time)->time_since_epoch().count())
                 : std::string(ProblemCodeName(time->error().code));
  }
  uint64_t BytesRead() {
    uint64_t bytes = 0;
    for (const auto& call : store_.Calls()) {
      bytes += call.kind == store::StoreCall::Kind::kGet ? call.bytes : 0;
    }
    return bytes;
  }

  StoppedClock clock_;
  store::MemoryStore memory_{clock_};
  store::FaultInjectingStore store_{memory_};
};

TEST_F(FirstTimeTest, TheFirstWholeRowOfAWatchCsvIsItsFirstRow) {
  EXPECT_EQ(Row("t,x\n" + kFirstText + ",1\n1778164223,2\n", kWatchCsvFormat), kFirstText);
  EXPECT_EQ(Row(kFirstText + ",1\n1778164223,2\n", kWatchCsvFormat), kFirstText);
  EXPECT_EQ(Row("\xEF\xBB\xBFt,x\r\n\r\n\"" + kFirstText + "\",1\r\n", kWatchCsvFormat),
            kFirstText);
}

TEST_F(FirstTimeTest, ColumnsOfEnvironmentAndGazeAreFoundByName) {
  EXPECT_EQ(Row("timestamp,epoch_ns\n5," + kFirstText + "\n", kEnvironmentCsvFormat), kFirstText);
  EXPECT_EQ(Row("x,timestamp_ns,timestamp [ns]\n1,5," + kFirstText + "\n", kGazeCsvFormat),
            kFirstText);
  EXPECT_EQ(Row("x,timestamp_ns\n1," + kFirstText + "\n", kGazeCsvFormat), kFirstText);
  EXPECT_EQ(Row("x,y\n1," + kFirstText + "\n", kGazeCsvFormat), "no_column");
  EXPECT_EQ(Row(kFirstText + ",1\n1778164223,2\n", kGazeCsvFormat), "no_column");
}

TEST_F(FirstTimeTest, RowsThatAreNotWholeArePassedOver) {
  EXPECT_EQ(Row("t,x\n1778164000\n1778164001,1,2\n" + kFirstText + ",1\n", kWatchCsvFormat),
            kFirstText);
  EXPECT_EQ(Row("t,x\n" + kFirstText + ",1", kWatchCsvFormat), "no_whole_row");
}

TEST_F(FirstTimeTest, AFirstWholeRowThatSaysNothingIsNotPassedOver) {
  EXPECT_EQ(Row("t,x\nbroken,1\n" + kFirstText + ",1\n", kWatchCsvFormat), "unparseable");
  EXPECT_EQ(Row("t,x\n17,1\n" + kFirstText + ",1\n", kWatchCsvFormat), "implausible_time");
}

TEST_F(FirstTimeTest, FilesWithoutRowsSayWhy) {
  EXPECT_EQ(Row("", kGazeCsvFormat), "empty");
  EXPECT_EQ(Row("\n\n", kWatchCsvFormat), "no_header");
  EXPECT_EQ(Row("t,x\n", kWatchCsvFormat), "no_whole_row");
}

TEST_F(FirstTimeTest, ALineThatDoesNotEndInTheHeadIsTooLong) {
  const std::string tail = "\n" + kFirstText + ",1\n";
  EXPECT_EQ(Row("t,x\n1," + std::string(70'000, 'x') + tail, kWatchCsvFormat), "line_too_long");
  EXPECT_EQ(Row("t," + std::string(70'000, 'x') + tail, kWatchCsvFormat), "line_too_long");
  EXPECT_EQ(
      Line("{\"timestamp_ns\": " + kFirstText + ",\"x\":\"" + std::string(70'000, 'x') + "\"}\n"),
      "line_too_long");
}

TEST_F(FirstTimeTest, OneShortReadIsEnoughWhereTheFirstRowIsShort) {
  EXPECT_EQ(Row("t,x\n" + kFirstText + ",1\n" + std::string(200'000, '\n'), kWatchCsvFormat),
            kFirstText);
  EXPECT_EQ(BytesRead(), 4'096U);
}

TEST_F(FirstTimeTest, ALongHeadIsReadOnlyWhereAShortOneSaysNothing) {
  EXPECT_EQ(
      Row("t,x\n" + std::string(10'000, '\n') + kFirstText + ",1\n" + std::string(200'000, '\n'),
          kWatchCsvFormat),
      kFirstText);
  EXPECT_EQ(BytesRead(), 4'096U + 65'536U);
}

TEST_F(FirstTimeTest, ARowBeyondTheHeadDoesNotExist) {
  EXPECT_EQ(Row("t,x\n" + std::string(70'000, '\n') + kFirstText + ",1\n", kWatchCsvFormat),
            "no_whole_row");
}

TEST_F(FirstTimeTest, AJsonLineHasTimestampNsElseTimestamp) {
  EXPECT_EQ(Line(R"({"timestamp": 5, "timestamp_ns": )" + kFirstText + "}\n"), kFirstText);
  EXPECT_EQ(Line(R"({"timestamp": 1778164222.120000001})"
                 "\r\n"),
            kFirstText);
  EXPECT_EQ(Line(R"({"timestamp_ns": null, "timestamp": 1.778164222120000001e9})"
                 "\n"),
            kFirstText);
}

TEST_F(FirstTimeTest, JsonLinesThatAreNotWholeArePassedOver) {
  const std::string whole = R"({"timestamp_ns": )" + kFirstText + "}\n";
  for (const char* line : {"", "{\"timestamp_ns\": 17", "[1778164000]", "17", "{}", "not json",
                           R"({"timestamp_ns": "1778164000000000000"})",
                           R"({"deep": {"timestamp_ns": 1778164000000000000}})",
                           R"([{"timestamp_ns": 1778164000000000000}])"}) {
    EXPECT_EQ(Line(std::string(line) + "\n" + whole), kFirstText) << line;
  }
  EXPECT_EQ(Line(whole.substr(0, whole.size() - 1)), "no_whole_row");
  EXPECT_EQ(Line(""), "empty");
}

TEST_F(FirstTimeTest, TheFirstWholeJsonLineIsNotPassedOver) {
  const std::string next = "{\"timestamp_ns\": " + kFirstText + "}\n";
  EXPECT_EQ(Line("{\"timestamp_ns\": 17}\n" + next), "implausible_time");
  EXPECT_EQ(Line("{\"timestamp_ns\": 99999999999999999999999}\n" + next), "implausible_time");
  EXPECT_EQ(Line("{\"timestamp_ns\": 1e999}\n" + next), "implausible_time");
}

TEST_F(FirstTimeTest, TheFirstAnchorIsReadWithSixteenBytes) {
  const auto anchor = ReadFirstAnchor(
      store_, File(AnchorBytes(7, 1.5) + AnchorBytes(8, 2.5) + std::string(1'000, 'x')));
  EXPECT_EQ((*anchor)->sample_offset, 7);
  EXPECT_EQ((*anchor)->seconds, 1.5);
  EXPECT_EQ(BytesRead(), 16U);
}

TEST_F(FirstTimeTest, AFileWithoutAWholeAnchorSaysWhy) {
  EXPECT_EQ((*ReadFirstAnchor(store_, File(""))).error().code, ProblemCode::kEmpty);
  EXPECT_EQ((*ReadFirstAnchor(store_, File(std::string(15, 'x')))).error().code,
            ProblemCode::kNoWholeRow);
}

TEST_F(FirstTimeTest, TheSampleRateIsReadFromItsText) {
  const auto rate = ReadEegMeta(store_, File(R"({"channels": [], "sample_rate_hz": 249.99})"));
  EXPECT_EQ((*rate)->digits, "24999");
  EXPECT_EQ((*rate)->exponent, -2);
  EXPECT_EQ((*ReadEegMeta(store_, File(R"({"sample_rate_hz": 250})")))->digits, "250");
}

TEST_F(FirstTimeTest, ARateIsANumberAboveZero) {
  for (const char* meta :
       {"", "{", "[250]", "{}", R"({"sample_rate_hz": null})", R"({"sample_rate_hz": "250"})",
        R"({"sample_rate_hz": 0})", R"({"sample_rate_hz": -250})", R"({"sample_rate_hz": 1e999})",
        R"({"deep": {"sample_rate_hz": 250}})"}) {
    const auto rate = ReadEegMeta(store_, File(meta));
    ASSERT_TRUE(rate && !*rate) << meta;
    EXPECT_EQ(rate->error().code, ProblemCode::kNoRate);
  }
  const auto large =
      ReadEegMeta(store_, File(R"({"sample_rate_hz": 250})" + std::string(70'000, ' ')));
  EXPECT_EQ(large->error().code, ProblemCode::kNoRate);
  EXPECT_EQ(BytesRead(), 0U);
}

TEST_F(FirstTimeTest, AFileThatChangedSinceItWasListedIsAFailedRead) {
  const auto listed = File("t,x\n" + kFirstText + ",1\n");
  File("t,x\n1778164223,1\n");
  EXPECT_EQ(ReadFirstRow(store_, listed, kWatchCsvFormat).error().code,
            ErrorCode::kPreconditionFailed);
}

TEST(FirstJsonTime, AcceptsAnyBytes) {
  EXPECT_EQ(ReadFirstJsonTime("\xFF\xFE\n\0\n{\"timestamp\xFF\": 1}\n", 30).error().code,
            ProblemCode::kNoWholeRow);
  EXPECT_EQ(ReadFirstJsonTime(std::string(60'000, '[') + "\n", 60'001).error().code,
            ProblemCode::kNoWholeRow);
}

}  // namespace
}  // namespace ursa::raw
