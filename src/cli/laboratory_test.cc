#include "cli/laboratory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

#include "cli/fake_process.h"
#include "cli/text_report.h"

namespace ursa::cli {
namespace {

using testing::HasSubstr;

class LaboratoryTest : public testing::Test {
 protected:
  LaboratoryTest() {
    profile_.name = "local";
    profile_.config_file = "/lab/ursa.toml";
    profile_.place = DirectoryPlace{directory_.path / "data", "data"};
  }

  Result<Laboratory> Open() { return cli::OpenLaboratory(invocation_, profile_); }
  Result<WritableLaboratory> OpenWritable() {
    return cli::OpenWritableLaboratory(invocation_, profile_);
  }

  FakeProcess fake_;
  const Process process_ = fake_.Make();
  const GlobalOptions globals_;
  Log log_;
  TextReport report_{{}, {}, fake_.out, log_};
  NoProgress progress_;
  Invocation invocation_{process_, globals_, report_, progress_, log_};
  TemporaryDirectory directory_;
  Profile profile_;
};

TEST_F(LaboratoryTest, ReadsRawAndAssets) {
  directory_.Write("data/raw/recordings/rec_1/manifest.json", "{}");
  directory_.Write("data/assets/ursa/catalog/x", "y");
  const Result<Laboratory> laboratory = Open();
  ASSERT_TRUE(laboratory.has_value()) << laboratory.error().message;
  EXPECT_EQ(laboratory->profile.name, "local");
  EXPECT_EQ(laboratory->raw->Get("recordings/rec_1/manifest.json").value().bytes, "{}");
  EXPECT_EQ(laboratory->assets->Get("ursa/catalog/x").value().bytes, "y");
}

// architecture.md, "The one idea": a dry run is handed a store that cannot write, by type.
TEST_F(LaboratoryTest, CannotBeWrittenByType) {
  static_assert(
      std::is_same_v<decltype(Laboratory::assets), std::unique_ptr<store::ReadableStore>>);
  static_assert(
      std::is_same_v<decltype(WritableLaboratory::raw), std::unique_ptr<store::ReadableStore>>);
  directory_.Write("data/raw/x", "");
  std::filesystem::create_directories(directory_.path / "data/assets");
  const Result<WritableLaboratory> laboratory = OpenWritable();
  ASSERT_TRUE(laboratory.has_value()) << laboratory.error().message;
  ASSERT_TRUE(laboratory->assets->Put("a/b", "text", store::PutCondition::kIfAbsent).has_value());
  EXPECT_EQ(ReadFile(directory_.path / "data/assets/a/b"), "text");
}

// catalog.md, section 1: a directory is staging when its root holds the file .ursa-staging.
TEST_F(LaboratoryTest, IsStagingOnlyWhereItsRootIsMarked) {
  directory_.Write("data/raw/x", "");
  directory_.Write("data/assets/.ursa-staging", "");
  EXPECT_EQ(Open().value().environment, Environment::kProduction);
  EXPECT_EQ(OpenWritable().value().environment, Environment::kProduction);
  directory_.Write("data/.ursa-staging", "");
  EXPECT_EQ(Open().value().environment, Environment::kStaging);
  EXPECT_EQ(OpenWritable().value().environment, Environment::kStaging);
}

TEST_F(LaboratoryTest, IsNotStagingByADirectoryOfThatName) {
  directory_.Write("data/raw/x", "");
  directory_.Write("data/assets/x", "");
  std::filesystem::create_directory(directory_.path / "data/.ursa-staging");
  EXPECT_EQ(Open().value().environment, Environment::kProduction);
}

TEST_F(LaboratoryTest, HintsAtTheDemoWhereItsRootIsMissing) {
  const Result<Laboratory> laboratory = Open();
  ASSERT_FALSE(laboratory.has_value());
  EXPECT_EQ(laboratory.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(laboratory.error().message, HasSubstr("profile local: its root"));
  EXPECT_THAT(laboratory.error().message, HasSubstr("/lab/ursa.toml"));
  EXPECT_THAT(laboratory.error().message, HasSubstr("ursa demo DIR"));
}

TEST_F(LaboratoryTest, HintsAtTheDemoWhereThereAreNoRecordings) {
  std::filesystem::create_directories(directory_.path / "data/assets");
  const Result<WritableLaboratory> laboratory = OpenWritable();
  ASSERT_FALSE(laboratory.has_value());
  EXPECT_EQ(laboratory.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(laboratory.error().message, HasSubstr("data/raw"));
  EXPECT_THAT(laboratory.error().message, HasSubstr("ursa demo DIR"));
}

TEST_F(LaboratoryTest, HintsAtInitWhereThereAreNoAssets) {
  std::filesystem::create_directories(directory_.path / "data/raw");
  const Result<Laboratory> laboratory = Open();
  ASSERT_FALSE(laboratory.has_value());
  EXPECT_EQ(laboratory.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(laboratory.error().message, HasSubstr("data/assets"));
  EXPECT_THAT(laboratory.error().message, HasSubstr("ursa catalog init"));
}

S3Place Buckets(const std::string& raw, const std::string& assets) {
  S3Place place;
  place.endpoint = "https://s3.example.com";
  place.raw_bucket = raw;
  place.assets_bucket = assets;
  return place;
}

TEST_F(LaboratoryTest, OpensBucketsWithTheirOwnCredentials) {
  profile_.place = Buckets("lab-raw", "lab-assets");
  fake_.environment = {{"URSA_RAW_ACCESS_KEY_ID", "raw-id"},
                       {"URSA_RAW_SECRET_ACCESS_KEY", "raw-secret"},
                       {"R2_ACCESS_KEY_ID", "id"},
                       {"R2_SECRET_ACCESS_KEY", "secret"}};
  const auto laboratory = OpenWritable();
  ASSERT_TRUE(laboratory.has_value()) << laboratory.error().message;
  EXPECT_EQ(laboratory->raw->Uri(), "s3://lab-raw");
  EXPECT_EQ(laboratory->assets->Uri(), "s3://lab-assets");
  const auto raw = S3SettingsOf(invocation_, profile_, BucketRole::kRaw);
  EXPECT_EQ(raw->credentials.access_key_id, "raw-id");
  EXPECT_EQ(raw->connections, 32U);
  EXPECT_EQ(S3SettingsOf(invocation_, profile_, BucketRole::kAssets)->credentials.access_key_id,
            "id");
}

TEST_F(LaboratoryTest, SaysWhichCredentialsAreMissing) {
  profile_.place = Buckets("lab-raw", "lab-assets");
  const auto laboratory = Open();
  ASSERT_FALSE(laboratory.has_value());
  EXPECT_EQ(laboratory.error().code, ErrorCode::kUsage);
  EXPECT_THAT(laboratory.error().message, HasSubstr("no credentials for the raw bucket"));
}

// catalog.md, section 1: a bucket is staging by its name, a run by all that it may write.
TEST_F(LaboratoryTest, IsStagingWhereEveryBucketThatIsWrittenIs) {
  const auto environment_of = [&](const char* raw, const char* assets, Writes writes) {
    profile_.place = Buckets(raw, assets);
    return EnvironmentOf(profile_, writes);
  };
  EXPECT_EQ(environment_of("raw", "assets-test", Writes::kAssets), Environment::kStaging);
  EXPECT_EQ(environment_of("raw", "assets-staging", Writes::kAssets), Environment::kStaging);
  EXPECT_EQ(environment_of("raw", "assets-test", Writes::kAssetsAndRaw), Environment::kProduction);
  EXPECT_EQ(environment_of("raw-test", "assets-test", Writes::kAssetsAndRaw),
            Environment::kStaging);
  EXPECT_EQ(environment_of("raw-test", "assets", Writes::kAssetsAndRaw), Environment::kProduction);
  EXPECT_EQ(environment_of("raw-test", "test-assets", Writes::kAssets), Environment::kProduction);
  EXPECT_EQ(environment_of("raw-test", "staging", Writes::kAssets), Environment::kProduction);
}

}  // namespace
}  // namespace ursa::cli
