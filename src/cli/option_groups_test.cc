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

TEST(ParseDateOrTime, SaysThatAYearIsOutOfRange) {
  for (const char* text : {"9999-12-31", "2262-06-01T00:00:00Z", "0000-02-29"}) {
    const auto time = ParseDateOrTime(text);
    ASSERT_FALSE(time) << text;
    EXPECT_NE(time.error().message.find("out of range"), std::string::npos) << text;
  }
}

TEST(ParseDateOrTime, RefusesAnythingElse) {
  for (const char* text : {"", "yesterday", "2026-13-01", "2026-02-30", "07.05.2026"}) {
    EXPECT_FALSE(ParseDateOrTime(text).has_value()) << text;
  }
}

TEST(ParseSeconds, IsExactToTheNanosecond) {
  EXPECT_EQ(ParseSeconds("60").value(), std::chrono::seconds{60});
  EXPECT_EQ(ParseSeconds("0.000000001").value(), Nanoseconds{1});
  EXPECT_EQ(ParseSeconds("1.5").value(), std::chrono::milliseconds{1500});
}

TEST(ParseSeconds, RefusesWhatIsNoPlainNumber) {
  for (const char* text : {"", "-1", "1e3", "1.", ".5", "1.0000000001", "abc", "99999999999"}) {
    EXPECT_FALSE(ParseSeconds(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace ursa::cli
