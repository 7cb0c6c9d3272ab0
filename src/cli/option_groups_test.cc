#include "cli/option_groups.h"

#include <gtest/gtest.h>

namespace ursa::cli {
namespace {

TEST(ParseWhole, TakesDecimalDigitsOnly) {
  EXPECT_EQ(ParseWhole("0", {}).value(), 0U);
  EXPECT_EQ(ParseWhole("010", {}).value(), 10U);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x10", "1.5", "1e3", "one"}) {
    EXPECT_FALSE(ParseWhole(text, {}).has_value()) << text;
  }
}

TEST(ParseWhole, KeepsToItsLimits) {
  EXPECT_TRUE(ParseWhole("9223372036854775807", {}).has_value());
  EXPECT_FALSE(ParseWhole("9223372036854775808", {}).has_value());
  EXPECT_FALSE(ParseWhole("99999999999999999999999", {}).has_value());
  EXPECT_FALSE(ParseWhole("0", {1, 5}).has_value());
  EXPECT_EQ(ParseWhole("6", {1, 5}).error().message, "6 is not in 1 to 5");
}

TEST(ParseDecimal, TakesFiniteNumbersFromZeroOn) {
  EXPECT_EQ(ParseDecimal("0.5").value(), 0.5);
  EXPECT_EQ(ParseDecimal("60").value(), 60.0);
  for (const char* text : {"", "-1", "-0", "nan", "inf", "1e999", "1,5", "60s"}) {
    EXPECT_FALSE(ParseDecimal(text).has_value()) << text;
  }
}

TEST(ParseDateOrTime, TakesADateAsItsStartInUtc) {
  EXPECT_EQ(FormatTime(ParseDateOrTime("2026-05-07").value()), "2026-05-07T00:00:00.000000000Z");
}

TEST(ParseDateOrTime, TakesATimeWithOrWithoutAnOffset) {
  EXPECT_EQ(FormatTime(ParseDateOrTime("2026-05-07T14:30:00+02:00").value()),
            "2026-05-07T12:30:00.000000000Z");
  EXPECT_EQ(FormatTime(ParseDateOrTime("2026-05-07 14:30").value()),
            "2026-05-07T14:30:00.000000000Z");
}

TEST(ParseDateOrTime, RefusesAnythingElse) {
  for (const char* text : {"", "yesterday", "2026-13-01", "2026-02-30", "07.05.2026"}) {
    EXPECT_FALSE(ParseDateOrTime(text).has_value()) << text;
  }
}

// commands.md, "Plans, guards, undo": --shard I/N, I from 0 to N - 1.
TEST(ParseShard, TakesIFromZeroToNMinusOne) {
  EXPECT_EQ(ParseShard("0/1").value().count, 1U);
  EXPECT_EQ(ParseShard("3/4").value().index, 3U);
  for (const char* text :
       {"", "1", "4/4", "0/0", "-1/4", "1/", "/4", "1/4/5", "a/b", "1/1000001"}) {
    EXPECT_FALSE(ParseShard(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace ursa::cli
