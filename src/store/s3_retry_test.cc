#include "store/s3_retry.h"

#include <gtest/gtest.h>

#include <vector>

namespace ursa::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SleepRecorder final : public Clock {
 public:
  TimeNs Now() override { return kEarliestPlausible; }
  Nanoseconds Steady() override { return {}; }
  void Sleep(Nanoseconds duration, std::stop_token) override { sleeps.push_back(duration); }
  std::vector<Nanoseconds> sleeps;
};

// The largest number, or the smallest.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(uint64_t number) : number_(number) {}
  uint64_t Next() override { return number_; }

 private:
  const uint64_t number_;
};

TEST(S3Retry, WaitsAtMostABoundThatDoubles) {
  SleepRecorder clock;
  FixedRandom random(199'999'999);
  const S3Settings settings{.tries_max = 5,
                            .backoff_base = milliseconds{200},
                            .backoff_max = milliseconds{500},
                            .clock = clock,
                            .random = random};
  Retries retries(settings);
  while (retries.WaitForNext(std::nullopt)) {
  }
  EXPECT_EQ(retries.Tries(), 5U);
  ASSERT_EQ(clock.sleeps.size(), 4U);
  for (const Nanoseconds sleep : clock.sleeps) {
    EXPECT_LE(sleep, milliseconds{500});
  }
  EXPECT_LE(clock.sleeps[0], milliseconds{200});
}

TEST(S3Retry, NeverWaitsLessThanTheServerAskedFor) {
  SleepRecorder clock;
  FixedRandom random(0);
  const S3Settings settings{.clock = clock, .random = random};
  Retries retries(settings);
  ASSERT_TRUE(retries.WaitForNext(seconds{7}));
  EXPECT_EQ(clock.sleeps, std::vector<Nanoseconds>{seconds{7}});
}

TEST(S3Retry, EndsAtAStop) {
  SleepRecorder clock;
  FixedRandom random(0);
  std::stop_source stop;
  const S3Settings settings{.clock = clock, .random = random, .stop = stop.get_token()};
  Retries retries(settings);
  stop.request_stop();
  EXPECT_FALSE(retries.WaitForNext(std::nullopt));
  EXPECT_TRUE(clock.sleeps.empty());
}

TEST(S3Retry, ReadsRetryAfterInBothForms) {
  const TimeNs now = ParseIso8601("2026-05-07T14:30:00Z").value();
  EXPECT_EQ(ParseRetryAfter("3", now), seconds{3});
  EXPECT_EQ(ParseRetryAfter("99999999999", now), seconds{60});
  EXPECT_EQ(ParseRetryAfter("Thu, 07 May 2026 14:30:05 GMT", now), seconds{5});
  EXPECT_EQ(ParseRetryAfter("Thu, 07 May 2026 14:29:00 GMT", now), seconds{0});
  EXPECT_EQ(ParseRetryAfter("soon", now), std::nullopt);
}

}  // namespace
}  // namespace ursa::store
