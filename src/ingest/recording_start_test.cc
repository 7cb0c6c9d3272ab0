#include "ingest/recording_start.h"

#include "ingest/testing_bucket.h"

namespace ursa::ingest {
namespace {

class StartTest : public BucketTest {
 protected:
  std::string Start() {
    const RecordingListing listing = ReadListing(raw_, kTestId).value();
    const RecordingManifests manifests = ReadManifests(raw_, listing).value();
    const auto start = DeriveRecordingStart(raw_, listing, manifests, timezone_);
    source_ = start ? StartSourceName(start->source) : "";
    return start ? FormatTime(start->time) : start.error().code;
  }
  void PutManifest(const std::string& name, const char* started_at) {
    Put(name, Json{{"started_at", started_at}}.dump());
  }

  RigTimezone timezone_;
  std::string source_;
};

TEST_F(StartTest, IsThatOfTheLegacyManifestBeforeThatOfTheNodes) {
  PutManifest("_node_manifests/a.json", "2026-05-07T10:00:00Z");
  PutManifest("manifest.json", "2026-05-07T11:00:00.123456789Z");
  EXPECT_EQ(Start(), "2026-05-07T11:00:00.123456789Z");
  EXPECT_EQ(source_, "legacy_manifest");
}

TEST_F(StartTest, IsTheEarliestOfTheNodes) {
  PutManifest("_node_manifests/a.json", "2026-05-07T10:00:01Z");
  PutManifest("_node_manifests/b.json", "2026-05-07T12:00:00+02:00");
  PutManifest("_node_manifests/c.json", "yesterday");
  EXPECT_EQ(Start(), "2026-05-07T10:00:00.000000000Z");
  EXPECT_EQ(source_, "node_manifest");
}

TEST_F(StartTest, PassesOverManifestsThatSayNoPlausibleTime) {
  PutManifest("manifest.json", "1970-01-01T00:00:00Z");
  PutManifest("_node_manifests/a.json", "2026-05-07T10:00:01Z");
  EXPECT_EQ(Start(), "2026-05-07T10:00:01.000000000Z");
}

TEST_F(StartTest, IsTheEarliestFirstSampleWithoutThem) {
  Put("keyboard_0/keyboard_0000_1.jsonl", "{\"timestamp_ns\":1778164223000000002}\n");
  Put("mic_0/mic_0000_1778164223.000000001.wav", "x");
  EXPECT_EQ(Start(), "2026-05-07T14:30:23.000000001Z");
  EXPECT_EQ(source_, "first_sample");
}

TEST_F(StartTest, MayBeTheFirstFrameOfAVideo) {
  Put("keyboard_0/keyboard_0000_1.jsonl", "{\"timestamp_ns\":1778164223000000002}\n");
  Put("webcam_0/camera_timestamps_0001_2.csv", "frame,epoch_ns\n1,1778164200000000000\n");
  Put("webcam_0/camera_timestamps_0000_1.csv", "frame,epoch_ns\n1,1778164223000000001\n");
  EXPECT_EQ(Start(), "2026-05-07T14:30:23.000000001Z");
}

TEST_F(StartTest, IsTheStampOfItsNameWithoutAnyOfThese) {
  Put("robot_0/x.bin", "x");
  EXPECT_EQ(Start(), "2026-05-07T14:30:22.000000000Z");
  EXPECT_EQ(source_, "recording_id");
  timezone_ = RigTimezone::Named("Europe/Berlin").value();
  EXPECT_EQ(Start(), "2026-05-07T12:30:22.000000000Z");
}

TEST_F(StartTest, IsNoStampThatIsNotPlausible) {
  for (const char* id : {"rec_99991231_235959_abcd", "rec_22620412_000000_abcd",
                         "rec_21000101_000000_abcd", "rec_19991231_235959_abcd"}) {
    const RecordingListing listing = ReadListing(raw_, id).value();
    const auto start = DeriveRecordingStart(raw_, listing, {}, timezone_);
    ASSERT_FALSE(start) << id;
    EXPECT_EQ(start.error().code, "implausible_time");
  }
}

TEST_F(StartTest, OfALocalTimeThatAClockChangeSkipsIsAProblem) {
  timezone_ = RigTimezone::Named("Europe/Berlin").value();
  PutManifest("manifest.json", "2026-03-29T02:30:00");
  EXPECT_EQ(Start(), code::kSkippedLocalTime);
}

}  // namespace
}  // namespace ursa::ingest
