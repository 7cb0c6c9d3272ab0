#include "demo/manifest_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/digest.h"
#include "demo/recording_files.h"
#include "store/object_store.h"

namespace ursa::demo {
namespace {

using nlohmann::json;

constexpr TimeNs kNow{std::chrono::seconds{1'778'300'000}};
constexpr uint64_t kSeed = 1;

Manifests ManifestsOf(size_t index) {
  const RecordingDesign design = DesignRecording(kSeed, index, kNow);
  return MakeManifests(design, kSeed, InventoryOf(WorkerFiles(design, kSeed)));
}

// The first recording with manifests of a kind.
size_t IndexOf(ManifestKind kind) {
  size_t index = 0;
  while (ManifestKindOf(index) != kind) {
    ++index;
  }
  return index;
}

// raw-recordings.md section 4, "The gate".
void ExpectPassesGate(const json& manifest, const std::string& recording_id) {
  EXPECT_TRUE(IsSha256Hex(manifest.at("recording_hash").get<std::string>()));
  EXPECT_TRUE(ParseIso8601(manifest.at("started_at").get<std::string>()));
  EXPECT_EQ(manifest.at("recording_id"), recording_id);
  ASSERT_TRUE(manifest.at("files").is_array());
  EXPECT_FALSE(manifest["files"].empty());
  std::set<std::string> paths;
  for (const json& file : manifest["files"]) {
    const auto path = file.at("path").get<std::string>();
    EXPECT_TRUE(store::CheckKey(path)) << path;
    EXPECT_EQ(path.find('\\'), std::string::npos);
    EXPECT_TRUE(paths.insert(path).second) << path;
    EXPECT_TRUE(file.at("size").is_number_unsigned());
    EXPECT_TRUE(IsSha256Hex(file.at("sha256").get<std::string>()));
  }
}

TEST(Manifests, ThatAreAugmentedPassTheGate) {
  for (size_t index = 0; index < kDamagePeriod; ++index) {
    const Manifests manifests = ManifestsOf(index);
    const std::string id = DesignRecording(kSeed, index, kNow).recording_id;
    if (manifests.kind == ManifestKind::kAugmented) {
      ExpectPassesGate(json::parse(manifests.files.at(0).head), id);
    } else if (manifests.kind == ManifestKind::kElsewhere) {
      EXPECT_TRUE(manifests.files.empty());
      ExpectPassesGate(json::parse(manifests.elsewhere.at(0).head), id);
    } else if (manifests.kind == ManifestKind::kReconstructed) {
      ExpectPassesGate(json::parse(manifests.files.at(1).head), id);
      EXPECT_TRUE(json::parse(manifests.files[1].head).contains("reconstructed"));
    }
  }
}

TEST(Manifests, ThatAreLegacyHaveNeitherHashNorFiles) {
  const Manifests manifests = ManifestsOf(IndexOf(ManifestKind::kLegacy));
  const json manifest = json::parse(manifests.files.at(0).head);
  EXPECT_FALSE(manifest.contains("recording_hash"));
  EXPECT_FALSE(manifest.contains("files"));
  EXPECT_TRUE(manifest.contains("started_at"));
  EXPECT_TRUE(manifest.contains("workers"));
}

TEST(Manifests, OfNodesStartWhenTheRecordingDoesAndHaveAllWorkersTogether) {
  const size_t index = IndexOf(ManifestKind::kNodes);
  const RecordingDesign design = DesignRecording(kSeed, index, kNow);
  const Manifests manifests = ManifestsOf(index);
  ASSERT_EQ(manifests.files.size(), 2U);
  std::set<std::string> workers;
  std::string earliest = "9";
  for (const RawFile& file : manifests.files) {
    EXPECT_TRUE(file.path.starts_with("_node_manifests/"));
    const json manifest = json::parse(file.head);
    earliest = std::min(earliest, manifest.at("started_at").get<std::string>());
    for (const json& worker : manifest.at("workers")) {
      workers.insert(worker.get<std::string>());
    }
  }
  EXPECT_EQ(earliest, FormatTime(design.start));
  EXPECT_EQ(workers.size(), design.workers.size());
}

TEST(Manifests, ThatAreBadAreNeitherAugmentedNorLegacy) {
  const Manifests manifests = ManifestsOf(IndexOf(ManifestKind::kBad));
  const json manifest = json::parse(manifests.files.at(0).head, nullptr, false);
  EXPECT_TRUE(manifest.is_discarded() ||
              (manifest.contains("recording_hash") && !manifest.contains("files")));
  EXPECT_EQ(manifests.recording_hash, "");
}

TEST(ReconstructedHash, IsThatOfTheSpecification) {
  const std::string digest(64, 'a');
  EXPECT_EQ(ReconstructedHash("rec_20260507_143022_a1b2", {{"eeg_0/eeg_0000.bin", 4096, digest}}),
            Sha256Hex("ursa-recording-hash/1 rec_20260507_143022_a1b2\n" + digest +
                      " 4096 eeg_0/eeg_0000.bin\n"));
}

TEST(Inventory, CountsSilenceThatIsNotInMemory) {
  RawFile file;
  file.path = "mic_0/mic_0000_1.wav";
  file.head = "head";
  file.zero_bytes = 200'000;
  file.tail = "tail";
  const InventoryFile entry = InventoryOf({file}).at(0);
  EXPECT_EQ(entry.size_bytes, 200'008U);
  EXPECT_EQ(entry.sha256, Sha256Hex("head" + std::string(200'000, '\0') + "tail"));
}

}  // namespace
}  // namespace ursa::demo
