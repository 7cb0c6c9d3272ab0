#include "raw/recording_id.h"

#include <gtest/gtest.h>

#include <string>

namespace ursa::raw {
namespace {

TEST(RecordingId, HoldsAStampAndFourToThirtyTwoHexDigits) {
  for (const size_t digits : {4, 5, 31, 32}) {
    const auto stamp = ParseRecordingId("rec_20260507_143022_" + std::string(digits, 'f'));
    ASSERT_TRUE(stamp) << digits;
    EXPECT_EQ(StampAsUtc(*stamp), TimeNs{std::chrono::seconds{1'778'164'222}});
  }
  EXPECT_TRUE(ParseRecordingId("rec_20240229_235959_0123456789abcdef"));
}

TEST(RecordingId, AnyOtherNameIsNone) {
  for (const char* name :
       {"", "rec_", "rec_20260507_143022", "rec_20260507_143022_", "rec_20260507_143022_a1b",
        "rec_20260507_143022_A1B2", "rec_20260507_143022_a1bg", "rec_20260507_143022_a1b2 ",
        " rec_20260507_143022_a1b2", "REC_20260507_143022_a1b2", "rec-20260507-143022-a1b2",
        "rec_2026057_143022_a1b2", "rec_20260507_14302_a1b2", "rec_20260507T143022_a1b2",
        "rec_20260507_143022_a1b2/", "rec_20260507_143022_a1b2_x", "calibration_2026",
        "rec_20260507_143022_0123456789abcdef0123456789abcdef0"}) {
    EXPECT_FALSE(ParseRecordingId(name)) << name;
  }
}

TEST(RecordingId, ADateOrTimeThatDoesNotExistIsNone) {
  for (const char* name :
       {"rec_20260230_143022_a1b2", "rec_20250229_143022_a1b2", "rec_20261301_143022_a1b2",
        "rec_20260500_143022_a1b2", "rec_20260507_240000_a1b2", "rec_20260507_146022_a1b2",
        "rec_20260507_143060_a1b2"}) {
    EXPECT_FALSE(ParseRecordingId(name)) << name;
  }
}

TEST(RecordingId, AStampThatNanosecondsCannotHoldIsTheNearestThatTheyCan) {
  EXPECT_EQ(StampAsUtc(*ParseRecordingId("rec_00010101_000000_a1b2")),
            std::chrono::ceil<std::chrono::seconds>(TimeNs::min()));
  EXPECT_EQ(StampAsUtc(*ParseRecordingId("rec_99991231_235959_a1b2")),
            std::chrono::floor<std::chrono::seconds>(TimeNs::max()));
}

}  // namespace
}  // namespace ursa::raw
