#include "ingest/candidate.h"

#include <gmock/gmock.h>

#include "ingest/recording_listing.h"
#include "ingest/testing_bucket.h"
#include "store/fault_injecting.h"

namespace ursa::ingest {
namespace {

using testing::HasSubstr;

constexpr std::string_view kKeys = "{\"timestamp_ns\":1778164223000000000}\n";

class Candidate : public BucketTest {
 protected:
  IngestCandidate Prepare() {
    return PrepareIngest(raw_, ReadListing(raw_, kTestId).value(),
                         {timezone_, "local://raw", broken_lock_, clock_.Now()});
  }
  // A recording with a manifest of the rig that names its one file.
  void PutRecording() {
    Put("keyboard_0/keyboard_0000_1.jsonl", kKeys);
    Put("manifest.json",
        Augmented(Json::array({File("keyboard_0/keyboard_0000_1.jsonl", kKeys)})).dump());
  }
  void ExpectRefused(std::string_view code, const std::string& path = {}) {
    const IngestCandidate candidate = Prepare();
    EXPECT_EQ(IngestActionName(candidate.action), "refused");
    ASSERT_EQ(candidate.reason, code);
    EXPECT_EQ(candidate.Why().key, Key(path));
  }

  RigTimezone timezone_;
  std::optional<store::ObjectInfo> broken_lock_;
};

TEST_F(Candidate, OfARigsManifestBecomesItsRows) {
  PutRecording();
  const IngestCandidate candidate = Prepare();
  EXPECT_EQ(candidate.action, IngestAction::kIngested);
  const catalog::Recording& row = candidate.recording;
  EXPECT_EQ(row.recording_id, kTestId);
  EXPECT_EQ(row.recording_hash, std::string(64, 'a'));
  EXPECT_EQ(FormatTime(row.start_time), kTestStart);
  EXPECT_EQ(row.manifest_source, "rig");
  EXPECT_EQ(row.device_info, R"({"hostname":"rig-3","data_engine_version":"0.4.0"})");
  ASSERT_EQ(candidate.modalities.size(), 1U);
  const catalog::Modality& modality = candidate.modalities[0];
  EXPECT_EQ(modality.worker, "keyboard_0");
  EXPECT_EQ(modality.modality, "keyboard");
  EXPECT_EQ(modality.format, "raw_jsonl");
  EXPECT_EQ(modality.ingestion_status, "raw");
  EXPECT_EQ(modality.raw_storage_uri,
            "local://raw/recordings/" + std::string(kTestId) + "/keyboard_0/");
  EXPECT_EQ(modality.segment_count, 1);
  EXPECT_EQ(modality.byte_count, static_cast<int64_t>(kKeys.size()));
}

TEST_F(Candidate, WithoutADerivableEndHasNoDurationAndSaysSo) {
  PutRecording();
  const IngestCandidate candidate = Prepare();
  EXPECT_FALSE(candidate.recording.duration_us);
  EXPECT_TRUE(candidate.recording.duration_known_wrong);
}

TEST_F(Candidate, TakesTheRigsEndWhereNoneCanBeDerived) {
  PutRecording();
  Json manifest = Augmented(Json::array({File("keyboard_0/keyboard_0000_1.jsonl", kKeys)}));
  manifest["ended_at"] = "2026-05-07T14:30:52.120000Z";
  Put("manifest.json", manifest.dump());
  EXPECT_EQ(Prepare().recording.duration_us, 30'000'000);
  EXPECT_FALSE(Prepare().recording.duration_known_wrong);
  manifest["reconstructed"] = Json::object();  // then it is an upload time
  Put("manifest.json", manifest.dump());
  EXPECT_FALSE(Prepare().recording.duration_us);
  EXPECT_EQ(Prepare().recording.manifest_source, "reconstructed");
}

TEST_F(Candidate, IsNotEndedByAManifestBeforeItsStart) {
  PutRecording();
  Json manifest = Augmented(Json::array({File("keyboard_0/keyboard_0000_1.jsonl", kKeys)}));
  manifest["ended_at"] = kTestStart;
  Put("manifest.json", manifest.dump());
  EXPECT_TRUE(Prepare().recording.duration_known_wrong);
}

TEST_F(Candidate, WithAReportGetsTheDurationThatItSays) {
  PutRecording();
  Put("keyboard_0/worker_report.json", R"({"stopped_at_utc":"2026-05-07T14:31:22.120000Z"})");
  const IngestCandidate candidate = Prepare();
  EXPECT_EQ(candidate.recording.duration_us, 60'000'000);
  EXPECT_EQ(candidate.problems.back().code, code::kNotInManifest);
  EXPECT_EQ(candidate.action, IngestAction::kIngested);
}

TEST_F(Candidate, WithoutAnAugmentedManifestIsRefused) {
  Put("keyboard_0/keyboard_0000_1.jsonl", kKeys);
  ExpectRefused(code::kNoManifest);
  Put("_node_manifests/a.json", Legacy().dump());
  ExpectRefused(code::kNodeManifests);
  Put("manifest.json", Legacy().dump());
  ExpectRefused(code::kLegacyManifest, "manifest.json");
}

TEST_F(Candidate, WithABadManifestIsRefusedAndTheRuleIsNamed) {
  PutRecording();
  Put("manifest.json", R"({"recording_hash":"x"})");
  ExpectRefused(code::kBadManifest, "manifest.json");
  EXPECT_THAT(Prepare().problems[0].message, HasSubstr("recording_hash"));
}

TEST_F(Candidate, WithABadManifestIsRefusedThoughAnotherOnePasses) {
  PutRecording();
  Put("manifest.reconstructed.json", "{}");
  ExpectRefused(code::kBadManifest, "manifest.reconstructed.json");
}

TEST_F(Candidate, WithTwoManifestsOfDifferentHashesIsRefused) {
  PutRecording();
  Json other = Augmented(Json::array({File("keyboard_0/keyboard_0000_1.jsonl", kKeys)}));
  Put("manifest.reconstructed.json", other.dump());
  EXPECT_EQ(Prepare().action, IngestAction::kIngested);
  other["recording_hash"] = std::string(64, 'b');
  Put("manifest.reconstructed.json", other.dump());
  ExpectRefused(code::kConflictingManifests, "manifest.reconstructed.json");
}

TEST_F(Candidate, TakesTheManifestFromWhereSomeUploadersPutIt) {
  Put("keyboard_0/keyboard_0000_1.jsonl", kKeys);
  ASSERT_TRUE(
      raw_.Put("manifests/" + std::string(kTestId) + "/manifest.json",
               Augmented(Json::array({File("keyboard_0/keyboard_0000_1.jsonl", kKeys)})).dump(),
               store::PutCondition::kNone));
  EXPECT_EQ(Prepare().action, IngestAction::kIngested);
}

TEST_F(Candidate, IsRefusedWhereAFileIsMissingOrHasAnotherSize) {
  PutRecording();
  Put("manifest.json", Augmented(Json::array({File("keyboard_0/keyboard_0000_1.jsonl", "other"),
                                              File("mic_0/mic_0000_1.wav", "")}))
                           .dump());
  const IngestCandidate candidate = Prepare();
  EXPECT_EQ(candidate.action, IngestAction::kRefused);
  ASSERT_EQ(candidate.problems.size(), 2U);
  EXPECT_EQ(candidate.problems[0].code, code::kInventoryMismatch);
  EXPECT_EQ(candidate.problems[0].key, Key("keyboard_0/keyboard_0000_1.jsonl"));
  EXPECT_EQ(candidate.problems[1].code, code::kInventoryMismatch);
  EXPECT_EQ(candidate.problems[1].key, Key("mic_0/mic_0000_1.wav"));
}

TEST_F(Candidate, MayNameWhateverLiesThereInTheSizeThatItSays) {
  PutRecording();
  Put("participant.txt", "maya");
  Put("session.lock", "");
  Put("_node_manifests/a.json", "{}");
  Put("_node_manifests/logs/a.txt", "x");
  Json files =
      Json::array({File("keyboard_0/keyboard_0000_1.jsonl", kKeys), File("participant.txt", "maya"),
                   File("session.lock", ""), File("_node_manifests/a.json", "{}"),
                   File("_node_manifests/logs/a.txt", "x")});
  Put("manifest.json", Augmented(files).dump());
  broken_lock_ = ReadListing(raw_, kTestId)->session_lock;
  EXPECT_EQ(Prepare().action, IngestAction::kIngested);
  files.back()["size"] = 2;
  Put("manifest.json", Augmented(files).dump());
  ExpectRefused(code::kInventoryMismatch, "_node_manifests/logs/a.txt");
}

TEST_F(Candidate, IsToldOfFilesThatTheManifestDoesNotNameAndOfPathsThatLookAlike) {
  PutRecording();
  Put("keyboard_0/KEYBOARD_0000_1.jsonl", kKeys);
  const IngestCandidate candidate = Prepare();
  EXPECT_EQ(candidate.action, IngestAction::kIngested);
  std::vector<std::string> codes;
  for (const Problem& problem : candidate.problems) {
    codes.push_back(problem.code);
  }
  EXPECT_THAT(codes, testing::IsSupersetOf(
                         {std::string(code::kNotInManifest), std::string(code::kSimilarPaths)}));
}

TEST_F(Candidate, WithASessionLockIsRefusedUnlessThatWasBroken) {
  PutRecording();
  Put("session.lock", "");
  ExpectRefused(code::kSessionLock, "session.lock");
  broken_lock_ = ReadListing(raw_, kTestId)->session_lock;
  EXPECT_EQ(Prepare().action, IngestAction::kIngested);
  clock_.Sleep(std::chrono::seconds{1}, {});
  Put("session.lock", "");  // the rig is at it again
  ExpectRefused(code::kSessionLock, "session.lock");
}

TEST_F(Candidate, HasItsLocalTimeInTheRigsZone) {
  PutRecording();
  Json manifest = Augmented(Json::array({File("keyboard_0/keyboard_0000_1.jsonl", kKeys)}));
  manifest["started_at"] = "2026-05-07T14:30:22";
  Put("manifest.json", manifest.dump());
  EXPECT_EQ(FormatTime(Prepare().recording.start_time), "2026-05-07T14:30:22.000000Z");
  timezone_ = RigTimezone::Named("Europe/Berlin").value();
  EXPECT_EQ(FormatTime(Prepare().recording.start_time), "2026-05-07T12:30:22.000000Z");
  manifest["started_at"] = "2026-03-29T02:30:00";
  Put("manifest.json", manifest.dump());
  ExpectRefused(code::kSkippedLocalTime, "manifest.json");
}

TEST_F(Candidate, WithAnImplausibleStartTakesItsName) {
  PutRecording();
  Json manifest = Augmented(Json::array({File("keyboard_0/keyboard_0000_1.jsonl", kKeys)}));
  manifest["started_at"] = "1970-01-01T00:00:00Z";
  Put("manifest.json", manifest.dump());
  // The first key was pressed in the second after the one that its name says.
  EXPECT_EQ(FormatTime(Prepare().recording.start_time).substr(0, 17), "2026-05-07T14:30:");
}

TEST_F(Candidate, FailsWhereAReadFailsWhicheverItIs) {
  PutRecording();
  store::FaultInjectingStore faulty(raw_);
  const IngestSettings settings{timezone_, "local://raw", {}, clock_.Now()};
  const RecordingListing listing = ReadListing(raw_, kTestId).value();
  (void)PrepareIngest(faulty, listing, settings);
  const size_t calls = faulty.Calls().size();
  ASSERT_GE(calls, 2U);
  for (size_t number = 1; number <= calls; ++number) {
    faulty.ForgetCalls();
    faulty.SetRule(store::FailOnce(number, Error{ErrorCode::kUnavailable, "down", {}, {}}));
    const IngestCandidate candidate = PrepareIngest(faulty, listing, settings);
    EXPECT_EQ(IngestActionName(candidate.action), "failed") << "call " << number;
    EXPECT_EQ(candidate.reason, code::kReadFailed) << "call " << number;
  }
}

TEST_F(Candidate, HasAModalityForEachSensorAndEachOfTwoEyes) {
  Json files = Json::array();
  for (const char* path : {"samsungwatch_0/imu_0000_1.csv", "samsungwatch_0/imu_0001_2.csv",
                           "samsungwatch_0/heart_rate_0000_1.csv", "samsungwatch_0/other.txt",
                           "pupillabs_0/gaze_0000_1.csv", "pupillabs_0/world_0000.mp4",
                           "pupillabs_0/world_timestamps_0000.csv", "webcam_1/camera_0000_1.mp4",
                           "robot_1/arm.bin", "robot_1/logs/arm.log"}) {
    Put(path, "x");
    files.push_back(File(path, "x"));
  }
  Put("manifest.json", Augmented(files).dump());
  std::vector<std::string> rows;
  for (const catalog::Modality& row : Prepare().modalities) {
    rows.push_back(row.worker + " " + row.modality + " " + row.format + " " +
                   std::to_string(row.segment_count));
  }
  EXPECT_THAT(
      rows, testing::ElementsAre(
                "pupillabs_0 pupillabs-gaze raw_video 1", "pupillabs_0 pupillabs-scene raw_video 2",
                "robot_1 robot raw_other 2", "samsungwatch_0 samsungwatch-heart-rate raw_csv 1",
                "samsungwatch_0 samsungwatch-imu raw_csv 2", "webcam_1 camera raw_video 1"));
}

}  // namespace
}  // namespace ursa::ingest
