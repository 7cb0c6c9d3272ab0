#include "base/backoff.h"

#include <gtest/gtest.h>

#include <vector>

namespace ursa {
namespace {

using std::chrono::milliseconds;

class SleepRecorder final : public Clock {
 public:
  TimeNs Now() override { return {}; }
  Nanoseconds Steady() override { return {}; }
  void Sleep(Nanoseconds duration, std::stop_token) override { sleeps.push_back(duration); }
  std::vector<Nanoseconds> sleeps;
};

// Always the largest part of a bound below a second.
class Largest final : public Random {
 public:
  uint64_t Next() override { return bound; }
  uint64_t bound = 0;
};

TEST(Backoff, WaitsAPartOfABoundThatDoublesUpToTheLongest) {
  SleepRecorder clock;
  Largest random;
  Backoff backoff(milliseconds{4}, milliseconds{10}, clock, random, {});
  for (const int bound_ms : {4, 8, 10, 10}) {
    const milliseconds bound{bound_ms};
    random.bound = static_cast<uint64_t>(Nanoseconds(bound).count());
    EXPECT_TRUE(backoff.Wait());
    EXPECT_EQ(clock.sleeps.back(), bound);
  }
}

TEST(Backoff, AddsWhatWasAskedFor) {
  SleepRecorder clock;
  Largest random;
  Backoff backoff(milliseconds{4}, milliseconds{10}, clock, random, {});
  EXPECT_TRUE(backoff.Wait(milliseconds{7}));
  EXPECT_EQ(clock.sleeps.back(), milliseconds{7});
}

TEST(Backoff, WaitsNoMoreOnceAStopIsRequested) {
  SleepRecorder clock;
  Largest random;
  std::stop_source stop;
  Backoff backoff(milliseconds{4}, milliseconds{10}, clock, random, stop.get_token());
  stop.request_stop();
  EXPECT_FALSE(backoff.Wait());
  EXPECT_TRUE(clock.sleeps.empty());
}

}  // namespace
}  // namespace ursa
