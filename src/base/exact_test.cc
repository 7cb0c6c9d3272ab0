#include "base/exact.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace ursa {
namespace {

__extension__ using Wide = __int128;

// The reference: schoolbook decimals, rounded by the C library, which rounds any decimal text to
// the nearest double. `fraction` digits after the point, for both.
std::string AddDecimals(const std::string& a, const std::string& b) {
  std::string sum;
  int carry = 0;
  const size_t size = std::max(a.size(), b.size());
  for (size_t i = 0; i < size || carry != 0; ++i) {
    const int digit = carry + (i < a.size() ? a[a.size() - 1 - i] - '0' : 0) +
                      (i < b.size() ? b[b.size() - 1 - i] - '0' : 0);
    sum.insert(sum.begin(), static_cast<char>('0' + digit % 10));
    carry = digit / 10;
  }
  return sum;
}

// larger - smaller
std::string SubtractDecimals(const std::string& larger, const std::string& smaller) {
  std::string difference = larger;
  int borrow = 0;
  for (size_t i = 0; i < larger.size(); ++i) {
    int digit = (larger[larger.size() - 1 - i] - '0') - borrow -
                (i < smaller.size() ? smaller[smaller.size() - 1 - i] - '0' : 0);
    borrow = digit < 0 ? 1 : 0;
    digit += 10 * borrow;
    difference[larger.size() - 1 - i] = static_cast<char>('0' + digit);
  }
  return difference;
}

constexpr int kFractionDigits = 1'074;  // of the least double

// The exact decimal value of a double.
std::string AllDigits(double value) {
  std::array<char, 2'048> text{};
  (void)std::snprintf(text.data(), text.size(), "%.*f", kFractionDigits, value);
  return text.data();
}

std::string WithoutPoint(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    }
  }
  return digits;
}

double ReferenceSum(double seconds, int64_t nanoseconds) {
  const auto magnitude =
      nanoseconds < 0 ? -static_cast<uint64_t>(nanoseconds) : static_cast<uint64_t>(nanoseconds);
  std::string a = WithoutPoint(AllDigits(std::abs(seconds)));
  std::string b = fmt::format("{}{}", magnitude, std::string(kFractionDigits - 9, '0'));
  const size_t size = std::max(a.size(), b.size());
  a.insert(0, size - a.size(), '0');
  b.insert(0, size - b.size(), '0');
  const bool same_sign = (seconds < 0) == (nanoseconds < 0);
  const bool b_larger = a < b;
  std::string sum = same_sign  ? AddDecimals(a, b)
                    : b_larger ? SubtractDecimals(b, a)
                               : SubtractDecimals(a, b);
  const bool negative = same_sign || !b_larger ? seconds < 0 : nanoseconds < 0;
  sum.insert(sum.size() - kFractionDigits, ".");
  const double rounded = std::strtod(sum.c_str(), nullptr);
  return negative ? -rounded : rounded;
}

TEST(AddNanoseconds, IsTheDoubleNearestToTheExactSum) {
  EXPECT_EQ(AddNanoseconds(0, Nanoseconds{1'500'000'000}), 1.5);
  EXPECT_EQ(AddNanoseconds(0.1, Nanoseconds{200'000'000}), 0.30000000000000001665);
  // 0.1 + 0.2 as doubles gives 0.30000000000000004: two roundings.
  EXPECT_NE(AddNanoseconds(0.1, Nanoseconds{200'000'000}), 0.1 + 0.2);
  EXPECT_EQ(AddNanoseconds(12.25, Nanoseconds{-12'250'000'000}), 0);
}

TEST(AddNanoseconds, RoundsTiesToTheEvenNeighbour) {
  const double large = 9'007'199'254'740'992.0;  // 2^53: its upper neighbour is 2 away
  EXPECT_EQ(AddNanoseconds(large, Nanoseconds{1'000'000'000}), large);
  EXPECT_EQ(AddNanoseconds(large, Nanoseconds{1'000'000'001}), large + 2);
  EXPECT_EQ(AddNanoseconds(large + 2, Nanoseconds{1'000'000'000}), large + 4);
}

TEST(AddNanoseconds, LeavesWhatIsNoNumberAndAnEmptyShiftAlone) {
  EXPECT_TRUE(std::isnan(AddNanoseconds(std::nan(""), Nanoseconds{5})));
  EXPECT_EQ(AddNanoseconds(std::numeric_limits<double>::infinity(), Nanoseconds{-5}),
            std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::signbit(AddNanoseconds(-0.0, Nanoseconds{0})));
}

TEST(AddNanoseconds, AgreesWithDecimalArithmeticForBoundsAsCatalogsHaveThem) {
  EXPECT_TRUE(rc::check([] {
    const auto microseconds = *rc::gen::inRange<int64_t>(-100'000'000'000, 100'000'000'000);
    const auto shift = *rc::gen::inRange<int64_t>(-90'000'000'000'000, 90'000'000'000'000);
    const double bound = static_cast<double>(microseconds) / 1e6;
    RC_ASSERT(AddNanoseconds(bound, Nanoseconds{shift}) == ReferenceSum(bound, shift));
  }));
}

TEST(AddNanoseconds, AgreesWithDecimalArithmeticForEveryFiniteDouble) {
  EXPECT_TRUE(rc::check([] {
    const auto bound = std::bit_cast<double>(*rc::gen::arbitrary<uint64_t>());
    const auto shift = *rc::gen::arbitrary<int64_t>();
    RC_PRE(std::isfinite(bound));
    RC_ASSERT(AddNanoseconds(bound, Nanoseconds{shift}) == ReferenceSum(bound, shift));
  }));
}

TEST(AddNanoseconds, AgreesWithDecimalArithmeticForEveryExponentOfABound) {
  EXPECT_TRUE(rc::check([] {
    const double mantissa =
        1 + static_cast<double>(*rc::gen::inRange<int64_t>(0, int64_t{1} << 52)) /
                static_cast<double>(int64_t{1} << 52);
    const double bound =
        std::ldexp(mantissa, *rc::gen::inRange(-20, 60)) * *rc::gen::element(1, -1);
    const auto shift = *rc::gen::arbitrary<int64_t>();
    RC_ASSERT(AddNanoseconds(bound, Nanoseconds{shift}) == ReferenceSum(bound, shift));
  }));
  EXPECT_EQ(AddNanoseconds(-0.0, Nanoseconds{1}), 1e-9);
  EXPECT_EQ(AddNanoseconds(-1, Nanoseconds::min()), ReferenceSum(-1, INT64_MIN));
}

TEST(AddNanoseconds, RoundsTiesToEvenWhereverTheyLie) {
  // Half of the last place of 2^k .. 2^(k + 1), for a whole number of half seconds.
  for (int k = 52; k < 60; ++k) {
    const double bound = std::ldexp(1, k) + std::ldexp(1, k - 52);  // odd mantissa
    const auto half_place = Nanoseconds{int64_t{500'000'000} << (k - 52)};
    for (const double sign : {1.0, -1.0}) {
      EXPECT_EQ(AddNanoseconds(sign * bound, half_place),
                ReferenceSum(sign * bound, half_place.count()));
      EXPECT_EQ(AddNanoseconds(sign * bound, -half_place),
                ReferenceSum(sign * bound, -half_place.count()));
    }
  }
}

TEST(AddNanoseconds, AgreesWithDecimalArithmeticWhereTheSumNearlyVanishes) {
  EXPECT_TRUE(rc::check([] {
    const auto shift = *rc::gen::inRange<int64_t>(1, 4'000'000'000'000'000);
    const double bound = -static_cast<double>(shift) / 1e9;
    RC_ASSERT(AddNanoseconds(bound, Nanoseconds{shift}) == ReferenceSum(bound, shift));
  }));
}

TEST(AddNanoseconds, AndTheShiftBackGiveTheBoundToHalfAUnitInTheLastPlaceOfTheSum) {
  EXPECT_TRUE(rc::check([] {
    const double bound = static_cast<double>(*rc::gen::inRange<int64_t>(0, 1'000'000)) / 64;
    const auto shift = *rc::gen::inRange<int64_t>(0, 7'200'000'000'000);
    const double there = AddNanoseconds(bound, Nanoseconds{shift});
    const double back = AddNanoseconds(there, Nanoseconds{-shift});
    RC_ASSERT(std::abs(back - bound) <= std::ldexp(1, -38));
  }));
}

std::string Shown(std::string_view text) {
  const auto decimal = ParsePositiveDecimal(text);
  return decimal ? fmt::format("{}e{}", decimal->digits, decimal->exponent) : "none";
}

TEST(PositiveDecimal, IsReadFromItsTextToTheLastDigit) {
  EXPECT_EQ(Shown("250"), "250e0");
  EXPECT_EQ(Shown("249.99"), "24999e-2");
  EXPECT_EQ(Shown("2.5e2"), "25e1");
  EXPECT_EQ(Shown("2.5E+2"), "25e1");
  EXPECT_EQ(Shown("0.0025"), "25e-4");
  EXPECT_EQ(Shown("250.00000000000000000000000000000001"),
            "25000000000000000000000000000000001e-32");
}

TEST(PositiveDecimal, IsNothingElseAndNothingThatMeasuresNothing) {
  for (const char* text : {"", "-250", "+250", "0", "0.0", "0e5", ".5", "5.", "1e", "1e+", "0x10",
                           " 250", "250 ", "nan", "1e401", "1e-401", "1e99999999999999999999"}) {
    EXPECT_EQ(Shown(text), "none") << text;
  }
}

TEST(SubtractSamples, RoundsOnceAndTiesToEven) {
  // 1 sample at 2 GHz is half a nanosecond.
  const auto rate = ParsePositiveDecimal("2e9").value();
  const double second = 1'778'164'222.0;
  EXPECT_EQ(SubtractSamples(second, 1, rate).time->time_since_epoch().count(),
            1'778'164'222'000'000'000);
  EXPECT_EQ(SubtractSamples(second, 3, rate).time->time_since_epoch().count(),
            1'778'164'221'999'999'998);
  EXPECT_EQ(SubtractSamples(second, 2, rate).time->time_since_epoch().count(),
            1'778'164'221'999'999'999);
}

TEST(SubtractSamples, WithoutSamplesIsTheAnchorItself) {
  const auto rate = ParsePositiveDecimal("250").value();
  EXPECT_EQ(SubtractSamples(1'778'164'222.12, 0, rate).time, ReadBinaryTime(1'778'164'222.12).time);
}

TEST(SubtractSamples, IsImplausibleWhereAnchorOrDifferenceIs) {
  const auto rate = ParsePositiveDecimal("250").value();
  for (const double seconds : {std::nan(""), -1.0, 0.0, 5e9, 1e300}) {
    EXPECT_EQ(SubtractSamples(seconds, 1, rate).fault, TimeFault::kImplausible);
    EXPECT_FALSE(SubtractSamples(seconds, 1, rate).time);
  }
  EXPECT_FALSE(SubtractSamples(1'778'164'222.0, UINT64_MAX, rate).time);
  EXPECT_FALSE(SubtractSamples(1'778'164'222.0, 250ULL * 900'000'000, rate).time);
}

TEST(SubtractSamples, AgreesWith128BitArithmetic) {
  EXPECT_TRUE(rc::check([] {
    const double seconds =
        1.7e9 + static_cast<double>(*rc::gen::inRange<int64_t>(0, int64_t{1} << 50)) / (1 << 22);
    const auto samples = *rc::gen::inRange<uint64_t>(1, uint64_t{1} << 36);
    const auto hundredths = *rc::gen::inRange<int64_t>(1'000, 1'000'000);
    const auto rate =
        ParsePositiveDecimal(fmt::format("{}.{:02}", hundredths / 100, hundredths % 100));
    const auto mantissa = static_cast<Wide>(std::ldexp(seconds, 22));
    const Wide denominator = (Wide{1} << 22) * hundredths;
    const Wide numerator =
        (mantissa * hundredths - static_cast<Wide>(samples) * 100 * (1 << 22)) * 1'000'000'000;
    Wide nearest = numerator / denominator;
    const Wide rest = 2 * (numerator % denominator);
    nearest += rest > denominator || (rest == denominator && nearest % 2 != 0) ? 1 : 0;
    const auto time = SubtractSamples(seconds, samples, *rate).time;
    RC_ASSERT(time.has_value() == (nearest >= kEarliestPlausible.time_since_epoch().count() &&
                                   nearest < kFirstImplausible.time_since_epoch().count()));
    if (time) {
      RC_ASSERT(time->time_since_epoch().count() == static_cast<int64_t>(nearest));
    }
  }));
}

}  // namespace
}  // namespace ursa
