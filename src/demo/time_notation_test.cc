#include "demo/time_notation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ursa::demo {
namespace {

using Unit = TimeNotation::Unit;
using Excess = TimeNotation::Excess;

constexpr TimeNs kTime{Nanoseconds{1'778'164'222'512'345'678}};

TEST(TimeNotation, WritesEveryUnit) {
  EXPECT_EQ(TimeText({Unit::kSeconds, 3}, kTime), "1778164222.512");
  EXPECT_EQ(TimeText({Unit::kMilliseconds, 0}, kTime), "1778164222512");
  EXPECT_EQ(TimeText({Unit::kMicroseconds, 3}, kTime), "1778164222512345.678");
  EXPECT_EQ(TimeText({Unit::kNanoseconds, 0}, kTime), "1778164222512345678");
}

TEST(TimeNotation, WritesExponentsAndDigitsThatRoundAway) {
  EXPECT_EQ(TimeText({Unit::kSeconds, 3, true}, kTime), "1.778164222512e9");
  EXPECT_EQ(TimeText({Unit::kNanoseconds, 0, false, Excess::kRoundsDown}, kTime),
            "1778164222512345678.25");
  EXPECT_EQ(TimeText({Unit::kSeconds, 9, false, Excess::kRoundsUp}, kTime),
            "1778164222.51234567775");
}

TEST(TimeNotation, CanWriteAllTimesOnItsGridExactly) {
  EXPECT_TRUE(rc::check("a time on the grid is read back as it was", [](uint64_t seed) {
    SeededRandom random(seed, 0, 0);
    const TimeNotation notation = PickNotation(random);
    const TimeNs time = OnGrid(notation, kTime + Nanoseconds{random.Between(0, 1'000'000'000'000)});
    const auto reading = ReadDecimalTime(TimeText(notation, time));
    RC_ASSERT(reading.time == time);
  }));
}

TEST(TimeNotation, OfNamesIsDigitsAndAPointOnly) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SeededRandom random(seed, 0, 0);
    const std::string text = TimeText(PickNameNotation(random), kTime);
    EXPECT_EQ(text.find_first_not_of("0123456789."), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace ursa::demo
