#include "maintenance/ingest_recordings.h"

#include <gmock/gmock.h>

#include "catalog/testing_catalog.h"
#include "store/fault_injecting.h"

namespace ursa::maintenance {
namespace {

using ingest::IngestAction;
using ingest::Json;

constexpr const char* kFirst = "rec_20260507_143022_a001";
constexpr const char* kSecond = "rec_20260507_143022_a002";

class IngestRecordingsTest : public catalog::CatalogTest {
 protected:
  void PutRecording(const std::string& id, char hash_digit) {
    const std::string prefix = "recordings/" + id + "/";
    const Json manifest = {{"recording_hash", std::string(64, hash_digit)},
                           {"started_at", "2026-05-07T14:30:22.120000Z"},
                           {"files", Json::array({Json{{"path", "robot_0/arm_0000.bin"},
                                                       {"size", 3},
                                                       {"sha256", std::string(64, '0')}}})}};
    ASSERT_TRUE(raw_.Put(prefix + "robot_0/arm_0000.bin", "xyz", store::PutCondition::kNone));
    ASSERT_TRUE(raw_.Put(prefix + "manifest.json", manifest.dump(), store::PutCondition::kNone));
  }
  // Listings of this recording, or of all where it is empty, fail.
  void FailListing(const std::string& id) {
    faulty_.SetRule([=](size_t, const store::StoreCall& call) {
      const bool fails =
          call.kind == store::StoreCall::Kind::kList && call.key.find(id) != std::string::npos;
      return fails ? std::optional(Error{ErrorCode::kUnavailable, "down", {}, {}}) : std::nullopt;
    });
  }
  Result<IngestRunPlan> Plan(std::vector<std::string> ids) {
    const catalog::Catalog catalog = OpenCatalog();
    NoProgress progress;
    IngestOptions options;
    options.recording_ids = std::move(ids);
    options.canonicalizer = &canonicalizer_;
    options.raw_location = "local://raw";
    return PlanIngest(
        {catalog, faulty_, {testing::TempDir()}, "Ursa/test", 2, {}, clock_, progress}, options);
  }

  store::MemoryStore raw_{clock_, "memory://raw"};
  store::FaultInjectingStore faulty_{raw_};
  participants::Canonicalizer canonicalizer_ =
      participants::Canonicalizer::Make({}, participants::Slugger::Make().value()).value();
};

TEST_F(IngestRecordingsTest, ARecordingThatCannotBeListedFailsAndTheOthersGoOn) {
  PutRecording(kFirst, 'a');
  PutRecording(kSecond, 'b');
  FailListing(kFirst);
  const auto run = Plan({kFirst, kSecond});
  ASSERT_TRUE(run.has_value()) << run.error().ToString();
  ASSERT_EQ(run->rows.size(), 2U);
  EXPECT_EQ(run->rows[0].recording_id, kFirst);
  EXPECT_EQ(run->rows[0].action, IngestAction::kFailed);
  EXPECT_EQ(run->rows[0].reason, ingest::code::kReadFailed);
  EXPECT_THAT(run->rows[0].Why().message, testing::HasSubstr("down"));
  EXPECT_EQ(run->rows[1].action, IngestAction::kIngested);
  EXPECT_EQ(run->counts.failed, 1U);
  EXPECT_EQ(run->counts.ingested, 1U);
}

TEST_F(IngestRecordingsTest, ABucketThatListsNothingIsAnErrorOfTheRun) {
  PutRecording(kFirst, 'a');
  FailListing("");
  const auto run = Plan({kFirst, kSecond});
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().code, ErrorCode::kUnavailable);
}

TEST_F(IngestRecordingsTest, ARecordingThatTheBucketLacksIsWrongUsage) {
  PutRecording(kFirst, 'a');
  const auto run = Plan({kFirst, kSecond});
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().code, ErrorCode::kUsage);
  EXPECT_THAT(run.error().message, testing::HasSubstr(kSecond));
}

}  // namespace
}  // namespace ursa::maintenance
