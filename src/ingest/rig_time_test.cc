#include "ingest/rig_time.h"

#include <gtest/gtest.h>

#include "raw/recording_id.h"

namespace ursa::ingest {
namespace {

IsoTime Time(std::string_view text) { return ParseIso8601WithOffset(text).value(); }

RigTimezone Berlin() { return RigTimezone::Named("Europe/Berlin").value(); }

std::string InBerlin(std::string_view text) {
  const auto time = Berlin().ToUtc(Time(text));
  return time ? FormatTime(std::chrono::floor<Microseconds>(*time)) : time.error().message;
}

TEST(RigTimezone, IsUtcUnlessTheProfileSetsOne) {
  EXPECT_EQ(FormatTime(RigTimezone().ToUtc(Time("2026-05-07T14:30:22.5")).value()),
            "2026-05-07T14:30:22.500000000Z");
}

TEST(RigTimezone, TurnsLocalTimesIntoUtcInSummerAndWinter) {
  EXPECT_EQ(InBerlin("2026-05-07T14:30:22.12"), "2026-05-07T12:30:22.120000Z");
  EXPECT_EQ(InBerlin("2026-01-07T14:30:22.12"), "2026-01-07T13:30:22.120000Z");
}

TEST(RigTimezone, LeavesATimeWithAnOffsetAlone) {
  EXPECT_EQ(InBerlin("2026-05-07T14:30:22Z"), "2026-05-07T14:30:22.000000Z");
  EXPECT_EQ(InBerlin("2026-05-07T14:30:22+05:00"), "2026-05-07T09:30:22.000000Z");
}

TEST(RigTimezone, TakesTheEarlierOfAnAmbiguousTime) {
  EXPECT_EQ(InBerlin("2026-10-25T02:30:00"), "2026-10-25T00:30:00.000000Z");
}

TEST(RigTimezone, RefusesATimeThatAClockChangeSkips) {
  EXPECT_NE(InBerlin("2026-03-29T02:30:00").find("does not exist in Europe/Berlin"),
            std::string::npos);
  EXPECT_EQ(InBerlin("2026-03-29T01:59:59.999999"), "2026-03-29T00:59:59.999999Z");
  EXPECT_EQ(InBerlin("2026-03-29T03:00:00"), "2026-03-29T01:00:00.000000Z");
}

TEST(RigTimezone, ReadsTheStampOfAnIdAlike) {
  const auto stamp = raw::ParseRecordingId("rec_20260507_143022_a1b2").value();
  EXPECT_EQ(FormatTime(Berlin().ToUtc(stamp).value()), "2026-05-07T12:30:22.000000000Z");
}

TEST(RigTimezone, HasToBeKnown) {
  EXPECT_EQ(RigTimezone::Named("Europe/Atlantis").error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace ursa::ingest
