// What is read of a file, and what that says. The parsers have tests of their own.
#include "raw/last_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "raw/csv.h"
#include "raw/testing_files.h"
#include "raw/worker_report.h"

namespace ursa::raw {
namespace {

using store::ObjectInfo;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr size_t kWindow = 65'536;
constexpr std::string_view kRow = "1778164222000000000\n";
constexpr std::string_view kLastRow = "1778164223000000000\n";
constexpr std::string_view kLast = "1778164223000000000";

class LastTimeTest : public testing::Test {
 protected:
  // What is told of a file with these bytes, by a store that forgot what was asked before.
  std::string Tell(std::string_view bytes, SidecarKind kind, std::string_view name = "x") {
    const ObjectInfo file = bucket_.Put("recordings/r/w/" + std::string(name), bytes);
    bucket_.store.ForgetCalls();
    const auto reading = ReadLastTime(bucket_.store, file, kind, name);
    return reading ? Told(*reading) : std::string(ErrorCodeName(reading.error().code));
  }
  std::string TellReport(std::string_view bytes) {
    const ObjectInfo report = bucket_.Put("recordings/r/w/worker_report.json", bytes);
    bucket_.store.ForgetCalls();
    const auto reading = ReadWorkerReport(bucket_.store, report);
    return reading ? Told(*reading) : std::string(ErrorCodeName(reading.error().code));
  }

  RawBucket bucket_;
};

// A watch file with a header, of `size` bytes, that ends in `last`.
std::string WatchFile(size_t size, std::string_view last) {
  std::string bytes = "timestamp\n";
  while (bytes.size() + kRow.size() + last.size() <= size) {
    bytes += kRow;
  }
  bytes.insert(bytes.size(), size - bytes.size() - last.size(), '\n');
  return bytes + std::string(last);
}

TEST_F(LastTimeTest, OfAFileOfNoBytesIsEmptyAndNothingIsRead) {
  for (const SidecarKind kind :
       {SidecarKind::kAnchors, SidecarKind::kFrameCsv, SidecarKind::kWatchCsv,
        SidecarKind::kEnvironmentCsv, SidecarKind::kWav}) {
    EXPECT_EQ(Tell("", kind, "mic_1778164222.wav"), "empty");
    EXPECT_THAT(bucket_.store.Calls(), IsEmpty());
  }
}

TEST_F(LastTimeTest, OfAnchorsTakes31BytesFromTheEnd) {
  std::string bytes;
  for (int i = 0; i < 1'000; ++i) {
    bytes += AnchorBytes(i, 1778164222.0 + i);
  }
  EXPECT_EQ(Tell(bytes + "partial", SidecarKind::kAnchors), "1778165221000000000");
  EXPECT_THAT(bucket_.Reads(), ElementsAre("15976+31"));
  EXPECT_EQ(Tell(AnchorBytes(0, 1778164222.0), SidecarKind::kAnchors), "1778164222000000000");
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+16"));
}

TEST_F(LastTimeTest, OfACsvThatFitsTheWindowTakesOneRead) {
  EXPECT_EQ(Tell("timestamp\n1778164223000000000\n", SidecarKind::kWatchCsv), kLast);
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+30"));
  EXPECT_EQ(Tell(WatchFile(kWindow, kLastRow), SidecarKind::kWatchCsv), kLast);
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+65536"));
}

TEST_F(LastTimeTest, OfALargeCsvTakesItsHeadAndItsTail) {
  EXPECT_EQ(Tell(WatchFile(10'000'000, kLastRow), SidecarKind::kWatchCsv), kLast);
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+4096", "9995904+4096"));
}

TEST_F(LastTimeTest, OfACsvOfUpTo256KiBOnARemoteStoreTakesOneRead) {
  bucket_.store.SetRemote();
  EXPECT_EQ(Tell(WatchFile(4 * kWindow, kLastRow), SidecarKind::kWatchCsv), kLast);
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+262144"));
  EXPECT_EQ(Tell(WatchFile(4 * kWindow + 1, kLastRow), SidecarKind::kWatchCsv), kLast);
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+4096", "258049+4096"));
}

TEST_F(LastTimeTest, OfALargeCsvTakesMoreOfItsTailWhereNoWholeRowEndsInIt) {
  const std::string crashed = WatchFile(1'000'000 - 5'000, kLastRow) + std::string(5'000, '\0');
  EXPECT_EQ(Tell(crashed, SidecarKind::kWatchCsv), kLast);
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+4096", "995904+4096", "934464+65536"));
}

TEST_F(LastTimeTest, OfALargeCsvTakesMoreOfItsHeadWhereItsHeaderIsLong) {
  const std::string header = "timestamp" + std::string(10'000, ',') + "\n";
  const std::string row = "1778164223000000000" + std::string(10'000, ',') + "\n";
  std::string bytes = header;
  while (bytes.size() < 2 * kWindow) {
    bytes += row;
  }
  EXPECT_EQ(Tell(bytes, SidecarKind::kWatchCsv), kLast);
  EXPECT_EQ(bucket_.Reads().at(0), "0+4096");
  EXPECT_EQ(bucket_.Reads().at(1), "0+65536");
  EXPECT_EQ(bucket_.Reads().size(), 4U);
}

TEST_F(LastTimeTest, AHeaderOf64KiBIsReadAndALongerOneIsLineTooLong) {
  const std::string rest = "\n1778164223000000000\n";
  EXPECT_EQ(Tell(std::string(kWindow - 1, 'x') + rest, SidecarKind::kWatchCsv), kLast);
  EXPECT_EQ(Tell(std::string(kWindow, 'x') + rest, SidecarKind::kWatchCsv), "line_too_long");
}

TEST_F(LastTimeTest, ALastLineThatIsLongerThan64KiBIsLineTooLong) {
  const std::string rows = WatchFile(100'000, kLastRow);
  EXPECT_EQ(Tell(rows + std::string(kWindow, 'x') + "\n", SidecarKind::kWatchCsv), "line_too_long");
  EXPECT_EQ(Tell(rows + std::string(kWindow, 'x'), SidecarKind::kWatchCsv), "line_too_long");
  EXPECT_EQ(bucket_.Reads().back(), "100000+65536");
}

TEST_F(LastTimeTest, AWholeRowThatDoesNotLieInTheLast64KiBDoesNotExist) {
  const std::string rows = WatchFile(100'000, kLastRow);
  const auto with_noise = [&](size_t noise) { return rows + std::string(noise, ','); };
  // The row needs its own 20 bytes and the newline before it.
  EXPECT_EQ(Tell(with_noise(kWindow - kLastRow.size() - 1), SidecarKind::kWatchCsv), kLast);
  EXPECT_EQ(Tell(with_noise(kWindow - kLastRow.size()), SidecarKind::kWatchCsv), "no_whole_row");
}

TEST_F(LastTimeTest, OfAHeaderlessCsvThatIsLargeIsThatOfItsLastRow) {
  std::string bytes;
  while (bytes.size() < 3 * kWindow) {
    bytes += kRow;
  }
  EXPECT_EQ(Tell(bytes + std::string(kLastRow), SidecarKind::kWatchCsv), kLast);
  EXPECT_EQ(Tell(bytes + std::string(kLastRow), SidecarKind::kEnvironmentCsv), kLast);
}

TEST_F(LastTimeTest, OfACsvWithoutItsColumnTakesNoTail) {
  EXPECT_EQ(Tell(WatchFile(200'000, kLastRow), SidecarKind::kFrameCsv), "no_column");
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+4096"));
}

TEST_F(LastTimeTest, EachKindOfCsvHasColumnsOfItsOwn) {
  const std::string bytes = "a,timestamp,epoch_ns\n1778164221,1778164222,1778164223\n";
  EXPECT_EQ(Tell(bytes, SidecarKind::kFrameCsv), kLast);
  EXPECT_EQ(Tell(bytes, SidecarKind::kEnvironmentCsv), kLast);
  EXPECT_EQ(Tell(bytes, SidecarKind::kWatchCsv), "1778164221000000000");
}

TEST_F(LastTimeTest, OfAWavIsTheTimeInItsNameAndHowLongItsDataLast) {
  EXPECT_EQ(Tell(PlainWav(3), SidecarKind::kWav, "mic_0003_1778164222.512.wav"),
            "1778164222513500000");
  EXPECT_EQ(Tell(PlainWav(0), SidecarKind::kWav, "mic_0003_1778164222.512.wav"),
            "1778164222512000000");
}

TEST_F(LastTimeTest, OfAWavTakesItsFirst4KiB) {
  EXPECT_EQ(Tell(PlainWav(10'000'000), SidecarKind::kWav, "mic_0003_1778164222.wav"),
            "1778169222000000000");
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+4096"));
}

TEST_F(LastTimeTest, OfAWavTakesMoreWhereItsChunksNeedIt) {
  const std::string bytes =
      WavBytes(WavChunk("LIST", std::string(100'000, 'x')) + PlainFormatChunk() +
               WavChunk("data", std::string(2'000, 'x')));
  EXPECT_EQ(Tell(bytes, SidecarKind::kWav, "mic_0003_1778164222.wav"), kLast);
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+4096", "100020+2032"));
}

TEST_F(LastTimeTest, OfAWavWithoutATimeInItsNameIsNoTimeInNameAndNothingIsRead) {
  EXPECT_EQ(Tell(PlainWav(400), SidecarKind::kWav, "mic_0003.wav"), "no_time_in_name");
  EXPECT_THAT(bucket_.store.Calls(), IsEmpty());
}

TEST_F(LastTimeTest, OfAWavThatIsNoneIsNotWav) {
  EXPECT_EQ(Tell("no wav", SidecarKind::kWav, "mic_0003_1778164222.wav"), "not_wav");
}

TEST_F(LastTimeTest, OfAWavWhoseSumIsOutsideOfTheBoundsIsImplausible) {
  EXPECT_EQ(Tell(PlainWav(4'000), SidecarKind::kWav, "mic_0003_4102444799.wav"),
            "implausible_time");
}

TEST_F(LastTimeTest, AWavSumIsExactAndRoundedOnce) {
  // 1 byte at 3 x 1 x 7 bytes a second after 0.0000000004 s: 47619048.019... ns.
  const std::string bytes =
      WavBytes(WavChunk("fmt ", WavFormatBytes(1, 3, 7, 8)) + WavChunk("data", "x"));
  EXPECT_EQ(Tell(bytes, SidecarKind::kWav, "mic_0003_1778164222.0000000004.wav"),
            "1778164222047619048");
}

TEST_F(LastTimeTest, AFileThatIsNoLongerWhatWasListedIsAFailedRead) {
  for (const SidecarKind kind :
       {SidecarKind::kAnchors, SidecarKind::kWatchCsv, SidecarKind::kWav}) {
    const ObjectInfo listed = bucket_.Put("recordings/r/w/mic_1778164222.wav", PlainWav(400));
    bucket_.Put(listed.key, PlainWav(400));
    const auto reading = ReadLastTime(bucket_.store, listed, kind, "mic_1778164222.wav");
    ASSERT_FALSE(reading);
    EXPECT_EQ(reading.error().code, ErrorCode::kPreconditionFailed);
    EXPECT_THAT(reading.error().ToString(), HasSubstr(listed.key));
  }
}

TEST_F(LastTimeTest, AnotherSizeThanListedIsAFailedReadWhateverTheEtagSays) {
  ObjectInfo listed = bucket_.Put("recordings/r/w/x", AnchorBytes(0, 1778164222.0));
  listed.size_bytes += 16;
  const auto reading = ReadLastTime(bucket_.store, listed, SidecarKind::kAnchors, "x");
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, ErrorCode::kPreconditionFailed);
}

TEST_F(LastTimeTest, AnyReadThatFailsIsAnErrorAndNeverNoSignal) {
  const std::string csv = WatchFile(1'000'000 - 5'000, kLastRow) + std::string(5'000, '\0');
  const std::string wav = WavBytes(WavChunk("LIST", std::string(100'000, 'x')) +
                                   PlainFormatChunk() + WavChunk("data", "1234"));
  for (const auto& [bytes, kind] :
       {std::pair(csv, SidecarKind::kWatchCsv), std::pair(wav, SidecarKind::kWav),
        std::pair(AnchorBytes(0, 1778164222.0), SidecarKind::kAnchors)}) {
    bucket_.store.SetRule({});
    Tell(bytes, kind, "mic_1778164222.wav");
    const size_t calls = bucket_.store.Calls().size();
    for (size_t call = 1; call <= calls; ++call) {
      bucket_.store.SetRule(store::FailOnce(call, Error{ErrorCode::kDenied, "no", {}, {}}));
      EXPECT_EQ(Tell(bytes, kind, "mic_1778164222.wav"), "denied") << call;
    }
  }
}

TEST_F(LastTimeTest, CutAtEveryByteASidecarNeverReadsBeyondItsWindows) {
  const std::string csv =
      "epoch_ns,frame\r\n1778164222000000000,1\r\n\"1778164223000000000\",\"2\"\r\n";
  const std::string wav = PlainWav(40);
  const std::string anchors = AnchorBytes(0, 1778164222.0) + AnchorBytes(1, 1778164223.0);
  for (const auto& [bytes, kind] :
       {std::pair(csv, SidecarKind::kFrameCsv), std::pair(csv, SidecarKind::kWatchCsv),
        std::pair(csv, SidecarKind::kEnvironmentCsv), std::pair(wav, SidecarKind::kWav),
        std::pair(anchors, SidecarKind::kAnchors)}) {
    for (size_t size = 0; size <= bytes.size(); ++size) {
      const std::string told = Tell(bytes.substr(0, size), kind, "mic_1778164222.wav");
      EXPECT_THAT(told, testing::Not(testing::AnyOf("", "unparseable", "implausible_time")))
          << size;
      EXPECT_LE(bucket_.Reads().size(), 1U);
    }
  }
}

TEST_F(LastTimeTest, ALargeCsvSaysTheSameAsItsLast64KiB) {
  EXPECT_TRUE(rc::check("head and tail = last 64 KiB", [this] {
    const std::string header = "timestamp,x\n";
    std::string bytes = header;
    const auto size = *rc::gen::inRange<size_t>(kWindow, kWindow + 9'000);
    while (bytes.size() < size) {
      bytes += "1778164222,1\n";
    }
    const auto lines = *rc::gen::inRange(0, 4);
    for (int i = 0; i < lines; ++i) {
      bytes += *rc::gen::element<std::string>("1778164223,1", "x,1", "1778164224", "");
      bytes += std::string(*rc::gen::element<size_t>(0, 1, 4'000, 4'096, 61'000, 66'000), ' ');
      bytes += *rc::gen::element("\n", "\r\n", "");
    }
    const std::string last(bytes.substr(bytes.size() - kWindow));
    const auto reference =
        ReadLastCsvTime({last, bytes.size() - kWindow, bytes.size()}, {2, 0, header.size()});
    bucket_.store.SetRemote(false);
    RC_ASSERT(Tell(bytes, SidecarKind::kWatchCsv) == Told(reference));
    for (const store::StoreCall& call : bucket_.store.Calls()) {
      RC_ASSERT(call.bytes <= kWindow);
    }
    bucket_.store.SetRemote();
    RC_ASSERT(Tell(bytes, SidecarKind::kWatchCsv) == Told(reference));
  }));
}

TEST_F(LastTimeTest, OfAReportIsReadFromTheWhole) {
  EXPECT_EQ(TellReport(R"({"stopped_at_utc":"2026-05-07T14:30:23Z"})"), kLast);
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+41"));
}

TEST_F(LastTimeTest, OfAReportBeyond1MiBIsUnparseableAndItIsNotRead) {
  std::string report = R"({"stopped_at_utc":"2026-05-07T14:30:23Z"})";
  report.resize(kWorkerReportBytesMax, ' ');
  EXPECT_EQ(TellReport(report), kLast);
  EXPECT_EQ(TellReport(report + " "), "unparseable");
  EXPECT_THAT(bucket_.store.Calls(), IsEmpty());
}

TEST_F(LastTimeTest, OfAReportThatCannotBeReadIsAnError) {
  bucket_.store.SetRule(store::FailFrom(1, Error{ErrorCode::kUnavailable, "no", {}, {}}));
  EXPECT_EQ(TellReport("{}"), "unavailable");
}

}  // namespace
}  // namespace ursa::raw
