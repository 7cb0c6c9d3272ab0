#include "cli/progress.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"
#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kClear[] = "\r\x1b[K";

class ProgressTest : public testing::Test {
 protected:
  // What was written since the last call.
  std::string Written() { return std::exchange(output_.text, {}); }

  StringOutput output_;
  FakeClock clock_;
  ProgressDisplay terminal_{{output_, 80}, clock_, true};
  ProgressDisplay plain_{{output_, std::nullopt}, clock_, true};
};

TEST_F(ProgressTest, RewritesOneLineOnATerminal) {
  terminal_.Begin("reading sidecars", "recordings", 2000);
  EXPECT_EQ(Written(), std::string(kClear) + "reading sidecars: 0 of 2,000 recordings");
  clock_.Move(seconds(10));
  terminal_.Advance(500, 351'000'000);
  EXPECT_EQ(Written(), std::string(kClear) +
                           "reading sidecars: 500 of 2,000 recordings, 351.0 MB, 35.1 MB/s, ETA "
                           "0:30");
}

TEST_F(ProgressTest, IsDrawnAtMostTenTimesASecond) {
  terminal_.Begin("hashing", "files", 0);
  Written();
  int drawn = 0;
  for (int i = 0; i < 1000; ++i) {
    clock_.Move(milliseconds(1));
    terminal_.Advance(1, 1);
    drawn += Written().empty() ? 0 : 1;
  }
  EXPECT_EQ(drawn, 10);
}

TEST_F(ProgressTest, NamesNoTotalWhereNoneIsKnown) {
  terminal_.Begin("listing", "objects", 0);
  clock_.Move(seconds(2));
  Written();
  terminal_.Advance(3000, 0);
  EXPECT_EQ(Written(), std::string(kClear) + "listing: 3,000 objects, 1500.0/s");
}

TEST_F(ProgressTest, NamesNoRateBeforeASecondHasPassed) {
  terminal_.Begin("hashing", "files", 9);
  Written();
  clock_.Move(milliseconds(900));
  terminal_.Advance(1, 2000);
  EXPECT_EQ(Written(), std::string(kClear) + "hashing: 1 of 9 files, 2.0 kB");
}

TEST_F(ProgressTest, FitsTheTerminal) {
  ProgressDisplay narrow({output_, 20}, clock_, true);
  narrow.Begin("reading sidecars of everything", "recordings", 2000);
  EXPECT_EQ(DisplayWidth(Written().substr(sizeof(kClear) - 1)), 19U);
}

TEST_F(ProgressTest, TakesItsLineAway) {
  terminal_.Begin("hashing", "files", 9);
  Written();
  terminal_.Clear();
  EXPECT_EQ(Written(), kClear);
  terminal_.Clear();
  EXPECT_EQ(Written(), "");
}

TEST_F(ProgressTest, WritesOnePlainLineAMinuteOffATerminal) {
  plain_.Begin("hashing", "files", 600);
  std::string all;
  for (int i = 0; i < 119; ++i) {
    clock_.Move(seconds(1));
    plain_.Advance(1, 1'000'000);
  }
  EXPECT_EQ(Written(), "hashing: 60 of 600 files, 60.0 MB, 1.0 MB/s, ETA 9:00\n");
  clock_.Move(seconds(1));
  plain_.Advance(1, 1'000'000);
  EXPECT_EQ(Written(), "hashing: 120 of 600 files, 120.0 MB, 1.0 MB/s, ETA 8:00\n");
  plain_.Clear();
  EXPECT_EQ(Written(), "");
}

TEST_F(ProgressTest, SaysNothingWhereItIsNotWanted) {
  ProgressDisplay none({output_, 80}, clock_, false);
  none.Begin("hashing", "files", 9);
  clock_.Move(seconds(100));
  none.Advance(1, 1);
  none.Clear();
  EXPECT_EQ(Written(), "");
}

TEST_F(ProgressTest, CountsWhatSeveralThreadsTellIt) {
  terminal_.Begin("hashing", "files", 4000);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([this] {
        for (int j = 0; j < 1000; ++j) {
          terminal_.Advance(1, 10);
        }
      });
    }
  }
  clock_.Move(milliseconds(100));
  Written();
  terminal_.Advance(0, 0);
  EXPECT_EQ(Written(), std::string(kClear) + "hashing: 4,000 of 4,000 files, 40.0 kB");
}

TEST_F(ProgressTest, MakesWayForOtherOutput) {
  OutputOverProgress over(output_, terminal_);
  terminal_.Begin("hashing", "files", 9);
  Written();
  over.Write("a line\n");
  EXPECT_EQ(Written(), std::string(kClear) + "a line\n");
}

}  // namespace
}  // namespace ursa::cli
