#include "cli/laboratory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

#include "cli/fake_process.h"

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

  TemporaryDirectory directory_;
  Profile profile_;
};

TEST_F(LaboratoryTest, ReadsRawAndAssets) {
  directory_.Write("data/raw/recordings/rec_1/manifest.json", "{}");
  directory_.Write("data/assets/ursa/catalog/x", "y");
  const Result<Laboratory> laboratory = OpenLaboratory(profile_);
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
  const Result<WritableLaboratory> laboratory = OpenWritableLaboratory(profile_);
  ASSERT_TRUE(laboratory.has_value()) << laboratory.error().message;
  ASSERT_TRUE(laboratory->assets->Put("a/b", "text", store::PutCondition::kIfAbsent).has_value());
  EXPECT_EQ(ReadFile(directory_.path / "data/assets/a/b"), "text");
}

// catalog.md, section 1: a directory is staging when its root holds the file .ursa-staging.
TEST_F(LaboratoryTest, IsStagingOnlyWhereItsRootIsMarked) {
  directory_.Write("data/raw/x", "");
  directory_.Write("data/assets/.ursa-staging", "");
  EXPECT_EQ(OpenLaboratory(profile_).value().environment, Environment::kProduction);
  EXPECT_EQ(OpenWritableLaboratory(profile_).value().environment, Environment::kProduction);
  directory_.Write("data/.ursa-staging", "");
  EXPECT_EQ(OpenLaboratory(profile_).value().environment, Environment::kStaging);
  EXPECT_EQ(OpenWritableLaboratory(profile_).value().environment, Environment::kStaging);
}

TEST_F(LaboratoryTest, IsNotStagingByADirectoryOfThatName) {
  directory_.Write("data/raw/x", "");
  directory_.Write("data/assets/x", "");
  std::filesystem::create_directory(directory_.path / "data/.ursa-staging");
  EXPECT_EQ(OpenLaboratory(profile_).value().environment, Environment::kProduction);
}

TEST_F(LaboratoryTest, HintsAtTheDemoWhereItsRootIsMissing) {
  const Result<Laboratory> laboratory = OpenLaboratory(profile_);
  ASSERT_FALSE(laboratory.has_value());
  EXPECT_EQ(laboratory.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(laboratory.error().message, HasSubstr("profile local: its root"));
  EXPECT_THAT(laboratory.error().message, HasSubstr("/lab/ursa.toml"));
  EXPECT_THAT(laboratory.error().message, HasSubstr("ursa demo DIR"));
}

TEST_F(LaboratoryTest, HintsAtTheDemoWhereThereAreNoRecordings) {
  std::filesystem::create_directories(directory_.path / "data/assets");
  const Result<WritableLaboratory> laboratory = OpenWritableLaboratory(profile_);
  ASSERT_FALSE(laboratory.has_value());
  EXPECT_EQ(laboratory.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(laboratory.error().message, HasSubstr("data/raw"));
  EXPECT_THAT(laboratory.error().message, HasSubstr("ursa demo DIR"));
}

TEST_F(LaboratoryTest, HintsAtInitWhereThereAreNoAssets) {
  std::filesystem::create_directories(directory_.path / "data/raw");
  const Result<Laboratory> laboratory = OpenLaboratory(profile_);
  ASSERT_FALSE(laboratory.has_value());
  EXPECT_EQ(laboratory.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(laboratory.error().message, HasSubstr("data/assets"));
  EXPECT_THAT(laboratory.error().message, HasSubstr("ursa catalog init"));
}

TEST_F(LaboratoryTest, DoesNotOpenAnEndpointYet) {
  profile_.place = S3Place{};
  const Result<Laboratory> laboratory = OpenLaboratory(profile_);
  ASSERT_FALSE(laboratory.has_value());
  EXPECT_EQ(laboratory.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(laboratory.error().message,
            "profile local names an S3 endpoint; this version works on directories (root = ...)");
}

}  // namespace
}  // namespace ursa::cli
