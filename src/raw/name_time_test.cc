#include "raw/name_time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "raw/testing_files.h"

namespace ursa::raw {
namespace {

__extension__ using Wide = __int128;

// The rounded nanoseconds of the time in a name; 0 where there is none.
int64_t InName(std::string_view name) {
  const auto time = TimeInName(name);
  return time ? time->rounded.time_since_epoch().count() : 0;
}

TEST(TimeInName, IsTheLastNumberBeforeTheExtension) {
  EXPECT_EQ(InName("mic_0003_1778164222.512.wav"), 1'778'164'222'512'000'000);
  EXPECT_EQ(InName("mic_0003_1778164222.wav"), 1'778'164'222'000'000'000);
  EXPECT_EQ(InName("mic_1778164000_1778164222.wav"), 1'778'164'222'000'000'000);
  EXPECT_EQ(InName("mic_0003_1778164222_left.wav"), 1'778'164'222'000'000'000);
  EXPECT_EQ(InName("mic_0003_1778164222s.mp3"), 1'778'164'222'000'000'000);
  EXPECT_EQ(InName("1778164222"), 1'778'164'222'000'000'000);
  EXPECT_EQ(InName("mic_-1778164222.wav"), 1'778'164'222'000'000'000);
}

TEST(TimeInName, MayBeInAnyUnit) {
  EXPECT_EQ(InName("mic_0003_1778164222512.wav"), 1'778'164'222'512'000'000);
  EXPECT_EQ(InName("mic_0003_1778164222512345.wav"), 1'778'164'222'512'345'000);
  EXPECT_EQ(InName("mic_0003_1778164222512345678.wav"), 1'778'164'222'512'345'678);
  EXPECT_EQ(InName("mic_0003_1778164222512.25.wav"), 1'778'164'222'512'250'000);
}

TEST(TimeInName, ThereIsNoneWhereTheLastNumberIsNotPlausible) {
  for (const char* name : {"", "mic.wav", "mic_0003.wav", "mic_1778164222_2.wav",
                           "mic_0003_946684799.wav", "mic_0003_4102444800.wav",
                           "mic_0003_99999999999999999999.wav", ".1778164222", ".", "..."}) {
    EXPECT_EQ(InName(name), 0) << name;
  }
}

TEST(TimeInName, AnExtensionIsNoFraction) {
  EXPECT_EQ(InName("mic_1778164222.5"), 1'778'164'222'000'000'000);
}

TEST(TimeInName, IsReadFromAllOfItsDigits) {
  const auto time = TimeInName("mic_0003_1778164222.12345678950.wav");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->whole.time_since_epoch().count(), 1'778'164'222'123'456'789);
  EXPECT_EQ(time->fraction, "50");
  EXPECT_EQ(time->rounded.time_since_epoch().count(), 1'778'164'222'123'456'790);
}

int64_t Sum(std::string_view name, uint64_t amount, uint64_t per_second) {
  const auto sum = AddSeconds(TimeInName(name).value(), amount, per_second);
  return sum.time ? sum.time->time_since_epoch().count() : 0;
}

TEST(AddSeconds, RoundsTheExactSumOnce) {
  // 0.4 ns in the name and 1/3 ns of sound: rounded each for itself they would vanish.
  EXPECT_EQ(Sum("mic_1778164222.0000000004.wav", 1, 3'000'000'000), 1'778'164'222'000'000'001);
  EXPECT_EQ(Sum("mic_1778164222.0000000001.wav", 1, 3'000'000'000), 1'778'164'222'000'000'000);
  // 0.6 + 0.6 ns are 1.2 ns, and not 1 + 1.
  EXPECT_EQ(Sum("mic_1778164222.0000000006.wav", 6, 10'000'000'000), 1'778'164'222'000'000'001);
  // 0.9 + 0.9 are 1.8.
  EXPECT_EQ(Sum("mic_1778164222.0000000009.wav", 9, 10'000'000'000), 1'778'164'222'000'000'002);
}

TEST(AddSeconds, RoundsTiesOfTheSumToEven) {
  EXPECT_EQ(Sum("mic_1778164222.wav", 1, 2'000'000'000), 1'778'164'222'000'000'000);
  EXPECT_EQ(Sum("mic_1778164222.wav", 3, 2'000'000'000), 1'778'164'222'000'000'002);
  EXPECT_EQ(Sum("mic_1778164222.00000000025.wav", 1, 4'000'000'000), 1'778'164'222'000'000'000);
  EXPECT_EQ(Sum("mic_1778164222.00000000075.wav", 3, 4'000'000'000), 1'778'164'222'000'000'002);
  EXPECT_EQ(Sum("mic_1778164222.00000000125.wav", 1, 4'000'000'000), 1'778'164'222'000'000'002);
  EXPECT_EQ(Sum("mic_1778164222.000000000250000001.wav", 1, 4'000'000'000),
            1'778'164'222'000'000'001);
}

TEST(AddSeconds, OfNoSoundIsTheStartRounded) {
  EXPECT_EQ(Sum("mic_1778164222.0000000015.wav", 0, 96'000), 1'778'164'222'000'000'002);
}

TEST(AddSeconds, OfASumThatIsNotPlausibleIsImplausible) {
  EXPECT_EQ(Sum("mic_4102444799.wav", 1, 1), 0);
  EXPECT_EQ(Sum("mic_4102444799.9999999994.wav", 0, 1),
            kFirstImplausible.time_since_epoch().count() - 1);
  EXPECT_EQ(Sum("mic_1778164222.wav", UINT64_MAX, 1), 0);
}

// The same by one division of big numbers: fraction digits as a numerator over 10^n.
int64_t ReferenceSum(int64_t whole, uint64_t fraction, uint64_t tens, uint64_t amount,
                     uint64_t per_second) {
  const Wide denominator = static_cast<Wide>(tens) * per_second;
  const Wide numerator =
      static_cast<Wide>(fraction) * per_second + static_cast<Wide>(amount) * 1'000'000'000 * tens;
  const Wide quotient = numerator / denominator;
  const Wide twice = 2 * (numerator % denominator);
  const Wide sum = whole + quotient;
  const bool up = twice > denominator || (twice == denominator && sum % 2 != 0);
  return static_cast<int64_t>(sum + (up ? 1 : 0));
}

TEST(AddSeconds, EqualsOneDivisionOfBigNumbers) {
  EXPECT_TRUE(rc::check("sum = reference", [] {
    const auto whole =
        *rc::gen::inRange<int64_t>(1'000'000'000'000'000'000, 2'000'000'000'000'000'000);
    const auto digits = *rc::gen::inRange<size_t>(0, 6);
    uint64_t tens = 1;
    for (size_t i = 0; i < digits; ++i) {
      tens *= 10;
    }
    const auto fraction = *rc::gen::inRange<uint64_t>(0, tens);
    const auto amount = *rc::gen::oneOf(rc::gen::inRange<uint64_t>(0, 10),
                                        rc::gen::inRange<uint64_t>(0, 1'000'000'000'000));
    // Rates that make many ties, and any other.
    const auto per_second = *rc::gen::oneOf(
        rc::gen::element<uint64_t>(2'000'000'000, 4'000'000'000, 8'000'000'000, 96'000, 44'100),
        rc::gen::inRange<uint64_t>(1'000, 10'000'000'000));
    std::string text = std::to_string(fraction);
    text.insert(0, digits > text.size() ? digits - text.size() : 0, '0');
    std::string name = "mic_" + std::to_string(whole) + "." + (digits == 0 ? "" : text) + ".wav";
    if (digits == 0) {
      name = "mic_" + std::to_string(whole) + ".wav";
    }
    RC_ASSERT(Sum(name, amount, per_second) ==
              ReferenceSum(whole, fraction, tens, amount, per_second));
  }));
}

}  // namespace
}  // namespace ursa::raw
