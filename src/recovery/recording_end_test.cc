#include "recovery/recording_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "raw/testing_files.h"

namespace ursa::recovery {
namespace {

using raw::AnchorBytes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kRecording = "rec_20260507_143022_a1b2";
constexpr int64_t kStartSeconds = 1'778'164'222;
constexpr TimeUs kStart{std::chrono::seconds{kStartSeconds}};
constexpr std::chrono::hours kHour{1};

// So many seconds after the recording's start.
TimeNs After(int64_t seconds) { return kStart + std::chrono::seconds{seconds}; }

std::string Text(TimeNs time) { return std::to_string(time.time_since_epoch().count()); }

// Files that end so many seconds after the recording's start.
std::string Anchors(int64_t seconds) {
  return AnchorBytes(0, static_cast<double>(kStartSeconds + seconds));
}
std::string Rows(int64_t seconds) { return "epoch_ns\n" + Text(After(seconds)) + "\n"; }
std::string Report(int64_t seconds) {
  return R"({"stopped_at_utc":")" + FormatTime(After(seconds)) + "\"}";
}

// One recording in a bucket of its own.
struct Recording {
  // Puts a file that was written a day after the recording started, unless told otherwise.
  void Put(std::string_view path, std::string_view bytes, TimeNs modified = After(86'400)) {
    bucket_.Put(raw::RecordingPrefix(kRecording) + std::string(path), bytes, modified);
  }
  RecordingEnd Derive(TimeUs start = kStart, TimeNs now = After(2 * 86'400)) {
    const auto objects = raw::ListRecording(bucket_.memory, kRecording);
    bucket_.store.ForgetCalls();
    return DeriveRecordingEnd(bucket_.store, *objects, start, now);
  }
  // "code path" of each problem.
  static std::vector<std::string> Problems(const RecordingEnd& end) {
    std::vector<std::string> problems;
    for (const raw::Problem& problem : end.problems) {
      problems.push_back(std::string(raw::ProblemCodeName(problem.code)) + " " +
                         problem.key.substr(raw::RecordingPrefix(kRecording).size()));
    }
    return problems;
  }
  // The names of the files that were read.
  std::vector<std::string> Read() const {
    std::vector<std::string> names;
    for (const std::string& key : bucket_.KeysRead()) {
      names.push_back(key.substr(raw::RecordingPrefix(kRecording).size()));
    }
    return names;
  }
  // Seconds after the start at which a stream ends; -1: it has no end.
  static int64_t EndOf(const RecordingEnd& end, Stream stream) {
    const auto& evidence = end.streams[static_cast<size_t>(stream)];
    return evidence ? std::chrono::floor<std::chrono::seconds>(evidence->time - kStart).count()
                    : -1;
  }

  raw::RawBucket bucket_;
};

class RecordingEndTest : public testing::Test, protected Recording {};

TEST_F(RecordingEndTest, IsTheLatestEndOfTheSixStreams) {
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  Put("camera_0/camera_timestamps_0000_1.csv", Rows(101));
  Put("screen_0/screen_timestamps_0000_1.csv", Rows(102));
  Put("mic_0/mic_0000_" + Text(After(100)) + ".wav", raw::PlainWav(6'000));
  Put("samsungwatch_0/imu_0000_1.csv", Rows(104));
  Put("environment_0/environment_0000_1.csv", Rows(99));
  const RecordingEnd end = Derive();
  EXPECT_EQ(EndOf(end, Stream::kEeg), 100);
  EXPECT_EQ(EndOf(end, Stream::kCamera), 101);
  EXPECT_EQ(EndOf(end, Stream::kScreen), 102);
  EXPECT_EQ(EndOf(end, Stream::kMic), 103);
  EXPECT_EQ(EndOf(end, Stream::kSamsungWatch), 104);
  EXPECT_EQ(EndOf(end, Stream::kEnvironment), 99);
  EXPECT_EQ(end.end, After(104));
  EXPECT_EQ(end.end_source, "samsungwatch");
  EXPECT_FALSE(end.worker_report);
  EXPECT_THAT(end.problems, IsEmpty());
}

TEST_F(RecordingEndTest, TiesAreWonInTheOrderOfTheStreams) {
  Put("environment_0/environment_0000_1.csv", Rows(100));
  Put("mic_0/mic_0000_" + Text(After(100)) + ".wav", raw::PlainWav(0));
  Put("screen_0/screen_timestamps_0000_1.csv", Rows(100));
  EXPECT_EQ(Derive().end_source, "screen");
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  EXPECT_EQ(Derive().end_source, "eeg");
}

TEST_F(RecordingEndTest, AStreamsEndIsTheLatestOfItsWorkers) {
  Put("camera_left/camera_timestamps_0000_1.csv", Rows(100));
  Put("camera_right/camera_timestamps_0000_1.csv", Rows(120));
  Put("webcam_0/segment_0000_1.csv", Rows(110));
  const RecordingEnd end = Derive();
  EXPECT_EQ(EndOf(end, Stream::kCamera), 120);
  EXPECT_THAT(end.streams[1]->key, HasSubstr("camera_right/"));
}

TEST_F(RecordingEndTest, OldSpellingsOfWorkersAreReadAsTodays) {
  Put("webcam_0/segment_0000_1.csv", Rows(100));
  Put("samsung-watch_0/ppg_0000_1.csv", Rows(101));
  const RecordingEnd end = Derive();
  EXPECT_EQ(EndOf(end, Stream::kCamera), 100);
  EXPECT_EQ(EndOf(end, Stream::kSamsungWatch), 101);
}

TEST_F(RecordingEndTest, OfTheWatchEachSensorIsTakenForItself) {
  Put("samsungwatch_0/imu_0000_1.csv", Rows(100));
  Put("samsungwatch_0/imu_0001_1.csv", Rows(110));
  Put("samsungwatch_0/battery_0000_1.csv", Rows(120));
  Put("samsungwatch_0/heart_rate_0007_1.csv", "");
  Put("samsungwatch_0/heart_rate_0006_1.csv", Rows(90));
  const RecordingEnd end = Derive();
  EXPECT_EQ(EndOf(end, Stream::kSamsungWatch), 120);
  EXPECT_THAT(Read(), UnorderedElementsAre("samsungwatch_0/battery_0000_1.csv",
                                           "samsungwatch_0/imu_0001_1.csv",
                                           "samsungwatch_0/heart_rate_0006_1.csv"));
  EXPECT_THAT(Problems(end), ElementsAre("empty samsungwatch_0/heart_rate_0007_1.csv"));
}

TEST_F(RecordingEndTest, OnlyTheHighestSegmentThatGivesAnEndIsRead) {
  Put("eeg_0/eeg_0009_timestamps.bin", Anchors(90));
  Put("eeg_0/eeg_0010_timestamps.bin", Anchors(100));
  Put("eeg_0/eeg_10000_timestamps.bin", Anchors(110));
  EXPECT_EQ(Derive().end, After(110));
  EXPECT_THAT(Read(), ElementsAre("eeg_0/eeg_10000_timestamps.bin"));
  EXPECT_THAT(bucket_.Reads(), ElementsAre("0+16"));
}

TEST_F(RecordingEndTest, FallsBackThroughSegmentsAndReportsEachOneThatIsPassedOver) {
  Put("camera_0/camera_timestamps_0004_1.csv", "");
  Put("camera_0/camera_timestamps_0003_1.csv", "frame\n1\n");
  Put("camera_0/camera_timestamps_0002_1.csv", "epoch_ns\n17781");
  Put("camera_0/camera_timestamps_0001_1.csv", Rows(100));
  Put("camera_0/camera_timestamps_0000_1.csv", "\n");
  const RecordingEnd end = Derive();
  EXPECT_EQ(end.end, After(100));
  EXPECT_THAT(Problems(end), ElementsAre("empty camera_0/camera_timestamps_0004_1.csv",
                                         "no_column camera_0/camera_timestamps_0003_1.csv",
                                         "no_whole_row camera_0/camera_timestamps_0002_1.csv"));
}

TEST_F(RecordingEndTest, ALowerSegmentThatEndsLaterDoesNotCount) {
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(200));
  Put("eeg_0/eeg_0001_timestamps.bin", Anchors(100));
  EXPECT_EQ(Derive().end, After(100));
}

TEST_F(RecordingEndTest, OtherFilesOfAWorkerAreNoSegments) {
  Put("camera_0/camera_0009_1.mp4", "x");
  Put("camera_0/camera_0009_1.csv", Rows(500));
  Put("camera_0/old/camera_timestamps_0009_1.csv", Rows(500));
  Put("camera_0/camera_timestamps_0000_1.csv", Rows(100));
  EXPECT_EQ(Derive().end, After(100));
}

TEST_F(RecordingEndTest, AWorkerOfAStreamWithoutSegmentsIsNoSegmentsAtItsPrefix) {
  Put("camera_0/camera_0000_1.mp4", "x");
  Put("eeg_0/worker_report.json", Report(5));
  Put("mic_0/mic_0000_" + Text(After(100)) + ".wav", raw::PlainWav(0));
  EXPECT_THAT(Problems(Derive()), ElementsAre("no_segments eeg_0/", "no_segments camera_0/"));
}

TEST_F(RecordingEndTest, WorkersOfNoStreamAreNotLookedAt) {
  Put("keyboard_0/keyboard_0000_1.jsonl", "{}");
  Put("pupillabs_0/gaze_0000_1.csv", Rows(500));
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  const RecordingEnd end = Derive();
  EXPECT_EQ(end.end, After(100));
  EXPECT_THAT(end.problems, IsEmpty());
  EXPECT_THAT(Read(), ElementsAre("eeg_0/eeg_0000_timestamps.bin"));
}

TEST_F(RecordingEndTest, ACandidateBeforeTheStartIsAProblemAndTheSegmentBelowIsTried) {
  Put("eeg_0/eeg_0001_timestamps.bin", Anchors(-1));
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  const RecordingEnd end = Derive();
  EXPECT_EQ(end.end, After(100));
  EXPECT_THAT(Problems(end), ElementsAre("before_start eeg_0/eeg_0001_timestamps.bin"));
}

TEST_F(RecordingEndTest, ACandidateAtTheStartIsOne) {
  Put("environment_0/environment_0000_1.csv", Rows(0));
  EXPECT_EQ(Derive().end, After(0));
  Put("environment_0/environment_0000_1.csv", "epoch_ns\n1778164221999999999\n");
  EXPECT_THAT(Problems(Derive()), ElementsAre("before_start environment_0/environment_0000_1.csv"));
}

TEST_F(RecordingEndTest, ACandidateMoreThanADayAfterItsFileWasModifiedIsAProblem) {
  const TimeNs modified = After(100);
  const TimeNs latest = modified + 24 * kHour;
  Put("environment_0/environment_0000_1.csv", "epoch_ns\n" + Text(latest) + "\n", modified);
  EXPECT_EQ(Derive().end, latest);
  Put("environment_0/environment_0001_1.csv", "epoch_ns\n" + Text(latest + Nanoseconds{1}) + "\n",
      modified);
  const RecordingEnd end = Derive();
  EXPECT_EQ(end.end, latest);
  EXPECT_THAT(Problems(end), ElementsAre("after_modified environment_0/environment_0001_1.csv"));
}

TEST_F(RecordingEndTest, AModificationBeforeTheStartProvesNothingAndTheBoundIsADayFromNow) {
  const TimeNs now = After(500);
  const TimeNs latest = now + 24 * kHour;
  const TimeNs modified = After(0) - Nanoseconds{1};
  Put("environment_0/environment_0000_1.csv", "epoch_ns\n" + Text(latest) + "\n", modified);
  RecordingEnd end = Derive(kStart, now);
  EXPECT_EQ(end.end, latest);
  EXPECT_THAT(Problems(end), ElementsAre("mtime_implausible environment_0/environment_0000_1.csv"));
  Put("environment_0/environment_0000_1.csv", "epoch_ns\n" + Text(latest + Nanoseconds{1}) + "\n",
      modified);
  end = Derive(kStart, now);
  EXPECT_FALSE(end.end);
  EXPECT_THAT(Problems(end), ElementsAre("mtime_implausible environment_0/environment_0000_1.csv",
                                         "after_modified environment_0/environment_0000_1.csv"));
}

TEST_F(RecordingEndTest, AModificationAtTheStartIsPlausible) {
  Put("environment_0/environment_0000_1.csv", Rows(86'401), After(0));
  EXPECT_THAT(Problems(Derive()),
              ElementsAre("after_modified environment_0/environment_0000_1.csv"));
}

TEST_F(RecordingEndTest, ReportsAreNotReadWhereAStreamHasAnEnd) {
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  Put("eeg_0/worker_report.json", Report(5'000));
  Put("keyboard_0/worker_report.json", Report(6'000));
  const RecordingEnd end = Derive();
  EXPECT_EQ(end.end, After(100));
  EXPECT_FALSE(end.worker_report);
  EXPECT_THAT(Read(), ElementsAre("eeg_0/eeg_0000_timestamps.bin"));
}

TEST_F(RecordingEndTest, WhereNoStreamHasAnEndTheLatestReportCounts) {
  Put("eeg_0/eeg_0000_timestamps.bin", "cut");
  Put("eeg_0/worker_report.json", Report(50));
  Put("keyboard_0/worker_report.json", Report(70));
  Put("mystery/worker_report.json", Report(60));
  const RecordingEnd end = Derive();
  EXPECT_EQ(end.end, After(70));
  EXPECT_EQ(end.end_source, "worker_report");
  EXPECT_THAT(end.worker_report->key, HasSubstr("keyboard_0/worker_report.json"));
  EXPECT_THAT(Problems(end), ElementsAre("no_whole_row eeg_0/eeg_0000_timestamps.bin"));
}

TEST_F(RecordingEndTest, ReportsHaveTheSameTwoBounds) {
  Put("keyboard_0/keyboard_0000_1.jsonl", "x");
  Put("keyboard_0/worker_report.json", Report(-1));
  Put("mouse_0/worker_report.json", Report(86'502), After(100));
  Put("notes_0/worker_report.json", Report(60), After(-1));
  const RecordingEnd end = Derive();
  EXPECT_EQ(end.end, After(60));
  EXPECT_THAT(Problems(end), ElementsAre("before_start keyboard_0/worker_report.json",
                                         "after_modified mouse_0/worker_report.json",
                                         "mtime_implausible notes_0/worker_report.json"));
}

TEST_F(RecordingEndTest, AReportWithoutAUsableTimeIsUnparseable) {
  Put("keyboard_0/keyboard_0000_1.jsonl", "x");
  Put("keyboard_0/worker_report.json", "{}");
  const RecordingEnd end = Derive();
  EXPECT_FALSE(end.end);
  EXPECT_EQ(end.end_source, "");
  EXPECT_FALSE(end.raw_gone);
  EXPECT_THAT(Problems(end), ElementsAre("unparseable keyboard_0/worker_report.json"));
}

TEST_F(RecordingEndTest, WithoutStreamsAndReportsItIsIndeterminate) {
  Put("keyboard_0/keyboard_0000_1.jsonl", "x");
  const RecordingEnd end = Derive();
  EXPECT_FALSE(end.end);
  EXPECT_FALSE(end.read_failed);
  EXPECT_FALSE(end.raw_gone);
}

TEST_F(RecordingEndTest, WithoutAnyDataFileItIsGoneWhateverAReportSays) {
  Put("keyboard_0/worker_report.json", Report(60));
  Put("manifest.json", "{}");
  const RecordingEnd end = Derive();
  EXPECT_FALSE(end.end);
  EXPECT_TRUE(end.raw_gone);
  EXPECT_THAT(Problems(end), ElementsAre("raw_gone "));
  EXPECT_THAT(bucket_.store.Calls(), IsEmpty());
}

TEST_F(RecordingEndTest, AnEndMoreThanAnHourLaterThanEveryOtherIsAnOutlierAndCounts) {
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  Put("screen_0/screen_timestamps_0000_1.csv", Rows(3'700));
  EXPECT_THAT(Problems(Derive()), IsEmpty());
  Put("environment_0/environment_0000_1.csv", Rows(7'301));
  const RecordingEnd end = Derive();
  EXPECT_EQ(end.end, After(7'301));
  EXPECT_THAT(Problems(end), ElementsAre("outlier environment_0/environment_0000_1.csv"));
}

TEST_F(RecordingEndTest, AnEndNearAnotherOrAloneIsNoOutlier) {
  Put("screen_0/screen_timestamps_0000_1.csv", Rows(9'000));
  EXPECT_THAT(Problems(Derive()), IsEmpty());
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  Put("environment_0/environment_0000_1.csv", Rows(9'001));
  EXPECT_THAT(Problems(Derive()), IsEmpty());
}

TEST_F(RecordingEndTest, AFailedReadIsNotNoSignal) {
  Put("eeg_0/eeg_0001_timestamps.bin", Anchors(100));
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(50));
  Put("screen_0/screen_timestamps_0000_1.csv", Rows(60));
  Put("keyboard_0/worker_report.json", Report(70));
  const auto objects = raw::ListRecording(bucket_.memory, kRecording);
  bucket_.store.SetRule(store::FailOnce(1, Error{ErrorCode::kDenied, "no", {}, {}}));
  const RecordingEnd end = DeriveRecordingEnd(bucket_.store, *objects, kStart, After(86'400));
  EXPECT_TRUE(end.read_failed);
  EXPECT_FALSE(end.end);
  EXPECT_EQ(end.error->code, ErrorCode::kDenied);
  EXPECT_THAT(Problems(end), ElementsAre("read_failed eeg_0/eeg_0001_timestamps.bin"));
  // The other streams are evidence all the same; no lower segment and no report stands in.
  EXPECT_THAT(Read(), ElementsAre("eeg_0/eeg_0001_timestamps.bin",
                                  "screen_0/screen_timestamps_0000_1.csv"));
}

TEST_F(RecordingEndTest, AStoreThatIsUnreachableIsNotAskedAgain) {
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  Put("screen_0/screen_timestamps_0000_1.csv", Rows(60));
  bucket_.store.SetRule(store::FailFrom(1, Error{ErrorCode::kUnavailable, "no", {}, {}}));
  const RecordingEnd end = Derive();
  EXPECT_TRUE(end.read_failed);
  EXPECT_EQ(bucket_.store.Calls().size(), 1U);
}

TEST_F(RecordingEndTest, AnyReadThatFailsLeavesTheRecordingWithoutAnEnd) {
  Put("eeg_0/eeg_0001_timestamps.bin", "");
  Put("eeg_0/eeg_0000_timestamps.bin", "cut");
  Put("camera_0/camera_timestamps_0000_1.csv", "x\n");
  Put("keyboard_0/worker_report.json", Report(70));
  Put("mouse_0/worker_report.json", Report(80));
  Derive();
  const size_t calls = bucket_.store.Calls().size();
  ASSERT_EQ(calls, 4U);
  for (size_t call = 1; call <= calls; ++call) {
    for (const ErrorCode code : {ErrorCode::kDenied, ErrorCode::kNotFound, ErrorCode::kUnavailable,
                                 ErrorCode::kPreconditionFailed}) {
      bucket_.store.SetRule(store::FailOnce(call, Error{code, "no", {}, {}}));
      const RecordingEnd end = Derive();
      EXPECT_TRUE(end.read_failed) << call;
      EXPECT_FALSE(end.end) << call;
      EXPECT_FALSE(end.worker_report) << call;
      EXPECT_EQ(end.error->code, code) << call;
    }
  }
}

TEST_F(RecordingEndTest, AFileThatChangesBetweenListingAndReadingIsAFailedRead) {
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  const auto objects = raw::ListRecording(bucket_.memory, kRecording);
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(101));
  const RecordingEnd end = DeriveRecordingEnd(bucket_.store, *objects, kStart, After(86'400));
  EXPECT_TRUE(end.read_failed);
  EXPECT_EQ(end.error->code, ErrorCode::kPreconditionFailed);
}

TEST_F(RecordingEndTest, EveryFileThatWasLookedAtIsNamedWithWhatItSays) {
  Put("eeg_0/eeg_0001_timestamps.bin", Anchors(-5));
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  const RecordingEnd end = Derive();
  ASSERT_EQ(end.examined.size(), 2U);
  EXPECT_EQ(end.examined[0].dropped, raw::ProblemCode::kBeforeStart);
  EXPECT_EQ(end.examined[0].time, After(-5));
  EXPECT_EQ(end.examined[0].worker, "eeg_0");
  EXPECT_EQ(end.examined[0].stream, Stream::kEeg);
  EXPECT_EQ(end.examined[1].time, After(100));
  EXPECT_FALSE(end.examined[1].dropped);
}

TEST_F(RecordingEndTest, AnyStartThatACatalogCanHoldIsABound) {
  Put("eeg_0/eeg_0000_timestamps.bin", Anchors(100));
  EXPECT_EQ(Derive(TimeUs::min()).end, After(100));
  EXPECT_THAT(Problems(Derive(TimeUs::max())),
              ElementsAre("before_start eeg_0/eeg_0000_timestamps.bin"));
}

TEST(RecordingEnd, IsTheLatestOfAllCandidatesWhicheverTheStreams) {
  EXPECT_TRUE(rc::check("end = max of candidates", [] {
    Recording recording;
    const auto seconds = [] { return *rc::gen::inRange<int64_t>(-50, 4'000); };
    // One file a worker: "worker/file", end.
    const std::vector<std::pair<std::string, Stream>> names = {
        {"eeg_0/eeg_0000_timestamps.bin", Stream::kEeg},
        {"eeg_1/eeg_0000_timestamps.bin", Stream::kEeg},
        {"camera_0/segment_0000_1.csv", Stream::kCamera},
        {"screen_0/screen_timestamps_0000_1.csv", Stream::kScreen},
        {"samsungwatch_0/imu_0000_1.csv", Stream::kSamsungWatch},
        {"samsungwatch_0/ppg_0000_1.csv", Stream::kSamsungWatch},
        {"environment_0/environment_0000_1.csv", Stream::kEnvironment}};
    std::optional<int64_t> latest;
    std::optional<Stream> winner;
    for (const auto& [name, stream] : names) {
      if (*rc::gen::inRange(0, 3) == 0) {
        continue;
      }
      const int64_t end = seconds();
      recording.Put(name, stream == Stream::kEeg ? Anchors(end) : Rows(end));
      if (end >= 0 && (!latest || end > *latest)) {
        latest = end;
        winner = stream;
      }
    }
    const RecordingEnd end = recording.Derive();
    RC_ASSERT(end.end == (latest ? std::optional(After(*latest)) : std::nullopt));
    RC_ASSERT(end.end_source == (winner ? StreamName(*winner) : ""));
  }));
}

TEST(DurationUntil, IsWholeMicrosecondsRoundedDown) {
  EXPECT_EQ(DurationUntil(kStart, kStart + Nanoseconds{1'999}).count(), 1);
  EXPECT_EQ(DurationUntil(kStart, kStart + Nanoseconds{2'000}).count(), 2);
  EXPECT_EQ(DurationUntil(kStart, kStart).count(), 0);
  EXPECT_EQ(DurationUntil(kStart, kStart - Nanoseconds{1}).count(), -1);
  EXPECT_EQ(DurationUntil(kStart, After(5)).count(), 5'000'000);
}

TEST(DurationUntil, StopsAtTheEndsOfTheRange) {
  EXPECT_EQ(DurationUntil(TimeUs::min(), After(0)), Microseconds::max());
  EXPECT_EQ(DurationUntil(TimeUs{Microseconds::max()}, TimeNs::min()), Microseconds::min());
}

}  // namespace
}  // namespace ursa::recovery
