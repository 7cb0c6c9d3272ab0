#include "cli/format.h"

#include <gtest/gtest.h>

namespace ursa::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(FormatBytes, CountsInDecimalUnits) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1000), "1.0 kB");
  EXPECT_EQ(FormatBytes(1'234'567), "1.2 MB");
  EXPECT_EQ(FormatBytes(5'000'000'000), "5.0 GB");
}

TEST(FormatBytes, NeverShowsAThousandOfAUnitThatHasANextOne) {
  EXPECT_EQ(FormatBytes(999'949), "999.9 kB");
  EXPECT_EQ(FormatBytes(999'950), "1.0 MB");
  EXPECT_EQ(FormatBytes(UINT64_MAX), "18.4 EB");
}

TEST(FormatElapsed, ShowsMinutesAndHoursWhereThereAreAny) {
  EXPECT_EQ(FormatElapsed(milliseconds(7'900)), "0:07");
  EXPECT_EQ(FormatElapsed(seconds(12 * 60 + 5)), "12:05");
  EXPECT_EQ(FormatElapsed(seconds(3 * 3600 + 7 * 60)), "3:07:00");
  EXPECT_EQ(FormatElapsed(seconds(100 * 3600)), "100:00:00");
}

TEST(FormatElapsed, CountsANegativeDurationAsNone) {
  EXPECT_EQ(FormatElapsed(seconds(-5)), "0:00");
}

}  // namespace
}  // namespace ursa::cli
