#include "base/time.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

namespace ursa {
namespace {

constexpr int64_t kEarliestNs = 946'684'800'000'000'000;
constexpr int64_t kFirstImplausibleNs = 4'102'444'800'000'000'000;

// The nanoseconds of a plausible time; 0 where it is unparseable, -1 where it is implausible.
int64_t Nanos(const TimeReading& reading) {
  if (reading.time) {
    return reading.time->time_since_epoch().count();
  }
  return reading.fault == TimeFault::kImplausible ? -1 : 0;
}

int64_t Decimal(std::string_view text) { return Nanos(ReadDecimalTime(text)); }
int64_t Binary(double seconds) { return Nanos(ReadBinaryTime(seconds)); }

constexpr int64_t kImplausible = -1;
constexpr int64_t kUnparseable = 0;

TEST(DecimalTime, TheMagnitudeOfItsIntegerPartSaysTheUnit) {
  EXPECT_EQ(Decimal("1778164222"), 1'778'164'222'000'000'000);
  EXPECT_EQ(Decimal("1778164222512"), 1'778'164'222'512'000'000);
  EXPECT_EQ(Decimal("1778164222512345"), 1'778'164'222'512'345'000);
  EXPECT_EQ(Decimal("1778164222512345678"), 1'778'164'222'512'345'678);
}

TEST(DecimalTime, TheBoundsAreTheSameInEveryUnit) {
  for (const char* zeros : {"", "000", "000000", "000000000"}) {
    EXPECT_EQ(Decimal(std::string("946684800") + zeros), kEarliestNs);
    EXPECT_EQ(Decimal(std::string("4102444800") + zeros), kImplausible);
  }
  for (const char* text : {"946684799", "946684799999", "946684799999999", "946684799999999999"}) {
    EXPECT_EQ(Decimal(text), kImplausible) << text;
  }
  for (const char* text : {"4102444799.999999999", "4102444799999.999999", "4102444799999999.999",
                           "4102444799999999999"}) {
    EXPECT_EQ(Decimal(text), kFirstImplausibleNs - 1) << text;
  }
}

TEST(DecimalTime, MayHaveAFractionOrAnExponent) {
  for (const char* text :
       {"1778164222.5", "1778164222500", "1.7781642225e9", "17781642225E-1", "+1778164222.5",
        "001778164222.50", "177816422250e-2", ".17781642225e+10", "1778164222500.e0"}) {
    EXPECT_EQ(Decimal(text), 1'778'164'222'500'000'000) << text;
  }
  EXPECT_EQ(Decimal("1778164222."), 1'778'164'222'000'000'000);
}

TEST(DecimalTime, IsNeverConvertedThroughAFloat) {
  EXPECT_EQ(Decimal("1778164222.123456789"), 1'778'164'222'123'456'789);
  EXPECT_EQ(Decimal("1778164222123456789"), 1'778'164'222'123'456'789);
  EXPECT_EQ(Decimal("1778164222123456.789"), 1'778'164'222'123'456'789);
}

TEST(DecimalTime, IsRoundedToTheNearestNanosecondTiesToEven) {
  EXPECT_EQ(Decimal("1778164222.0000000004"), 1'778'164'222'000'000'000);
  EXPECT_EQ(Decimal("1778164222.0000000005"), 1'778'164'222'000'000'000);
  EXPECT_EQ(Decimal("1778164222.00000000050000000000000001"), 1'778'164'222'000'000'001);
  EXPECT_EQ(Decimal("1778164222.0000000015"), 1'778'164'222'000'000'002);
  EXPECT_EQ(Decimal("1778164222.00000000149999999999999999"), 1'778'164'222'000'000'001);
  EXPECT_EQ(Decimal("1778164222000000001.5"), 1'778'164'222'000'000'002);
  EXPECT_EQ(Decimal("1778164222000000000.5"), 1'778'164'222'000'000'000);
  EXPECT_EQ(Decimal("1778164222.9999999999"), 1'778'164'223'000'000'000);
}

TEST(DecimalTime, IsTestedForPlausibilityAfterRounding) {
  EXPECT_EQ(Decimal("946684799.9999999995"), kEarliestNs);
  EXPECT_EQ(Decimal("946684799.9999999994"), kImplausible);
  EXPECT_EQ(Decimal("4102444799.9999999995"), kImplausible);
  EXPECT_EQ(Decimal("4102444799.9999999994"), kFirstImplausibleNs - 1);
}

TEST(DecimalTime, FarOutsideIsImplausible) {
  for (const char* text :
       {"0", "-0", "0.0", "-1778164222", "1e400", "1e-400", "1e99999999999999999",
        "0e9999999999999999999", "99999999999999999999", "9223372036854775807",
        "9223372036854775808", "18446744073709551616", "1", "99999999999", "100000000000",
        "99999999999999", "100000000000000"}) {
    EXPECT_EQ(Decimal(text), kImplausible) << text;
  }
  EXPECT_EQ(Decimal("1778164222" + std::string(100'000, '0')), kImplausible);
}

TEST(DecimalTime, AnyOtherTextIsUnparseableAndNothingIsTrimmed) {
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           "e9",
                           ".e9",
                           "1e",
                           "1e+",
                           " 1778164222",
                           "1778164222 ",
                           "1778164222\r",
                           "1 778",
                           "1,778",
                           "1_778",
                           "0x6A",
                           "++1",
                           "1.2.3",
                           "1e1.5",
                           "12e3e4",
                           "\"1778164222\"",
                           "1778164222Z",
                           "2026-05-07"}) {
    EXPECT_EQ(Decimal(text), kUnparseable) << text;
  }
  EXPECT_EQ(Decimal(std::string_view("1778164222\0", 11)), kUnparseable);
}

// Text of `ns`.`extra` nanoseconds in a unit that is 10^digits of them.
std::string InUnit(int64_t ns, size_t digits, const std::string& extra) {
  std::string text = std::to_string(ns) + extra;
  return text.insert(text.size() - extra.size() - digits, ".");
}

// The integer nearest to `ns`.`extra`, ties to even, told by the text of the fraction.
int64_t Rounded(int64_t ns, std::string extra) {
  while (extra.ends_with('0')) {
    extra.pop_back();
  }
  const bool up = extra == "5" ? ns % 2 != 0 : extra >= "5";
  return ns + (up ? 1 : 0);
}

TEST(DecimalTime, IsTheNearestIntegerInEveryUnit) {
  EXPECT_TRUE(rc::check("the nearest, ties to even", [] {
    const auto ns = *rc::gen::inRange(kEarliestNs, kFirstImplausibleNs - 1);
    const auto unit = *rc::gen::element<size_t>(0, 3, 6, 9);
    const auto extra = *rc::gen::oneOf(
        rc::gen::element<std::string>("", "5", "50", "500000000000000000001", "4999999999999999"),
        rc::gen::container<std::string>(rc::gen::inRange('0', static_cast<char>('9' + 1))));
    RC_ASSERT(Decimal(InUnit(ns, unit, extra)) == Rounded(ns, extra));
  }));
}

TEST(DecimalTime, AnExponentMovesThePoint) {
  EXPECT_TRUE(rc::check("1.234e9 = 1234000000", [] {
    const auto ns = *rc::gen::inRange(kEarliestNs, kFirstImplausibleNs);
    const auto shift = *rc::gen::inRange(0, 19);
    // The value is one of seconds, whatever its notation.
    std::string digits = std::to_string(ns);
    const auto exponent = static_cast<int>(digits.size()) - 9 - shift;
    digits = std::string(static_cast<size_t>(20), '0') + digits;
    digits.insert(20 + static_cast<size_t>(shift), ".");
    RC_ASSERT((Decimal(fmt::format("{}e{}", digits, exponent)) == ns ||
               shift > static_cast<int>(digits.size())));
  }));
}

TEST(BinaryTime, IsSecondsByTheirExactBinaryValue) {
  EXPECT_EQ(Binary(1778164222.0), 1'778'164'222'000'000'000);
  EXPECT_EQ(Binary(1778164222.5), 1'778'164'222'500'000'000);
  // 1778164222.1 is 1778164222.099999904632568359375 as a float64.
  EXPECT_EQ(Binary(1778164222.1), 1'778'164'222'099'999'905);
}

TEST(BinaryTime, RoundsTiesToEven) {
  // Steps below 2^30 s are 2^-23 s = 119.20928955078125 ns: 2^14 of them end in half a nanosecond.
  const double ulp = std::ldexp(1.0, -23);
  const double base = 1'000'000'000.0;
  EXPECT_EQ(Binary(base + 16'384 * ulp), 1'000'000'000'001'953'125);
  EXPECT_EQ(Binary(base + 32 * ulp), 1'000'000'000'000'003'815);  // 3814.697265625
  const double half = std::ldexp(1.0, -10);                       // 976562.5 ns
  EXPECT_EQ(Binary(base + half), 1'000'000'000'000'976'562);
  EXPECT_EQ(Binary(base + 3 * half), 1'000'000'000'002'929'688);  // 2929687.5
}

TEST(BinaryTime, NanInfinityAndWhatIsOutsideAreImplausible) {
  using Limits = std::numeric_limits<double>;
  for (const double seconds :
       {Limits::quiet_NaN(), -Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), 0.0,
        -0.0, -1778164222.0, 1778164222512.0, Limits::max(), Limits::denorm_min(), 946684799.0,
        std::nextafter(946684800.0, 0.0), 4102444800.0, 9e8, 5e9}) {
    EXPECT_EQ(Binary(seconds), kImplausible) << seconds;
  }
  EXPECT_EQ(Binary(946684800.0), kEarliestNs);
  EXPECT_EQ(Binary(std::nextafter(4102444800.0, 0.0)), 4'102'444'799'999'999'523);
}

TEST(BinaryTime, EqualsItsExactDecimalExpansion) {
  EXPECT_TRUE(rc::check("float64 = its decimal digits", [] {
    const auto whole = *rc::gen::inRange<int64_t>(946'684'700, 4'102'444'900);
    const auto fraction = *rc::gen::inRange<int64_t>(0, int64_t{1} << 23);
    const double seconds =
        static_cast<double>(whole) + std::ldexp(static_cast<double>(fraction), -23);
    RC_ASSERT(Binary(seconds) == Decimal(fmt::format("{:.60f}", seconds)));
  }));
}

std::string Iso(std::string_view text) {
  const auto time = ParseIso8601(text);
  return time ? FormatTime(*time) : "none";
}

TEST(Iso8601, TakesRfc3339) {
  EXPECT_EQ(Iso("2026-05-07T15:02:11Z"), "2026-05-07T15:02:11.000000000Z");
  EXPECT_EQ(Iso("2026-05-07t15:02:11.25z"), "2026-05-07T15:02:11.250000000Z");
  EXPECT_EQ(Iso("2026-05-07T15:02:11+05:30"), "2026-05-07T09:32:11.000000000Z");
  EXPECT_EQ(Iso("2026-05-07T15:02:11.123456789-00:30"), "2026-05-07T15:32:11.123456789Z");
  EXPECT_EQ(Iso("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00.000000000Z");
}

TEST(Iso8601, TakesATimeWithoutAnOffsetAsUtc) {
  EXPECT_EQ(Iso("2026-05-07T15:02:11.5"), "2026-05-07T15:02:11.500000000Z");
  EXPECT_FALSE(ParseIso8601WithOffset("2026-05-07T15:02:11")->has_offset);
  EXPECT_TRUE(ParseIso8601WithOffset("2026-05-07T15:02:11Z")->has_offset);
}

TEST(Iso8601, TakesASpaceForTheTAndACommaForThePointAndNoSeconds) {
  EXPECT_EQ(Iso("2026-05-07 15:02:11Z"), "2026-05-07T15:02:11.000000000Z");
  EXPECT_EQ(Iso("2026-05-07T15:02:11,25Z"), "2026-05-07T15:02:11.250000000Z");
  EXPECT_EQ(Iso("2026-05-07T15:02Z"), "2026-05-07T15:02:00.000000000Z");
  EXPECT_EQ(Iso("2026-05-07 15:02+01:00"), "2026-05-07T14:02:00.000000000Z");
}

TEST(Iso8601, ALeapSecondIsTheFirstOfTheNextMinute) {
  EXPECT_EQ(Iso("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000000000Z");
}

TEST(Iso8601, TakesNothingElse) {
  for (const char* text : {"",
                           "2026-05-07",
                           "2026-05-07T",
                           "2026-05-07T15",
                           "2026-05-07T15:2:11Z",
                           "20260507T150211Z",
                           "2026-02-30T00:00:00Z",
                           "2025-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-05-07T24:00:00Z",
                           "2026-05-07T15:60:00Z",
                           "2026-05-07T15:02:61Z",
                           "2026-05-07T15:02:11+0530",
                           "2026-05-07T15:02:11+05",
                           "2026-05-07T15:02:11+24:00",
                           "2026-05-07T15:02:11.Z",
                           "2026-05-07T15:02:11ZZ",
                           " 2026-05-07T15:02:11Z",
                           "2026-05-07T15:02:11 Z",
                           "26-05-07T15:02:11Z",
                           "2026/05/07T15:02:11Z",
                           "2026-05-07T15:02.5Z",
                           "+2026-05-07T15:02:11Z",
                           "2026-05-07_15:02:11Z"}) {
    EXPECT_EQ(Iso(text), "none") << text;
  }
}

TEST(Iso8601, ReadsWhatFormatTimeWrites) {
  EXPECT_TRUE(rc::check("parse(format(time)) = time", [] {
    const TimeNs time{Nanoseconds{*rc::gen::inRange(kEarliestNs, kFirstImplausibleNs)}};
    RC_ASSERT(ParseIso8601(FormatTime(time)) == time);
  }));
}

TEST(SaturatingAdd, StopsAtTheEndsOfTheRange) {
  EXPECT_EQ(SaturatingAdd(TimeNs::max(), Nanoseconds{1}), TimeNs::max());
  EXPECT_EQ(SaturatingAdd(TimeNs::min(), Nanoseconds{-1}), TimeNs::min());
  EXPECT_EQ(SaturatingAdd(TimeNs{Nanoseconds{5}}, Nanoseconds{-7}), TimeNs{Nanoseconds{-2}});
}

TEST(Date, IsThatOfAnyMicrosecond) {
  EXPECT_EQ(FormatDate(TimeUs{Microseconds{253'402'300'799'999'999}}), "9999-12-31");
  EXPECT_EQ(FormatDate(TimeUs{Microseconds{1'778'164'222'120'000}}), "2026-05-07");
  EXPECT_EQ(FormatDate(TimeUs{Microseconds{-1}}), "1969-12-31");
}

}  // namespace
}  // namespace ursa
