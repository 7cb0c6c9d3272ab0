#include "demo/exact_time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ursa::demo {
namespace {

TimeNs At(int64_t nanoseconds) { return TimeNs{Nanoseconds{nanoseconds}}; }

TEST(Anchor, TakesTheExactValueOfTheFloat) {
  EXPECT_EQ(TimeOfAnchor(1778164222.5), At(1'778'164'222'500'000'000));
  // 2^-22 s is 238.418... ns.
  EXPECT_EQ(TimeOfAnchor(1778164222.0 + 0x1p-22), At(1'778'164'222'000'000'238));
  // 2^-10 s is 976562.5 ns: a tie, which goes to the even neighbour.
  EXPECT_EQ(TimeOfAnchor(1778164222.0 + 0x1p-10), At(1'778'164'222'000'976'562));
  EXPECT_EQ(TimeOfAnchor(1778164222.0 + 3 * 0x1p-10), At(1'778'164'222'002'929'688));
}

TEST(Anchor, IsFoundAgainFromItsTime) {
  EXPECT_TRUE(rc::check("AnchorNear undoes TimeOfAnchor", [] {
    const auto time =
        At(*rc::gen::inRange<int64_t>(946'684'800'000'000'000, 4'000'000'000'000'000'000));
    const double seconds = AnchorNear(time);
    RC_ASSERT(std::chrono::abs(TimeOfAnchor(seconds) - time) <= Nanoseconds{239});
    RC_ASSERT(AnchorNear(TimeOfAnchor(seconds)) == seconds);
  }));
}

TEST(FirstSample, LiesTheOffsetBeforeTheAnchor) {
  EXPECT_EQ(FirstSampleOf(1778164222.0, 250, {"250", 250, 1}), At(1'778'164'221'000'000'000));
  // 1 / 249.99 s is 4000160.0064... ns.
  EXPECT_EQ(FirstSampleOf(1778164222.0, 1, {"249.99", 24'999, 100}), At(1'778'164'221'995'999'840));
}

TEST(EndOfSound, RoundsTheSumOnceAndTiesToEven) {
  // 1 / 2^10 s is 976562.5 ns.
  EXPECT_EQ(EndOfSound(At(1'000), 1, 1'024), At(977'562));
  EXPECT_EQ(EndOfSound(At(1'001), 1, 1'024), At(977'564));
  EXPECT_EQ(EndOfSound(At(1'000), 1, 3), At(333'334'333));
  EXPECT_EQ(EndOfSound(At(1'000), 0, 3), At(1'000));
}

}  // namespace
}  // namespace ursa::demo
