#include "store/s3_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ursa::store {
namespace {

using testing::HasSubstr;
using testing::Not;

class S3ErrorTest : public testing::Test {
 protected:
  S3ErrorTest() {
    settings_.endpoint = "https://s3.example.com";
    settings_.region = "eu-central-1";
    settings_.bucket = "lab-raw";
    settings_.credentials = {"KEYID", "the-secret-key", "the-token", "R2_ACCESS_KEY_ID"};
  }

  Error Of(int status, const std::string& body, HttpHeaders headers = {}) {
    return ErrorOf(ReadRefusal({status, std::move(headers)}, body, now_), "reading s3://lab-raw/k",
                   settings_);
  }

  static std::string Xml(const std::string& code, const std::string& more = "") {
    return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>theirs</Message>" +
           more + "</Error>";
  }

  const TimeNs now_ = ParseIso8601("2026-05-07T14:30:00Z").value();
  S3Settings settings_{.clock = SystemClock(), .random = SystemRandom()};
};

TEST_F(S3ErrorTest, SaysWhatToDoAboutEachCause) {
  struct Case {
    int status;
    std::string body;
    ErrorCode code;
    std::string advice;
  };
  for (const Case& c : {
           Case{404, Xml("NoSuchKey"), ErrorCode::kNotFound, "there is no such object"},
           Case{404, Xml("NoSuchBucket"), ErrorCode::kUnavailable, "there is no bucket lab-raw at"},
           Case{404, "<html>", ErrorCode::kUnavailable, "does not answer as an S3 service"},
           Case{403, Xml("AccessDenied"), ErrorCode::kDenied, "from R2_ACCESS_KEY_ID"},
           Case{403, "", ErrorCode::kDenied, "the service denies it"},
           Case{403, Xml("InvalidAccessKeyId"), ErrorCode::kDenied, "does not know the access key"},
           Case{403, Xml("SignatureDoesNotMatch"), ErrorCode::kDenied, "whole secret was copied"},
           Case{400, Xml("ExpiredToken"), ErrorCode::kDenied, "get new credentials"},
           Case{400, Xml("AuthorizationHeaderMalformed", "<Region>us-west-2</Region>"),
                ErrorCode::kUnavailable, "another region (\"us-west-2\"); set region"},
           Case{301, Xml("PermanentRedirect", "<Endpoint>b.example.com</Endpoint>"),
                ErrorCode::kUnavailable, "set region and endpoint (b.example.com)"},
           Case{412, "", ErrorCode::kPreconditionFailed, "has changed"},
           Case{429, "", ErrorCode::kThrottled, "fewer requests"},
           Case{503, Xml("SlowDown"), ErrorCode::kThrottled, "lower --jobs"},
           Case{500, "", ErrorCode::kUnavailable, "try later"},
       }) {
    const Error error = Of(c.status, c.body);
    EXPECT_EQ(error.code, c.code) << c.body;
    EXPECT_THAT(error.message, HasSubstr(c.advice));
    EXPECT_THAT(error.message, HasSubstr("reading s3://lab-raw/k"));
  }
}

TEST_F(S3ErrorTest, NamesTheRegionOfARedirectWithoutABody) {
  EXPECT_THAT(Of(301, "", {{"x-amz-bucket-region", "us-west-2"}}).message, HasSubstr("us-west-2"));
}

TEST_F(S3ErrorTest, SaysHowFarTheClockIsOff) {
  const HttpHeaders date = {{"date", "Thu, 07 May 2026 14:00:00 GMT"}};
  EXPECT_THAT(Of(403, Xml("RequestTimeTooSkewed"), date).message,
              HasSubstr("clock is 1800 s ahead of"));
  // Not every service says what it does not like.
  EXPECT_THAT(Of(403, Xml("AccessDenied"), date).message, HasSubstr("clock is 1800 s ahead of"));
  EXPECT_THAT(Of(403, Xml("AccessDenied"), {{"date", "Thu, 07 May 2026 14:29:00 GMT"}}).message,
              Not(HasSubstr("clock")));
}

TEST_F(S3ErrorTest, TriesAgainOnlyWhatMayHelp) {
  const auto transient = [&](int status, const std::string& body) {
    return ReadRefusal({status, {}}, body, now_).IsTransient();
  };
  EXPECT_TRUE(transient(500, ""));
  EXPECT_TRUE(transient(503, Xml("SlowDown")));
  EXPECT_TRUE(transient(429, ""));
  EXPECT_TRUE(transient(400, Xml("RequestTimeout")));
  EXPECT_TRUE(transient(200, Xml("InternalError")));
  EXPECT_FALSE(transient(403, Xml("AccessDenied")));
  EXPECT_FALSE(transient(404, Xml("NoSuchKey")));
  EXPECT_FALSE(transient(501, Xml("NotImplemented")));
}

TEST_F(S3ErrorTest, NeverShowsASecretThatAServerEchoes) {
  const Error error = Of(403,
                         "<Error><Code>x</Code><Message>the-secret-key and the-token, "
                         "the-secret-key</Message></Error>");
  EXPECT_THAT(error.message, Not(HasSubstr("the-secret-key")));
  EXPECT_THAT(error.message, Not(HasSubstr("the-token")));
  EXPECT_THAT(error.message, HasSubstr("*** and ***, ***"));
}

TEST_F(S3ErrorTest, FindsErrorsInSuccesses) {
  EXPECT_TRUE(IsErrorBody("\n <Error><Code>InternalError</Code></Error>"));
  EXPECT_FALSE(IsErrorBody("<CopyObjectResult><ETag>x</ETag></CopyObjectResult>"));
  EXPECT_FALSE(IsErrorBody(""));
}

}  // namespace
}  // namespace ursa::store
