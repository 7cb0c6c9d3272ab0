#include "ingest/reconstruction.h"

#include <gmock/gmock.h>

#include "ingest/recording_manifests.h"
#include "ingest/testing_bucket.h"

namespace ursa::ingest {
namespace {

const std::string kDigest(64, 'b');

class ReconstructionTest : public BucketTest {
 protected:
  Json Reconstruct() {
    const RecordingListing listing = ReadListing(raw_, kTestId).value();
    const RecordingManifests manifests = ReadManifests(raw_, listing).value();
    std::vector<ManifestFile> files;
    for (const store::ObjectInfo& object : listing.inventory) {
      files.push_back({std::string(listing.PathOf(object)), object.size_bytes, kDigest});
    }
    const std::string text = MakeReconstructedManifest(
        {listing, manifests, files, ParseIso8601(kTestStart).value(), clock_.Now(), "Ursa/test"});
    EXPECT_TRUE(ParseManifest(text, kTestId)->is_augmented);
    EXPECT_TRUE(ParseManifest(text, kTestId)->is_reconstructed);
    return Json::parse(text);
  }
};

TEST(ReconstructedHash, IsThatOfTheInventoryInItsOrder) {
  EXPECT_EQ(ReconstructedHash(kTestId, {{"eeg_0/a", 1, kDigest}, {"mic_0/b", 22, kDigest}}),
            Sha256Hex("ursa-recording-hash/1 rec_20260507_143022_a1b2\n" + kDigest +
                      " 1 eeg_0/a\n" + kDigest + " 22 mic_0/b\n"));
}

TEST(ReconstructedHash, EscapesWhatCouldForgeALine) {
  EXPECT_EQ(ReconstructedHash("r", {{"a%b\r\nc", 1, kDigest}}),
            Sha256Hex("ursa-recording-hash/1 r\n" + kDigest + " 1 a%25b%0D%0Ac\n"));
}

TEST_F(ReconstructionTest, KeepsWhatTheLegacyManifestSays) {
  Put("manifest.json", Legacy().dump());
  Put("keyboard_0/k.jsonl", "x");
  const Json manifest = Reconstruct();
  EXPECT_EQ(manifest["manifest_version"], 2);
  EXPECT_EQ(manifest["recording_id"], kTestId);
  EXPECT_EQ(manifest["started_at"], kTestStart);
  EXPECT_EQ(manifest["hostname"], "rig-3");
  EXPECT_EQ(manifest["data_engine_version"], "0.4.0");
  EXPECT_EQ(manifest["workers"], Json::array({"keyboard_0"}));
  EXPECT_EQ(manifest["reconstructed"]["reason"], "legacy_manifest");
  EXPECT_EQ(manifest["reconstructed"]["tool"], "Ursa/test");
  ASSERT_EQ(manifest["files"].size(), 1U);
  EXPECT_EQ(manifest["files"][0]["path"], "keyboard_0/k.jsonl");
}

TEST_F(ReconstructionTest, NamesTheWorkersThatAreThereWhereNoManifestDoes) {
  Put("mic_0/m.wav", "x");
  Put("eeg_0/e.bin", "x");
  const Json manifest = Reconstruct();
  EXPECT_EQ(manifest["workers"], Json::array({Json{{"name", "eeg_0"}}, Json{{"name", "mic_0"}}}));
  EXPECT_EQ(manifest["reconstructed"]["reason"], "no_manifest");
  EXPECT_FALSE(manifest.contains("hostname"));
}

TEST_F(ReconstructionTest, UnitesTheManifestsOfNodes) {
  Put("_node_manifests/b.json", R"({"hostname":"b","workers":{"mic_0":{"status":"ok"}}})");
  Put("_node_manifests/a.json",
      R"({"hostname":"a","data_engine_version":"1","workers":["eeg_0"]})");
  Put("mic_0/m.wav", "x");
  const Json manifest = Reconstruct();
  EXPECT_EQ(manifest["hostname"], "a");
  EXPECT_EQ(manifest["workers"], Json::array({"eeg_0", Json{{"name", "mic_0"}, {"status", "ok"}}}));
  EXPECT_EQ(manifest["reconstructed"]["reason"], "node_manifests");
}

TEST_F(ReconstructionTest, EndsWithTheLatestUploadOfTheInventory) {
  Put("mic_0/m.wav", "x");
  clock_.Sleep(std::chrono::hours{1}, {});
  Put("mic_0/n.wav", "x");
  const TimeNs latest = clock_.Now();
  clock_.Sleep(std::chrono::hours{1}, {});
  Put("manifest.json", Legacy().dump());
  Put("participant.txt", "Maya");
  EXPECT_EQ(Reconstruct()["ended_at"], FormatTime(std::chrono::floor<Microseconds>(latest)));
}

TEST_F(ReconstructionTest, LeavesOutOfTheInventoryWhatIsNoData) {
  for (const char* path :
       {"manifest.json", "participant.txt", "session.lock", "_node_manifests/a.json"}) {
    Put(path, "{}");
  }
  Put("mic_0/worker_report.json", "{}");
  Put("notes.txt", "x");
  Put("mic_0/deep/m.wav", "x");
  std::vector<std::string> paths;
  const Json manifest = Reconstruct();
  for (const Json& file : manifest["files"]) {
    paths.push_back(file["path"]);
  }
  EXPECT_THAT(paths,
              testing::ElementsAre("mic_0/deep/m.wav", "mic_0/worker_report.json", "notes.txt"));
}

TEST_F(ReconstructionTest, TakesNoFolderForAFile) {
  const RecordingListing listing =
      SortOutListing(kTestId, {{Key(""), 0, TimeNs{}, "e"}, {Key("mic_0/"), 0, TimeNs{}, "e"}});
  EXPECT_TRUE(listing.inventory.empty());
  EXPECT_TRUE(listing.bad_keys.empty());
}

TEST_F(ReconstructionTest, RefusesKeysThatNoManifestCanName) {
  Put("mic_0/a\\b.wav", "x");
  Put("mic_0/\xFF.wav", "x");
  const RecordingListing listing = ReadListing(raw_, kTestId).value();
  ASSERT_EQ(listing.bad_keys.size(), 2U);
  EXPECT_EQ(listing.bad_keys[0].code, code::kBadKey);
}

}  // namespace
}  // namespace ursa::ingest
