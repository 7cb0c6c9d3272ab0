#include "demo/csv_writer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ursa::demo {
namespace {

constexpr TimeNs kFirst{Nanoseconds{1'778'164'222'000'000'000}};

Track TrackOf(Family family, std::string sensor = "") {
  Track track;
  track.family = family;
  track.sensor = std::move(sensor);
  track.rows = 12;
  track.segments = {{0, kFirst, kFirst + std::chrono::minutes{2}, 0, Break::kNone}};
  track.first_sample = kFirst;
  return track;
}

std::string Bytes(const Track& track, uint64_t seed) {
  SeededRandom random(seed, 0, 0);
  return CsvBytes(track, track.segments.back(), random);
}

TEST(SampleTimes, RunFromTheFirstToTheLastOfTheSegment) {
  const Track track = TrackOf(Family::kCamera);
  const std::vector<TimeNs> times = SampleTimes(track, track.segments[0]);
  ASSERT_EQ(times.size(), 12U);
  EXPECT_EQ(times.front(), kFirst);
  EXPECT_EQ(times.back(), kFirst + std::chrono::minutes{2});
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
}

TEST(SampleTimes, StartWithTheGlitchWhereTheClockWasNotSetYet) {
  Track track = TrackOf(Family::kEnvironment);
  track.glitched_first = true;
  track.first_sample = kEarliestPlausible + std::chrono::seconds{5};
  const std::vector<TimeNs> times = SampleTimes(track, track.segments[0]);
  EXPECT_EQ(times[0], track.first_sample);
  EXPECT_GT(times[1], kFirst);
}

TEST(Csv, HoldsFirstAndLastTimeOfEveryFamily) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    for (const Track& track :
         {TrackOf(Family::kCamera), TrackOf(Family::kSamsungwatch, "imu"),
          TrackOf(Family::kEnvironment), TrackOf(Family::kPupillabs, "gaze")}) {
      const std::string text = Bytes(track, seed);
      EXPECT_NE(text.find("1778164222000000000"), std::string::npos) << text;
      EXPECT_NE(text.find("1778164342000000000"), std::string::npos) << text;
      EXPECT_TRUE(text.ends_with('\n'));
    }
  }
}

TEST(Csv, TakesEveryLibertyThatItHas) {
  bool crlf = false;
  bool byte_order_mark = false;
  bool quotes = false;
  bool blank_line = false;
  bool no_header = false;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const std::string text = Bytes(TrackOf(Family::kSamsungwatch, "eda"), seed);
    crlf = crlf || text.find("\r\n") != std::string::npos;
    byte_order_mark = byte_order_mark || text.starts_with("\xEF\xBB\xBF");
    quotes = quotes || text.find("\"\"right\"\"") != std::string::npos;
    blank_line = blank_line || text.find("\n\n") != std::string::npos;
    no_header = no_header || text.starts_with("17781642");
  }
  EXPECT_TRUE(crlf && byte_order_mark && quotes && blank_line && no_header);
}

TEST(Csv, OfABrokenSegmentHasNoTimeInItsLastRow) {
  Track track = TrackOf(Family::kCamera);
  Segment broken = track.segments[0];
  for (const Break kind : {Break::kImplausible, Break::kUnparseable}) {
    broken.broken = kind;
    track.segments = {track.segments[0], broken};
    const std::string text = Bytes(track, 0);
    EXPECT_EQ(text.find("1778164342000000000"), std::string::npos) << text;
  }
}

TEST(Csv, WithoutRowsHasAHeaderAndAPieceOfARowAtMost) {
  Track track = TrackOf(Family::kEnvironment);
  Segment broken = track.segments[0];
  broken.broken = Break::kNoRows;
  track.segments.push_back(broken);
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const std::string text = Bytes(track, seed);
    EXPECT_NE(text.find("temperature_c"), std::string::npos) << text;
    EXPECT_EQ(text.find("1778164222000000000"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace ursa::demo
