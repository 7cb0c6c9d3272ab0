#include "ingest/manifest.h"

#include <gtest/gtest.h>

namespace ursa::ingest {
namespace {

constexpr std::string_view kId = "rec_20260507_143022_a1b2";
const std::string kHash(64, 'a');

Json File(const std::string& path) {
  return Json{{"path", path}, {"size", 4096}, {"sha256", std::string(64, 'b')}};
}

Json Augmented() {
  return Json{{"manifest_version", 2},
              {"recording_id", kId},
              {"recording_hash", kHash},
              {"started_at", "2026-05-07T14:30:22.120000Z"},
              {"ended_at", nullptr},
              {"hostname", "rig-3"},
              {"data_engine_version", "0.9.1"},
              {"workers", Json::array({Json{{"name", "eeg_0"}, {"device", {{"model", "x"}}}}})},
              {"files", Json::array({File("eeg_0/eeg_0000.bin"), File("mic_0/a.wav")})}};
}

auto Parse(const Json& json) { return ParseManifest(json.dump(), kId); }

void ExpectFault(const std::string& text, GateRule rule) {
  const auto manifest = ParseManifest(text, kId);
  ASSERT_FALSE(manifest.has_value()) << text.substr(0, 200);
  EXPECT_EQ(GateRuleName(manifest.error().rule), GateRuleName(rule)) << text.substr(0, 200);
  EXPECT_NE(manifest.error().message.find(GateRuleName(rule)), std::string::npos);
}

// The gate's rule where one member of an augmented manifest is something else.
void ExpectFaultWith(const std::string& member, const Json& value, GateRule rule) {
  Json manifest = Augmented();
  manifest[member] = value;
  ExpectFault(manifest.dump(), rule);
}

void ExpectFaultWithFile(const Json& file, GateRule rule) {
  ExpectFaultWith("files", Json::array({File("eeg_0/x"), file}), rule);
}

TEST(Manifest, ThatIsAugmentedIsReadAsAWhole) {
  const auto manifest = Parse(Augmented());
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  EXPECT_TRUE(manifest->is_augmented);
  EXPECT_FALSE(manifest->is_reconstructed);
  EXPECT_EQ(manifest->recording_hash, kHash);
  EXPECT_EQ(FormatTime(manifest->started_at->time), "2026-05-07T14:30:22.120000000Z");
  EXPECT_FALSE(manifest->ended_at);
  EXPECT_EQ(manifest->hostname, "rig-3");
  EXPECT_EQ(manifest->data_engine_version, "0.9.1");
  EXPECT_EQ(manifest->workers, Augmented()["workers"]);
  ASSERT_EQ(manifest->files.size(), 2U);
  EXPECT_EQ(manifest->files[1].path, "mic_0/a.wav");
  EXPECT_EQ(manifest->files[1].size_bytes, 4096U);
}

TEST(Manifest, WithTheMemberReconstructedIsOne) {
  Json json = Augmented();
  json["reconstructed"] = Json{{"reason", "no_manifest"}};
  EXPECT_TRUE(Parse(json)->is_reconstructed);
}

TEST(Manifest, WithNeitherHashNorFilesIsLegacy) {
  for (const Json& workers : {Json::array({"eeg_0"}), Json{{"eeg_0", {{"status", "x"}}}}, Json()}) {
    const auto manifest = Parse(Json{{"started_at", "2026-05-07 14:30"}, {"workers", workers}});
    ASSERT_TRUE(manifest.has_value());
    EXPECT_FALSE(manifest->is_augmented);
    EXPECT_FALSE(manifest->started_at->has_offset);
    EXPECT_EQ(manifest->workers, workers);
  }
  EXPECT_TRUE(ParseManifest("{}", kId).has_value());
}

TEST(Manifest, ThatIsLegacyNeedsNoTimeThatParses) {
  const auto manifest = Parse(Json{{"started_at", "yesterday"}, {"ended_at", 7}});
  ASSERT_TRUE(manifest.has_value());
  EXPECT_FALSE(manifest->started_at);
  EXPECT_FALSE(manifest->ended_at);
}

TEST(Gate, NamesTheRuleThatFailed) {
  ExpectFaultWith("recording_hash", std::string(64, 'A'), GateRule::kRecordingHash);
  ExpectFaultWith("recording_hash", nullptr, GateRule::kRecordingHash);
  ExpectFaultWith("recording_hash", Json::array({kHash}), GateRule::kRecordingHash);
  ExpectFaultWith("started_at", "yesterday", GateRule::kStartedAt);
  ExpectFaultWith("started_at", 1778164222, GateRule::kStartedAt);
  ExpectFaultWith("files", Json::array(), GateRule::kFiles);
  ExpectFaultWith("files", Json::object(), GateRule::kFiles);
  ExpectFaultWith("files", nullptr, GateRule::kFiles);
  ExpectFaultWith("files", Json::array({"eeg_0/x"}), GateRule::kFiles);
  ExpectFaultWith("files", Json::array({Json::array()}), GateRule::kFiles);
  ExpectFaultWith("recording_id", "rec_20260507_143022_ffff", GateRule::kRecordingId);
  ExpectFaultWith("recording_id", 7, GateRule::kRecordingId);
}

TEST(Gate, RefusesOneOfHashAndFilesWithoutTheOther) {
  Json without_files = Augmented();
  without_files.erase("files");
  ExpectFault(without_files.dump(), GateRule::kFiles);
  Json without_hash = Augmented();
  without_hash.erase("recording_hash");
  ExpectFault(without_hash.dump(), GateRule::kRecordingHash);
}

TEST(Gate, RefusesPathsThatCouldLeaveThePrefix) {
  for (const std::string& path :
       {std::string(), std::string("/etc/passwd"), std::string("../x"), std::string("a/../../x"),
        std::string("a/./x"), std::string("a//x"), std::string("a/"), std::string("a\\..\\x"),
        std::string("a\0b", 3), std::string(".."), std::string(".")}) {
    ExpectFaultWithFile(File(path), GateRule::kFilePath);
  }
  Json no_text = File("x");
  no_text["path"] = 7;
  ExpectFaultWithFile(no_text, GateRule::kFilePath);
}

TEST(Gate, RefusesSizesThatAreNoIntegersFromZeroOn) {
  for (const char* size : {"-1", "1.5", "1e3", "\"7\"", "null", "99999999999999999999", "[]"}) {
    Json manifest = Augmented();
    manifest["files"][0]["size"] = 424242;
    std::string text = manifest.dump();
    text.replace(text.find("424242"), 6, size);
    ExpectFault(text, GateRule::kFileSize);
  }
}

TEST(Gate, RefusesDigestsThatAreNone) {
  Json file = File("x");
  file["sha256"] = std::string(63, 'b');
  ExpectFaultWithFile(file, GateRule::kFileSha256);
  file.erase("sha256");
  ExpectFaultWithFile(file, GateRule::kFileSha256);
}

TEST(Gate, RefusesAPathThatStandsThereTwice) {
  ExpectFaultWithFile(File("eeg_0/x"), GateRule::kDuplicatePath);
}

TEST(Gate, RefusesAMemberThatStandsThereTwiceAtAnyDepth) {
  std::string text = Augmented().dump();
  ExpectFault(text.substr(0, text.size() - 1) + ",\"hostname\":\"rig-4\"}",
              GateRule::kDuplicateKey);
  text.insert(text.find("\"path\""), "\"path\":\"y\",");
  ExpectFault(text, GateRule::kDuplicateKey);
  ExpectFault(R"({"other":{"a":1,"a":2}})", GateRule::kDuplicateKey);
}

TEST(Gate, RefusesWhatIsNoJsonObject) {
  for (const char* text : {"", "{", "nonsense", "{} x", "{\"hostname\":\"\xFF\"}", "\xFF\xFE{"}) {
    ExpectFault(text, GateRule::kNotJson);
  }
  for (const char* text : {"[]", "7", "null", "\"{}\""}) {
    ExpectFault(text, GateRule::kNotAnObject);
  }
}

TEST(Gate, RefusesWhatIsNestedTooDeepHoweverDeepItIs) {
  for (const size_t depth : {kManifestDepthMax, size_t{1'000'000}}) {
    ExpectFault("{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}",
                GateRule::kTooDeep);
  }
  const size_t fits = kManifestDepthMax - 1;
  EXPECT_TRUE(ParseManifest("{\"x\":" + std::string(fits, '[') + std::string(fits, ']') + "}", kId)
                  .has_value());
}

TEST(Gate, RefusesAMillionFiles) {
  std::string text = R"({"files":[)";
  for (int i = 0; i < 1'000'000; ++i) {
    text += R"({"path":")" + std::to_string(i) + R"(","size":0},)";
    if (text.size() > kManifestBytesMax / 2) {
      break;
    }
  }
  ExpectFault(text, GateRule::kFileSha256);
  text = R"({"files":[)";
  for (size_t i = 0; i <= kManifestFilesMax; ++i) {
    text += (i == 0 ? "" : ",") + File(std::to_string(i)).dump();
  }
  ExpectFault(text + "]}", GateRule::kTooManyFiles);
}

TEST(Gate, RefusesMoreValuesThanAnyoneNeeds) {
  std::string text = R"({"workers":[)";
  for (size_t i = 0; i <= kManifestValuesMax; ++i) {
    text += "1,";
  }
  ExpectFault(text + "1]}", GateRule::kTooManyValues);
}

TEST(Gate, RefusesAnEntryOfFilesWithMoreMembersThanAnyoneNeeds) {
  Json file = File("x");
  while (file.size() < kFileMembersMax) {
    file["more" + std::to_string(file.size())] = 1;
  }
  Json manifest = Augmented();
  manifest["files"] = Json::array({file});
  EXPECT_TRUE(Parse(manifest).has_value());
  file["one more"] = 1;
  ExpectFaultWithFile(file, GateRule::kTooManyValues);
}

TEST(Gate, RefusesATextThatMattersAndIsTooLong) {
  const std::string fits(kManifestTextBytesMax, 'x');
  for (const char* member : {"hostname", "data_engine_version"}) {
    Json manifest = Augmented();
    manifest[member] = fits;
    EXPECT_TRUE(Parse(manifest).has_value());
    ExpectFaultWith(member, fits + "x", GateRule::kTextTooLong);
  }
  ExpectFaultWith("started_at", fits + "x", GateRule::kTextTooLong);
  ExpectFaultWithFile(File(fits + "x"), GateRule::kTextTooLong);
  EXPECT_TRUE(Parse(Json{{"comment", fits + "x"}}).has_value());
}

TEST(Gate, RefusesTheNameOfAMemberThatIsTooLongAtAnyDepth) {
  const std::string long_name(kManifestTextBytesMax + 1, 'x');
  ExpectFault(Json{{long_name, 1}}.dump(), GateRule::kTextTooLong);
  ExpectFault(Json{{"workers", Json{{"eeg_0", Json{{long_name, 1}}}}}}.dump(),
              GateRule::kTextTooLong);
}

TEST(Gate, RefusesATextTooLongToBeCopiedFromWorkersAtAnyDepth) {
  const std::string fits(kWorkerTextBytesMax, 'x');
  EXPECT_TRUE(Parse(Json{{"workers", Json::array({Json{{"device", fits}}})}}).has_value());
  ExpectFault(Json{{"workers", fits + "x"}}.dump(), GateRule::kTextTooLong);
  ExpectFault(Json{{"workers", Json::array({Json{{"device", Json{{"x", fits + "x"}}}}})}}.dump(),
              GateRule::kTextTooLong);
}

TEST(Gate, RefusesMoreBytesThanAreRead) {
  ExpectFault(std::string(kManifestBytesMax + 1, ' '), GateRule::kTooLarge);
}

}  // namespace
}  // namespace ursa::ingest
