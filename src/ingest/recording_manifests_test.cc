#include "ingest/recording_manifests.h"

#include <gmock/gmock.h>

#include "ingest/testing_bucket.h"

namespace ursa::ingest {
namespace {

using testing::ElementsAre;

class ManifestsTest : public BucketTest {
 protected:
  // "manifest.json counts", each that there is.
  std::vector<std::string> Evidence() {
    const RecordingListing listing = ReadListing(raw_, kTestId).value();
    std::vector<std::string> told;
    const RecordingManifests manifests = ReadManifests(raw_, listing).value();
    for (const ManifestEvidence& found : manifests.evidence) {
      told.push_back(found.key.substr(found.key.rfind('/') + 1) + " " +
                     std::string(ManifestVerdictName(found.verdict)));
    }
    return told;
  }
  static Json WithHash(char digit) {
    Json manifest = Augmented(Json::array({File("a/b", "x")}));
    manifest["recording_hash"] = std::string(64, digit);
    return manifest;
  }
};

TEST_F(ManifestsTest, EachIsSaidToCountToAgreeOrToConflict) {
  Put("manifest.json", WithHash('a').dump());
  Put("manifest.reconstructed.json", WithHash('a').dump());
  EXPECT_THAT(Evidence(),
              ElementsAre("manifest.json counts", "manifest.reconstructed.json agrees"));
  Put("manifest.reconstructed.json", WithHash('b').dump());
  EXPECT_THAT(Evidence(),
              ElementsAre("manifest.json counts", "manifest.reconstructed.json conflicts"));
}

TEST_F(ManifestsTest, OneThatDoesNotCountIsSaidToBeLegacyOfANodeOrBad) {
  Put("manifest.json", Legacy().dump());
  Put("manifest.reconstructed.json", WithHash('a').dump());
  Put("_node_manifests/n.json", Legacy().dump());
  Put("_node_manifests/o.json", "[]");
  EXPECT_THAT(Evidence(), ElementsAre("manifest.json legacy", "manifest.reconstructed.json counts",
                                      "n.json node", "o.json bad"));
}

}  // namespace
}  // namespace ursa::ingest
