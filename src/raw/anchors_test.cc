#include "raw/anchors.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>
#include <string>

#include "raw/testing_files.h"

namespace ursa::raw {
namespace {

constexpr double kSeconds = 1778164222.5;

std::string LastTimeOf(std::string_view bytes) {
  return Told(LastAnchor(bytes, bytes.size()).and_then(TimeOf));
}

TEST(LastAnchor, IsTheLastRecordOfSixteenLittleEndianBytes) {
  const auto anchor =
      LastAnchor(AnchorBytes(0, kSeconds) + AnchorBytes(1'250, kSeconds + 5), 2 * kAnchorBytes);
  ASSERT_TRUE(anchor);
  EXPECT_EQ(anchor->sample_offset, 1'250);
  EXPECT_EQ(anchor->seconds, kSeconds + 5);
  const std::string_view record("\x01\x02\0\0\0\0\0\0\0\0\0\0\0\0\xF0\x3F", 16);
  EXPECT_EQ(LastAnchor(record, 16)->sample_offset, 513);
  EXPECT_EQ(LastAnchor(record, 16)->seconds, 1.0);
}

TEST(LastAnchor, IgnoresATrailingPartialRecord) {
  const std::string whole = AnchorBytes(0, kSeconds) + AnchorBytes(1'250, kSeconds + 5);
  for (size_t cut = 0; cut < kAnchorBytes; ++cut) {
    const std::string bytes = whole + std::string(cut, '\xFF');
    EXPECT_EQ(LastTimeOf(bytes), "1778164227500000000") << cut;
  }
}

TEST(LastAnchor, LiesInTheLast31BytesWhateverTheSize) {
  const std::string bytes = AnchorBytes(0, 1) + AnchorBytes(7, kSeconds) + std::string(15, '\xFF');
  const std::string_view tail = std::string_view(bytes).substr(bytes.size() - kAnchorTailBytes);
  EXPECT_EQ(LastAnchor(tail, bytes.size())->sample_offset, 7);
}

TEST(LastAnchor, OfAFileOfNoBytesIsEmpty) { EXPECT_EQ(LastTimeOf(""), "empty"); }

TEST(LastAnchor, OfAFileWithoutAWholeRecordIsNoWholeRow) {
  EXPECT_EQ(LastTimeOf(std::string(1, 'x')), "no_whole_row");
  EXPECT_EQ(LastTimeOf(std::string(15, 'x')), "no_whole_row");
}

TEST(LastAnchor, ItsTimeIsTheExactBinaryValueRounded) {
  EXPECT_EQ(LastTimeOf(AnchorBytes(0, 1778164222.1)), "1778164222099999905");
}

TEST(LastAnchor, NanInfinityAndOtherUnitsAreImplausible) {
  using Limits = std::numeric_limits<double>;
  for (const double seconds : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), 0.0,
                               1778164222500.0, 946684799.0, 4102444800.0}) {
    EXPECT_EQ(LastTimeOf(AnchorBytes(0, seconds)), "implausible_time") << seconds;
  }
}

TEST(LastAnchor, AFileCutAnywhereGivesItsLastWholeRecord) {
  EXPECT_TRUE(rc::check("cut at every byte", [] {
    const auto count = *rc::gen::inRange<size_t>(1, 6);
    std::string bytes;
    for (size_t i = 0; i < count; ++i) {
      bytes += AnchorBytes(static_cast<int64_t>(i), kSeconds);
    }
    for (size_t size = 0; size <= bytes.size(); ++size) {
      const std::string_view cut = std::string_view(bytes).substr(0, size);
      const auto anchor = LastAnchor(cut.substr(size - std::min(size, size_t{31})), size);
      RC_ASSERT(anchor.has_value() == (size >= 16));
      RC_ASSERT((!anchor || anchor->sample_offset == static_cast<int64_t>(size / 16) - 1));
    }
  }));
}

}  // namespace
}  // namespace ursa::raw
