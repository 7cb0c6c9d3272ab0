#include "maintenance/planning.h"

#include <gtest/gtest.h>

#include "catalog/testing_catalog.h"

namespace ursa::maintenance {
namespace {

TEST(Shard, TakesIFromZeroToNMinusOne) {
  EXPECT_EQ(ParseShard("0/1").value().count, 1U);
  EXPECT_EQ(ParseShard("3/4").value().index, 3U);
}

TEST(Shard, RefusesAnythingElse) {
  for (const char* text : {"", "1", "/", "1/", "/2", "2/2", "-1/2", "0/0", "1/2/3", "0x1/2"}) {
    const auto shard = ParseShard(text);
    ASSERT_FALSE(shard.has_value()) << text;
    EXPECT_EQ(shard.error().code, ErrorCode::kUsage);
  }
}

TEST(Shard, EveryRecordingIsInExactlyOneOfEveryCount) {
  for (const uint64_t count : {1, 2, 3, 7}) {
    for (int number = 0; number < 50; ++number) {
      const std::string recording_id = catalog::TestRecording(number, {}).recording_id;
      int shards = 0;
      for (uint64_t index = 0; index < count; ++index) {
        shards += IsInShard({index, count}, recording_id) ? 1 : 0;
      }
      EXPECT_EQ(shards, 1) << recording_id << " of " << count;
    }
  }
}

TEST(EmptyListing, IsABrakeOnlyWhereNothingIsBelowRecordings) {
  catalog::TestClock clock;
  store::MemoryStore raw(clock);
  ASSERT_TRUE(raw.Put("manifests/rec_1/manifest.json", "{}", store::PutCondition::kIfAbsent));
  EXPECT_TRUE(EmptyListingBrake(raw)->has_value());
  ASSERT_TRUE(raw.Put("recordings/rec_1/eeg_0/x.bin", "", store::PutCondition::kIfAbsent));
  EXPECT_FALSE(EmptyListingBrake(raw)->has_value());
}

}  // namespace
}  // namespace ursa::maintenance
