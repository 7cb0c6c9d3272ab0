#include "delta/calendar.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ursa::delta {
namespace {

TEST(FormatDays, WritesTheProlepticGregorianCalendar) {
  EXPECT_EQ(FormatDays(0), "1970-01-01");
  EXPECT_EQ(FormatDays(-1), "1969-12-31");
  EXPECT_EQ(FormatDays(11'016), "2000-02-29");
  EXPECT_EQ(FormatDays(2'932'896), "9999-12-31");
  EXPECT_EQ(FormatDays(-719'162), "0001-01-01");
}

TEST(FormatDays, WritesYearsOfMoreDigitsWithTheirSign) {
  EXPECT_EQ(FormatDays(2'932'897), "+10000-01-01");
  EXPECT_EQ(FormatDays(-719'529), "-0001-12-31");
  EXPECT_EQ(FormatDays(INT32_MAX), "+5881580-07-11");
  EXPECT_EQ(FormatDays(INT32_MIN), "-5877641-06-23");
}

TEST(ParseDays, IsTheInverseOfFormatDays) {
  EXPECT_EQ(ParseDays(FormatDays(INT32_MAX)), INT32_MAX);
  EXPECT_EQ(ParseDays(FormatDays(INT32_MIN)), INT32_MIN);
  EXPECT_TRUE(rc::check("parse(format(days)) = days", [] {
    const auto days = *rc::gen::arbitrary<int32_t>();
    RC_ASSERT(ParseDays(FormatDays(days)) == int64_t{days});
  }));
}

TEST(ParseDays, RefusesEverythingElse) {
  for (const char* text :
       {"", "2026-5-07", "2026-02-30", "2026-13-01", "2026-00-01", "20260507", "2026-05-07 ",
        "12026-05-07", "+026-05-07", "2026/05/07", "-", "2026-05-0x", "2026--5-07",
        "+5881580-07-12", "-5877641-06-22", "+9999999999999999999-01-01"}) {
    EXPECT_EQ(ParseDays(text), std::nullopt) << text;
  }
}

TEST(FormatMicroseconds, WritesSixDigitsAndZ) {
  EXPECT_EQ(FormatMicroseconds(1'778'164'222'120'000), "2026-05-07T14:30:22.120000Z");
  EXPECT_EQ(FormatMicroseconds(-1), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatMicroseconds, WritesNanosecondsTakenForMicrosecondsAsTheYearThatTheyMean) {
  EXPECT_EQ(FormatMicroseconds(1'778'164'222'120'000'000), "+58317-10-13T10:08:40.000000Z");
}

TEST(ParseMicroseconds, IsTheInverseOfFormatMicrosecondsForEveryValue) {
  EXPECT_EQ(ParseMicroseconds(FormatMicroseconds(INT64_MAX)), INT64_MAX);
  EXPECT_EQ(ParseMicroseconds(FormatMicroseconds(INT64_MIN)), INT64_MIN);
  EXPECT_TRUE(rc::check("parse(format(us)) = us", [] {
    // Any 64 bits: the product may wrap round.
    const auto time = static_cast<int64_t>(
        *rc::gen::arbitrary<uint64_t>() * *rc::gen::element<uint64_t>(1, 1'000'003, 1'000'000'007));
    RC_ASSERT(ParseMicroseconds(FormatMicroseconds(time)) == time);
  }));
}

TEST(ParseMicroseconds, TakesOffsetsAndCutsOffNanoseconds) {
  EXPECT_EQ(ParseMicroseconds("1970-01-01T01:00:00.000001999+01:00"), 1);
  EXPECT_EQ(ParseMicroseconds("1969-12-31T23:59:59.9999991Z"), -1);
}

TEST(ParseMicroseconds, TakesTheYear9999) {
  EXPECT_EQ(ParseMicroseconds("9999-12-31T23:59:59.999999Z"), 253'402'300'799'999'999);
}

TEST(ParseMicroseconds, RefusesEverythingElse) {
  for (const char* text : {"", "T", "9999-12-31", "9999-12-31T24:00:00.000000Z",
                           "9999-12-31T23:60:00.000000Z", "9999-12-31T23:59:60.000000Z",
                           "9999-12-31T23:59:59.99999Z", "+294247-01-10T04:00:54.775808Z",
                           "-290308-12-21T19:59:05.224191Z", "9999-12-31T23:59:59.999999X"}) {
    EXPECT_EQ(ParseMicroseconds(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace ursa::delta
