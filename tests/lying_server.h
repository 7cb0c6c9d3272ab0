// A store on a server that does as a test says: the fixture of the tests of the S3 store against a
// server that breaks off, lies, or says no.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "scripted_server.h"
#include "store/s3.h"

namespace ursa::store {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ursa::testing::Answer;
using ursa::testing::ScriptedAnswer;
using ursa::testing::ScriptedServer;
using ursa::testing::SeenRequest;
using Then = ScriptedAnswer::Then;

// The time is fixed; sleeping takes none, and is remembered.
class TestClock final : public Clock {
 public:
  TimeNs Now() override { return ParseIso8601("2026-05-07T14:30:00Z").value(); }
  Nanoseconds Steady() override { return {}; }
  void Sleep(Nanoseconds duration, std::stop_token) override { slept.push_back(duration); }
  std::vector<Nanoseconds> slept;
};

inline const std::string kSecret = "the-very-secret-key";
inline const std::string kToken = "the-session-token";

// An answer about an object.
inline ScriptedAnswer ObjectAnswer(int status, const std::string& body,
                                   const std::string& headers = {},
                                   const std::string& etag = "e1") {
  return Answer(
      status,
      "ETag: \"" + etag + "\"\r\nLast-Modified: Thu, 07 May 2026 14:00:00 GMT\r\n" + headers, body);
}

inline std::string Xml(const std::string& code, const std::string& more = {}) {
  return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + kSecret + " " +
         kToken + "</Message>" + more + "</Error>";
}

class LyingServerTest : public ::testing::Test {
 protected:
  // Opens a store on a server that does as `script` says.
  ObjectStore& Serve(ScriptedServer::Script script) {
    server_ = std::make_unique<ScriptedServer>(std::move(script));
    settings_.endpoint = server_->Endpoint();
    store_ = OpenS3(settings_).value();
    return *store_;
  }
  // The same for answers given in turn, the last one for ever.
  ObjectStore& Serve(std::vector<ScriptedAnswer> answers) {
    return Serve([answers = std::move(answers)](const SeenRequest&, size_t number) {
      return answers[std::min(number, answers.size()) - 1];
    });
  }

  // What failed, checked to name its object and no secret.
  template <typename T>
  Error ErrorOf(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    if (result) {
      return {};
    }
    const std::string text = result.error().ToString();
    EXPECT_THAT(text, HasSubstr("bucket"));
    EXPECT_THAT(text, AllOf(Not(HasSubstr(kSecret)), Not(HasSubstr(kToken)))) << text;
    return {result.error().code, text, {}, {}};
  }
  template <typename T>
  void ExpectError(const Result<T>& result, ErrorCode code, const std::string& part = {}) {
    const Error error = ErrorOf(result);
    EXPECT_EQ(ErrorCodeName(error.code), ErrorCodeName(code)) << error.message;
    EXPECT_THAT(error.message, HasSubstr(part));
  }

  static S3Settings Settings(TestClock& clock) {
    S3Settings settings{.clock = clock, .random = SystemRandom()};
    settings.region = "us-east-1";
    settings.bucket = "bucket";
    settings.credentials = {"KEYID", kSecret, kToken, "the test"};
    settings.stall_timeout = seconds{1};
    settings.tries_max = 3;
    return settings;
  }

  TestClock clock_;
  S3Settings settings_ = Settings(clock_);
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace ursa::store
