#include "delta/log_listing.h"

#include <gtest/gtest.h>

#include "delta/testing_log.h"
#include "store/fault_injecting.h"

namespace ursa::delta {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LogListingTest : public LogTest {
 protected:
  [[nodiscard]] Result<LogListing> List(std::optional<int64_t> version = std::nullopt) const {
    return ListLog(memory_, "t", version);
  }
  void PutCommits(int64_t first, int64_t last) {
    for (int64_t version = first; version <= last; ++version) {
      PutObject(VersionDigits(version) + ".json", "x");
    }
  }
  void PutCheckpoint(int64_t version) {
    PutObject(VersionDigits(version) + ".checkpoint.parquet", "x");
  }
  static std::vector<int64_t> Checkpoints(const LogListing& listing) {
    std::vector<int64_t> versions;
    for (const auto& checkpoint : listing.checkpoints) {
      versions.push_back(checkpoint.version);
    }
    return versions;
  }
};

TEST_F(LogListingTest, KnowsCommitsAndClassicCheckpointsByTheirNames) {
  PutCommits(0, 2);
  PutCheckpoint(1);
  const auto listing = List();
  ASSERT_TRUE(listing);
  EXPECT_THAT(listing->commits, ElementsAre(0, 1, 2));
  ASSERT_THAT(Checkpoints(*listing), ElementsAre(1));
  EXPECT_THAT(listing->checkpoints[0].keys,
              ElementsAre("t/_delta_log/00000000000000000001.checkpoint.parquet"));
  EXPECT_EQ(listing->Newest(), 2);
}

TEST_F(LogListingTest, PassesOverEverythingElse) {
  for (const char* name :
       {"00000000000000000000.crc",
        ".00000000000000000000.json.crc",
        "00000000000000000003.json#1",
        "00000000000000000001.00000000000000000004.compacted.json",
        "_staged_commits/0.uuid.json",
        "_last_vacuum_info",
        "_sidecars/x.parquet",
        "1.json",
        "000000000000000000001.json",
        "-0000000000000000001.json",
        "+0000000000000000001.json",
        "0000000000000000000x.json",
        "00000000000000000005.checkpoint.json",
        "00000000000000000005.json.tmp",
        "00000000000000000005.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet",
        "00000000000000000005.checkpoint.1.1.parquet",
        "00000000000000000005.checkpoint.parquet2",
        "99999999999999999999.json",
        "09223372036854775807.json",
        "tmp.json"}) {
    PutObject(name, "x");
  }
  const auto listing = List();
  ASSERT_TRUE(listing);
  EXPECT_THAT(listing->commits, IsEmpty());
  EXPECT_THAT(listing->checkpoints, IsEmpty());
  EXPECT_EQ(listing->Newest(), std::nullopt);
}

TEST_F(LogListingTest, TakesAMultiPartCheckpointOnlyWithAllItsParts) {
  const auto part = [](int64_t version, int number, int count) {
    char name[64];
    std::snprintf(name, sizeof name, ".checkpoint.%010d.%010d.parquet", number, count);
    return VersionDigits(version) + name;
  };
  PutObject(part(4, 1, 3), "x");
  PutObject(part(4, 3, 3), "x");
  PutObject(part(5, 2, 2), "x");
  PutObject(part(5, 1, 2), "x");
  PutObject(part(6, 2, 1), "x");
  PutObject(part(7, 0, 1), "x");
  const auto listing = List();
  ASSERT_TRUE(listing);
  ASSERT_THAT(Checkpoints(*listing), ElementsAre(5));
  EXPECT_THAT(listing->checkpoints[0].keys,
              ElementsAre("t/_delta_log/" + part(5, 1, 2), "t/_delta_log/" + part(5, 2, 2)));
  PutObject(part(4, 2, 3), "x");
  EXPECT_THAT(Checkpoints(List().value()), ElementsAre(4, 5));
}

TEST_F(LogListingTest, ListsFromTheCheckpointThatTheHintNames) {
  PutCommits(0, 12);
  PutCheckpoint(10);
  PutObject("_last_checkpoint", R"({"version":10,"size":3,"checksum":"x","tags":{"a":"b"}})");
  const auto listing = List();
  ASSERT_TRUE(listing);
  EXPECT_THAT(listing->commits, ElementsAre(10, 11, 12));
  EXPECT_THAT(Checkpoints(*listing), ElementsAre(10));
}

TEST_F(LogListingTest, SeesCheckpointsThatAreNewerThanTheHint) {
  PutCommits(10, 21);
  PutCheckpoint(10);
  PutCheckpoint(20);
  PutObject("_last_checkpoint", R"({"version":10})");
  EXPECT_THAT(Checkpoints(List().value()), ElementsAre(10, 20));
}

TEST_F(LogListingTest, ListsEverythingWhereTheHintIsNoHint) {
  PutCommits(0, 3);
  PutCheckpoint(2);
  for (const std::string& hint :
       {std::string(""), std::string("not json"), std::string("[]"), std::string("{}"),
        std::string(R"({"version":"2"})"), std::string(R"({"version":-2})"),
        std::string(R"({"version":2.0})"), std::string(R"({"version":18446744073709551615})"),
        std::string(R"({"version":9223372036854775807})"), std::string(1'000'000, '['),
        R"({"version":2,"x":")" + std::string(2'000'000, 'x') + "\"}"}) {
    PutObject("_last_checkpoint", hint);
    const auto listing = List();
    ASSERT_TRUE(listing) << hint.substr(0, 40);
    EXPECT_THAT(listing->commits, ElementsAre(0, 1, 2, 3)) << hint.substr(0, 40);
  }
}

TEST_F(LogListingTest, ListsEverythingWhereTheHintNamesACheckpointThatIsMissing) {
  PutCommits(0, 3);
  PutObject("_last_checkpoint", R"({"version":2})");
  EXPECT_THAT(List().value().commits, ElementsAre(0, 1, 2, 3));
}

TEST_F(LogListingTest, ListsEverythingWhereTheHintNamesACheckpointThatIsIncomplete) {
  PutCommits(0, 3);
  PutObject("00000000000000000002.checkpoint.0000000001.0000000002.parquet", "x");
  PutObject("_last_checkpoint", R"({"version":2,"parts":2})");
  EXPECT_THAT(List().value().commits, ElementsAre(0, 1, 2, 3));
}

TEST_F(LogListingTest, ListsEverythingForAVersionBelowTheHint) {
  PutCommits(0, 12);
  PutCheckpoint(10);
  PutObject("_last_checkpoint", R"({"version":10})");
  EXPECT_EQ(List(9).value().commits.size(), 13U);
  EXPECT_EQ(List(10).value().commits.size(), 3U);
}

TEST_F(LogListingTest, ReadsALogOfMoreThanOnePage) {
  PutCommits(0, 2'500);
  const auto listing = List();
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->commits.size(), 2'501U);
}

TEST_F(LogListingTest, SeesNothingOfATableWhoseNameBeginsWithOurs) {
  ASSERT_TRUE(
      memory_.Put("t2/_delta_log/00000000000000000000.json", "x", store::PutCondition::kNone));
  EXPECT_EQ(List().value().Newest(), std::nullopt);
}

TEST_F(LogListingTest, FailsWhereTheHintCanNotBeRead) {
  store::FaultInjectingStore failing(memory_);
  failing.SetRule(store::FailOnce(1, {ErrorCode::kDenied, "no", {}, {}}));
  ExpectError(ListLog(failing, "t", std::nullopt), ErrorCode::kDenied, "reading the log of t");
}

TEST(VersionDigits, AreTwenty) {
  EXPECT_EQ(VersionDigits(7), "00000000000000000007");
  EXPECT_EQ(VersionDigits(kVersionMax), "09223372036854775806");
}

}  // namespace
}  // namespace ursa::delta
