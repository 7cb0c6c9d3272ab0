// An object through SHA-256 from a server that falls silent: the recording's limits hold, and a
// stop takes effect at once, whatever the server does. Source: commands.md,
// "reconstruct-all-recent".

#include <gtest/gtest.h>

#include <thread>

#include "base/digest.h"
#include "ingest/hashing.h"
#include "scripted_server.h"
#include "store/s3.h"

namespace ursa::ingest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ursa::testing::Answer;
using ursa::testing::ScriptedAnswer;
using ursa::testing::ScriptedServer;
using ursa::testing::SeenRequest;

constexpr auto kSoon = seconds{4};
const std::string kHeaders = "ETag: \"e1\"\r\nLast-Modified: Thu, 07 May 2026 14:00:00 GMT\r\n";

// The real clock: what is measured is how long a silent server can hold us.
class S3HashingTest : public ::testing::Test {
 protected:
  // Opened as `reconstruct-all-recent` opens it.
  void Serve(ScriptedServer::Script script) {
    server_ = std::make_unique<ScriptedServer>(std::move(script));
    store::S3Settings settings{.clock = SystemClock(), .random = SystemRandom()};
    settings.endpoint = server_->Endpoint();
    settings.bucket = "bucket";
    settings.credentials = {"KEYID", "secret", "", "the test"};
    settings.stall_timeout = seconds{1};
    settings.tries_max = 1;
    settings.stop = stop_.get_token();
    store_ = store::OpenS3ForReading(std::move(settings)).value();
  }

  Result<tl::expected<std::string, Problem>> Hash() {
    const store::ObjectInfo object{"k", bytes_.size(), TimeNs{}, "e1"};
    ReadBudget budget(SystemClock(), {seconds{1}, 1'000'000}, bytes_.size());
    NoProgress progress;
    const auto begin = std::chrono::steady_clock::now();
    auto hashed = HashObject({*store_, SystemClock(), SystemRandom(), progress, stop_.get_token()},
                             object, budget);
    took_ = std::chrono::steady_clock::now() - begin;
    return hashed;
  }
  // Says what is coming and sends half of it.
  [[nodiscard]] ScriptedAnswer Half(ScriptedAnswer::Then then) const {
    ScriptedAnswer answer = Answer(200, kHeaders, bytes_);
    answer.bytes.resize(answer.bytes.size() - bytes_.size() / 2);
    answer.then = then;
    return answer;
  }

  const std::string bytes_ = std::string(1000, 'x');
  std::stop_source stop_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<store::ReadableStore> store_;
  std::chrono::nanoseconds took_{0};
};

TEST_F(S3HashingTest, TimesOutWhereTheServerFallsSilent) {
  Serve([&](const SeenRequest&, size_t) { return Half(ScriptedAnswer::Then::kKeep); });
  const auto hashed = Hash();
  ASSERT_TRUE(hashed.has_value());
  ASSERT_FALSE(hashed->has_value());
  EXPECT_EQ(hashed->error().code, code::kTimeout) << hashed->error().message;
  EXPECT_LT(took_, kSoon);
}

TEST_F(S3HashingTest, TimesOutWhereTheServerNeverAnswers) {
  Serve([](const SeenRequest&, size_t) { return ScriptedAnswer{}; });
  const auto hashed = Hash();
  ASSERT_TRUE(hashed.has_value());
  ASSERT_FALSE(hashed->has_value());
  EXPECT_EQ(hashed->error().code, code::kTimeout) << hashed->error().message;
  EXPECT_LT(took_, kSoon);
}

TEST_F(S3HashingTest, AStopEndsASilentReadAtOnce) {
  Serve([&](const SeenRequest&, size_t) { return Half(ScriptedAnswer::Then::kKeep); });
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds{100});
    stop_.request_stop();
  });
  const auto hashed = Hash();
  ASSERT_FALSE(hashed.has_value());
  EXPECT_EQ(hashed.error().code, ErrorCode::kInterrupted);
  EXPECT_LT(took_, seconds{2});
}

TEST_F(S3HashingTest, GoesOnByRangeWhereAConnectionBroke) {
  Serve([&](const SeenRequest& request, size_t number) {
    if (number == 1) {
      return Half(ScriptedAnswer::Then::kClose);
    }
    EXPECT_EQ(request.headers.at("range"), "bytes=500-999");
    EXPECT_EQ(request.headers.at("if-match"), "\"e1\"");
    return Answer(206, kHeaders + "Content-Range: bytes 500-999/1000\r\n", bytes_.substr(500));
  });
  EXPECT_EQ(Hash().value().value(), Sha256Hex(bytes_));
  EXPECT_EQ(server_->Requests().size(), 2U);
}

}  // namespace
}  // namespace ursa::ingest
