// The S3 store against a real server: Ceph's gateway, which scripts/rgw starts. Where it is and its
// keys are told in the environment (scripts/rgw); without them these tests fail, as a suite that
// passes by not running would say nothing.

#include <fmt/format.h>

#include <cstdlib>

#include "store/s3.h"
#include "store/s3_client.h"
#include "store/testing_conformance.h"

namespace ursa::store {
namespace {

// A variable of the environment; what is missing makes every test fail by name.
std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string("missing:") + name : value;
}

S3Settings RealServer(const std::string& bucket) {
  S3Settings settings{.clock = SystemClock(), .random = SystemRandom()};
  settings.endpoint = Variable("URSA_TEST_S3_ENDPOINT");
  settings.region = "us-east-1";
  settings.bucket = bucket;
  settings.credentials = {Variable("URSA_TEST_S3_KEY_ID"), Variable("URSA_TEST_S3_SECRET"), "",
                          "scripts/rgw"};
  return settings;
}

Result<void> MakeBucket(const S3Settings& settings) {
  URSA_TRY(const auto client, S3Client::Make(settings, false));
  S3Request request;
  request.method = "PUT";
  request.doing = "making";
  TextReader reader;
  URSA_CHECK(client->Send(request, reader));
  return {};
}

std::string NewBucket() {
  const std::string bucket = "ursa-" + MakeUuid(SystemRandom());
  const auto made = MakeBucket(RealServer(bucket));
  EXPECT_TRUE(made.has_value()) << made.error().ToString();
  return bucket;
}

// Small pages, so that each test of listings goes over several of them; small parts likewise.
std::shared_ptr<ObjectStore> MakeS3() {
  S3Settings settings = RealServer(NewBucket());
  settings.list_entries_max = 3;
  return OpenS3(settings).value();
}

INSTANTIATE_TEST_SUITE_P(S3, StoreConformance, testing::Values(StoreUnderTest{MakeS3}));

TEST(S3RealServer, CopiesInPartsWhatIsTooLargeForOneCopy) {
  S3Settings settings = RealServer(NewBucket());
  const std::string bytes = LargeBytes((size_t{11} << 20) + 3);
  ASSERT_TRUE(OpenS3(settings).value()->Put("from", bytes, PutCondition::kNone).has_value());
  settings.put_bytes_max = size_t{10} << 20;
  settings.copy_part_bytes = size_t{5} << 20;
  const auto store = OpenS3(settings).value();
  const auto copied = store->Copy("from", "to/there", {});
  ASSERT_TRUE(copied.has_value()) << copied.error().ToString();
  EXPECT_TRUE(store->Get("to/there")->bytes == bytes);
  EXPECT_THAT(store->Put("x", bytes, PutCondition::kNone).error().message,
              testing::HasSubstr("s3://" + settings.bucket + "/x is larger than"));
}

TEST(S3RealServer, ListsFullPages) {
  S3Settings settings = RealServer(NewBucket());
  const auto store = OpenS3(settings).value();
  std::vector<std::thread> writers;
  constexpr int kWriters = 8;
  constexpr int kObjects = 1210;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int object = writer; object < kObjects; object += kWriters) {
        const std::string key = fmt::format("r/{:04}/x", object);
        EXPECT_TRUE(store->Put(key, "x", PutCondition::kNone).has_value());
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  const auto first = store->List("r/", {"/", ""});
  ASSERT_TRUE(first.has_value()) << first.error().ToString();
  EXPECT_EQ(first->prefixes.size(), 1000U);
  const auto second = store->List("r/", {"/", first->next.value()});
  ASSERT_TRUE(second.has_value()) << second.error().ToString();
  EXPECT_EQ(second->prefixes.size(), 210U);
  EXPECT_FALSE(second->next.has_value());
  EXPECT_EQ(ListAll(*store, "")->size(), 1210U);
}

TEST(S3RealServer, SaysWhichSettingIsWrong) {
  const S3Settings right = RealServer(NewBucket());
  S3Settings settings = right;
  settings.bucket = "ursa-no-such-bucket";
  const auto no_bucket = OpenS3(settings).value();
  for (const Error& error :
       {no_bucket->Get("k").error(), no_bucket->Head("k").error(), no_bucket->List("k", {}).error(),
        no_bucket->Put("k", "", PutCondition::kNone).error(), no_bucket->Delete("k").error()}) {
    EXPECT_EQ(error.code, ErrorCode::kUnavailable);
    EXPECT_THAT(error.message, testing::HasSubstr("there is no bucket ursa-no-such-bucket"));
  }
  S3Settings nobody = right;
  nobody.credentials.access_key_id = "NOBODY";
  EXPECT_THAT(OpenS3(nobody).value()->Head("k").error().message,
              testing::HasSubstr("does not know the access key id (from scripts/rgw)"));
  S3Settings wrong_secret = right;
  wrong_secret.credentials.secret_access_key = "not-the-secret";
  EXPECT_THAT(OpenS3(wrong_secret).value()->Get("k").error().message,
              testing::HasSubstr("does not belong to the access key id"));
}

// A clock that is an hour slow.
class SlowClock final : public Clock {
 public:
  TimeNs Now() override { return SystemClock().Now() - std::chrono::hours{1}; }
  Nanoseconds Steady() override { return SystemClock().Steady(); }
  void Sleep(Nanoseconds, std::stop_token) override {}
};

TEST(S3RealServer, SaysThatTheClockIsWrong) {
  const S3Settings right = RealServer(NewBucket());
  SlowClock clock;
  S3Settings slow{.clock = clock, .random = SystemRandom()};
  slow.endpoint = right.endpoint;
  slow.bucket = right.bucket;
  slow.credentials = right.credentials;
  const auto object = OpenS3(slow).value()->Get("k");
  ASSERT_FALSE(object.has_value());
  EXPECT_EQ(object.error().code, ErrorCode::kDenied);
  EXPECT_THAT(object.error().message, testing::ContainsRegex("clock is 3(599|600|601) s behind"));
}

TEST(S3RealServer, LetsAReaderReadAndNotWrite) {
  S3Settings settings = RealServer(NewBucket());
  ASSERT_TRUE(OpenS3(settings).value()->Put("k", "bytes", PutCondition::kNone).has_value());
  settings.credentials.access_key_id = Variable("URSA_TEST_S3_READER_KEY_ID");
  settings.credentials.secret_access_key = Variable("URSA_TEST_S3_READER_SECRET");
  const auto reader = OpenS3(settings).value();
  EXPECT_EQ(reader->Get("k")->bytes, "bytes");
  EXPECT_EQ(ListAll(*reader, "")->size(), 1U);
  ExpectCode(reader->Get("absent"), ErrorCode::kNotFound, "Get");
  ExpectCode(reader->Put("k", "x", PutCondition::kNone), ErrorCode::kDenied, "Put");
  ExpectCode(reader->Put("new", "x", PutCondition::kIfAbsent), ErrorCode::kDenied, "Put");
  ExpectCode(reader->Delete("k"), ErrorCode::kDenied, "Delete");
  EXPECT_EQ(reader->Get("k")->bytes, "bytes");
}

}  // namespace
}  // namespace ursa::store
