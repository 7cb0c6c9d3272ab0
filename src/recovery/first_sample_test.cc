#include "recovery/first_sample.h"

#include <gmock/gmock.h>

#include <cstring>

#include "store/fault_injecting.h"
#include "store/memory.h"

namespace ursa::recovery {
namespace {

constexpr std::string_view kRecording = "rec_20260507_143022_a1b2";

class StoppedClock final : public Clock {
 public:
  TimeNs Now() override { return TimeNs{std::chrono::seconds{1'778'170'000}}; }
  Nanoseconds Steady() override { return Nanoseconds{0}; }
  void Sleep(Nanoseconds, std::stop_token) override {}
};

std::string Anchor(int64_t offset, double seconds) {
  std::string bytes(16, '\0');
  std::memcpy(bytes.data(), &offset, sizeof(offset));
  std::memcpy(bytes.data() + sizeof(offset), &seconds, sizeof(seconds));
  return bytes;
}

class FirstSampleTest : public testing::Test {
 protected:
  void File(const std::string& name, const std::string& bytes) {
    EXPECT_TRUE(
        memory_.Put(raw::RecordingPrefix(kRecording) + name, bytes, store::PutCondition::kNone));
  }
  FirstSample Derive(std::string_view worker, std::string_view modality) {
    const auto objects = raw::ListRecording(store_, kRecording).value();
    store_.ForgetCalls();
    return DeriveFirstSample(store_, objects, worker, modality);
  }
  // The time in ns, or the code and the file's key below the recording.
  std::string Of(std::string_view worker, std::string_view modality) {
    const FirstSample sample = Derive(worker, modality);
    EXPECT_NE(sample.time.has_value(), sample.problem.has_value());
    if (sample.time) {
      return std::to_string(sample.time->time_since_epoch().count());
    }
    return std::string(raw::ProblemCodeName(sample.problem->code)) + " " +
           sample.problem->key.substr(raw::RecordingPrefix(kRecording).size());
  }

  StoppedClock clock_;
  store::MemoryStore memory_{clock_};
  store::FaultInjectingStore store_{memory_};
};

TEST_F(FirstSampleTest, OfEegIsTheFirstAnchorLessItsOffset) {
  File("eeg_0/eeg_0000_timestamps.bin", Anchor(500, 1'778'164'224.0) + Anchor(750, 1'778'164'229));
  File("eeg_0/eeg_meta.json", R"({"sample_rate_hz": 250})");
  EXPECT_EQ(Of("eeg_0", "eeg"), "1778164222000000000");
}

TEST_F(FirstSampleTest, OfEegIsExactForARateThatNoDoubleHolds) {
  File("eeg_0/eeg_0000_timestamps.bin", Anchor(1, 1'778'164'224.0));
  File("eeg_0/eeg_meta.json", R"({"sample_rate_hz": 0.3})");
  EXPECT_EQ(Of("eeg_0", "eeg"), "1778164220666666667");
  // One sample at 400 MHz lies between two nanoseconds: the even one.
  File("eeg_0/eeg_meta.json", R"({"sample_rate_hz": 4e8})");
  EXPECT_EQ(Of("eeg_0", "eeg"), "1778164223999999998");
}

TEST_F(FirstSampleTest, OfEegNeedsNoRateWithoutAnOffset) {
  File("eeg_0/eeg_0000_timestamps.bin", Anchor(0, 1'778'164'224.5));
  EXPECT_EQ(Of("eeg_0", "eeg"), "1778164224500000000");
}

TEST_F(FirstSampleTest, OfEegWithAnOffsetNeedsARate) {
  File("eeg_0/eeg_0000_timestamps.bin", Anchor(1, 1'778'164'224.5));
  EXPECT_EQ(Of("eeg_0", "eeg"), "no_rate eeg_0/eeg_meta.json");
  for (const char* meta : {"", "{", "{}", R"({"sample_rate_hz": "250"})",
                           R"({"sample_rate_hz": 0})", R"({"sample_rate_hz": -1})"}) {
    File("eeg_0/eeg_meta.json", meta);
    EXPECT_EQ(Of("eeg_0", "eeg"), "no_rate eeg_0/eeg_meta.json") << meta;
  }
}

TEST_F(FirstSampleTest, OfEegIsUnknownWhereTheAnchorIsBad) {
  File("eeg_0/eeg_0000_timestamps.bin", Anchor(-1, 1'778'164'224.5));
  EXPECT_EQ(Of("eeg_0", "eeg"), "bad_offset eeg_0/eeg_0000_timestamps.bin");
  File("eeg_0/eeg_0000_timestamps.bin", Anchor(0, 17.0) + Anchor(0, 1'778'164'224.5));
  EXPECT_EQ(Of("eeg_0", "eeg"), "implausible_time eeg_0/eeg_0000_timestamps.bin");
  File("eeg_0/eeg_0000_timestamps.bin", std::string(15, 'x'));
  EXPECT_EQ(Of("eeg_0", "eeg"), "no_whole_row eeg_0/eeg_0000_timestamps.bin");
  File("eeg_0/eeg_0000_timestamps.bin", "");
  EXPECT_EQ(Of("eeg_0", "eeg"), "empty eeg_0/eeg_0000_timestamps.bin");
}

TEST_F(FirstSampleTest, OfMicIsTheTimeInItsNameAndReadsNothing) {
  File("mic_0/mic_0001_1778164250.wav", "");
  File("mic_0/mic_0000_1778164222.512.wav", "not even a WAV");
  EXPECT_EQ(Of("mic_0", "mic"), "1778164222512000000");
  EXPECT_TRUE(store_.Calls().empty());
  File("mic_0/mic_0000_.wav", "");
  EXPECT_EQ(Of("mic_0", "mic"), "no_time_in_name mic_0/mic_0000_.wav");
}

TEST_F(FirstSampleTest, OfAWatchSensorIsTheFirstWholeRowOfItsOwnCsv) {
  File("samsungwatch_0/imu_0000_1.csv", "t,x\n1778164222120000001,1\n");
  File("samsungwatch_0/ppg_0000_1.csv", "t,x\n1778164223,1\n");
  File("samsungwatch_0/eda_0000_1.csv", "1778164224,1\n");
  File("samsungwatch_0/heart_rate_0000_1.csv", "t,x\n1778164225000,1\n");
  File("samsungwatch_0/battery_0000_1.csv", "t,x\n1778164226.5,1\n");
  EXPECT_EQ(Of("samsungwatch_0", "samsungwatch-imu"), "1778164222120000001");
  EXPECT_EQ(Of("samsungwatch_0", "samsungwatch-ppg"), "1778164223000000000");
  EXPECT_EQ(Of("samsungwatch_0", "samsungwatch-eda"), "1778164224000000000");
  EXPECT_EQ(Of("samsungwatch_0", "samsungwatch-heart-rate"), "1778164225000000000");
  EXPECT_EQ(Of("samsungwatch_0", "samsungwatch-battery"), "1778164226500000000");
}

TEST_F(FirstSampleTest, OfEnvironmentAndGazeIsTheFirstWholeRow) {
  File("environment_0/environment_0000_1.csv", "timestamp,epoch_ns\n1,1778164222120000001\n");
  EXPECT_EQ(Of("environment_0", "environment"), "1778164222120000001");
  File("pupillabs_0/gaze_0000_1.csv", "section,timestamp [ns]\na,1778164222120000002\n");
  EXPECT_EQ(Of("pupillabs_0", "pupillabs-gaze"), "1778164222120000002");
  File("pupillabs_0/gaze_0000_1.csv", "");
  EXPECT_EQ(Of("pupillabs_0", "pupillabs-gaze"), "empty pupillabs_0/gaze_0000_1.csv");
}

TEST_F(FirstSampleTest, OfJsonlFamiliesIsTheFirstLineThatParses) {
  for (const std::string family :
       {"keyboard", "mouse", "browser", "notes", "location", "battery"}) {
    File(family + "_0/" + family + "_0000_1.jsonl", "{\n{\"timestamp\": 1778164222.5}\n");
    EXPECT_EQ(Of(family + "_0", family), "1778164222500000000") << family;
  }
}

TEST_F(FirstSampleTest, VideosAndScenesAreOutOfScope) {
  for (const char* modality : {"camera", "video-webcam", "screen", "pupillabs-scene"}) {
    EXPECT_TRUE(IsOutOfScope(modality)) << modality;
  }
  for (const char* modality : {"eeg", "mic", "pupillabs-gaze", "Camera", "", "lidar"}) {
    EXPECT_FALSE(IsOutOfScope(modality)) << modality;
  }
}

TEST_F(FirstSampleTest, OfAnyOtherModalityIsNoSignal) {
  File("lidar_0/lidar_0000_1778164222.bin", "x");
  EXPECT_EQ(Of("lidar_0", "lidar"), "no_segments lidar_0/");
}

TEST_F(FirstSampleTest, OfAWorkerWithoutFilesOfTheKindIsNoSignal) {
  EXPECT_EQ(Of("eeg_0", "eeg"), "no_segments eeg_0/");
  File("eeg_0/eeg_0000.bin", "x");
  File("eeg_0/deeper/eeg_0000_timestamps.bin", Anchor(0, 1'778'164'224.5));
  File("eeg_1/eeg_0000_timestamps.bin", Anchor(0, 1'778'164'224.5));
  EXPECT_EQ(Of("eeg_0", "eeg"), "no_segments eeg_0/");
}

TEST_F(FirstSampleTest, SegmentZeroIsTheLowestThatThereIs) {
  File("notes_0/notes_0010_1.jsonl", "{\"timestamp\": 1778164230}\n");
  File("notes_0/notes_0002_1.jsonl", "{\"timestamp\": 1778164222}\n");
  File("notes_0/notes_00003_1.jsonl", "{\"timestamp\": 1778164223}\n");
  EXPECT_EQ(Of("notes_0", "notes"), "1778164222000000000");
}

TEST_F(FirstSampleTest, ThereIsNoFallBackToALaterSegmentLineOrAnchor) {
  File("notes_0/notes_0000_1.jsonl", "");
  File("notes_0/notes_0001_1.jsonl", "{\"timestamp\": 1778164222}\n");
  EXPECT_EQ(Of("notes_0", "notes"), "empty notes_0/notes_0000_1.jsonl");
  File("notes_0/notes_0000_1.jsonl", "{\"timestamp\": 3}\n{\"timestamp\": 1778164222}\n");
  EXPECT_EQ(Of("notes_0", "notes"), "implausible_time notes_0/notes_0000_1.jsonl");
}

TEST_F(FirstSampleTest, AWorkersModalitiesFollowFromItsFamilyAndItsFiles) {
  File("eeg_0/eeg_0000.bin", "");
  File("samsungwatch_0/ppg_0000_1.csv", "");
  File("samsungwatch_0/heart_rate_0000_1.csv", "");
  File("pupillabs_0/world_0000.mp4", "");
  File("webcam_0/camera_0000_1.mp4", "");
  std::string found;
  const auto objects = raw::ListRecording(store_, kRecording).value();
  for (const raw::Worker& worker : objects.workers) {
    found += worker.name + ":";
    for (const std::string_view modality : ModalitiesInScope(worker)) {
      found += " " + std::string(modality);
    }
    found += "\n";
  }
  EXPECT_EQ(found,
            "eeg_0: eeg\n"
            "pupillabs_0:\n"
            "samsungwatch_0: samsungwatch-ppg samsungwatch-heart-rate\n"
            "webcam_0:\n");
}

TEST_F(FirstSampleTest, AFailedReadIsSaidToBeOne) {
  File("notes_0/notes_0000_1.jsonl", "{\"timestamp\": 1778164222}\n");
  const auto objects = raw::ListRecording(store_, kRecording).value();
  store_.SetRule([](size_t, const store::StoreCall&) -> std::optional<Error> {
    return Error{ErrorCode::kDenied, "permission denied", {}, {}};
  });
  const FirstSample sample = DeriveFirstSample(store_, objects, "notes_0", "notes");
  EXPECT_EQ(sample.problem->code, raw::ProblemCode::kReadFailed);
  EXPECT_THAT(sample.problem->message, testing::HasSubstr("permission denied"));
}

TEST_F(FirstSampleTest, AFailedReadOfTheRateIsNoMissingRate) {
  File("eeg_0/eeg_0000_timestamps.bin", Anchor(1, 1'778'164'224.5));
  File("eeg_0/eeg_meta.json", R"({"sample_rate_hz": 250})");
  const auto objects = raw::ListRecording(store_, kRecording).value();
  store_.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    return call.key.ends_with("eeg_meta.json")
               ? std::optional(Error{ErrorCode::kUnavailable, "unreachable", {}, {}})
               : std::nullopt;
  });
  EXPECT_EQ(DeriveFirstSample(store_, objects, "eeg_0", "eeg").problem->code,
            raw::ProblemCode::kReadFailed);
}

}  // namespace
}  // namespace ursa::recovery
