#include "cli/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

using testing::HasSubstr;

class CredentialsTest : public testing::Test {
 protected:
  void Set(const std::string& prefix) {
    fake_.environment[prefix + "_ACCESS_KEY_ID"] = prefix + "-id";
    fake_.environment[prefix + "_SECRET_ACCESS_KEY"] = prefix + "-secret";
  }
  Result<store::S3Credentials> Find(BucketRole role = BucketRole::kRaw) {
    return FindCredentials(fake_.Make(), role);
  }

  FakeProcess fake_;
  TemporaryDirectory home_;
};

TEST_F(CredentialsTest, PrefersTheMostSpecific) {
  fake_.environment["HOME"] = home_.path.string();
  home_.Write(".aws/credentials",
              "[other]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n"
              "[default]\r\naws_access_key_id=file-id \r\n# aws_access_key_id = no\n"
              "aws_secret_access_key = file=secret\n");
  EXPECT_EQ(Find()->access_key_id, "file-id");
  EXPECT_EQ(Find()->secret_access_key, "file=secret");
  EXPECT_THAT(Find()->source, HasSubstr("[default] in "));
  for (const char* prefix : {"AWS", "R2", "URSA_RAW"}) {
    Set(prefix);
    EXPECT_EQ(Find()->access_key_id, std::string(prefix) + "-id");
    EXPECT_EQ(Find()->secret_access_key, std::string(prefix) + "-secret");
    EXPECT_EQ(Find()->source, std::string(prefix) + "_ACCESS_KEY_ID");
  }
  EXPECT_EQ(Find(BucketRole::kAssets)->access_key_id, "R2-id");
  Set("URSA_ASSETS");
  EXPECT_EQ(Find(BucketRole::kAssets)->access_key_id, "URSA_ASSETS-id");
}

TEST_F(CredentialsTest, TakesATokenWithTheKeysThatItBelongsTo) {
  Set("AWS");
  fake_.environment["AWS_SESSION_TOKEN"] = "token";
  EXPECT_EQ(Find()->session_token, "token");
  Set("R2");
  EXPECT_EQ(Find()->session_token, "");
}

TEST_F(CredentialsTest, TakesHalfAPairForASlip) {
  Set("AWS");
  fake_.environment["R2_SECRET_ACCESS_KEY"] = "the-secret";
  const auto found = Find();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::kUsage);
  EXPECT_EQ(found.error().message,
            "R2_SECRET_ACCESS_KEY is set, R2_ACCESS_KEY_ID is not; set both, or neither");
}

TEST_F(CredentialsTest, ReadsTheSectionOfAwsProfile) {
  fake_.environment["AWS_SHARED_CREDENTIALS_FILE"] =
      home_
          .Write("keys",
                 "[lab]\naws_access_key_id = i\naws_secret_access_key = s\n"
                 "aws_session_token = t\n[half]\naws_access_key_id = i\n")
          .string();
  fake_.environment["AWS_PROFILE"] = "lab";
  EXPECT_EQ(Find()->session_token, "t");
  fake_.environment["AWS_PROFILE"] = "half";
  EXPECT_THAT(Find().error().message, HasSubstr("has only one of"));
}

TEST_F(CredentialsTest, SaysHowToSetThem) {
  const auto found = Find(BucketRole::kAssets);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::kUsage);
  EXPECT_THAT(found.error().message,
              HasSubstr("no credentials for the assets bucket: set URSA_ASSETS_ACCESS_KEY_ID and "
                        "URSA_ASSETS_SECRET_ACCESS_KEY"));
}

}  // namespace
}  // namespace ursa::cli
