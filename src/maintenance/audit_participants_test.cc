#include "maintenance/audit_participants.h"

#include <gmock/gmock.h>

#include "maintenance/testing_names.h"

namespace ursa::maintenance {
namespace {

using testing::Each;
using testing::IsEmpty;
using testing::SizeIs;

class AuditTest : public NamesTest {
 protected:
  Result<ParticipantAudit> Audit(const std::string& merge_map = "") {
    return InContext([&](const PlanningContext& context, const delta::SnapshotPtr& table) {
      return AuditParticipants(context, *table, Names(merge_map));
    });
  }
};

TEST_F(AuditTest, ReportsUnattributedRecordingsWithAUsableName) {
  AddRecordings({1, 2});
  AddRecordings({3}, {"unknown"});
  PutInBucket(1, "maya");
  PutInBucket(3, "jonas");
  const auto audit = Audit();
  ASSERT_TRUE(audit);
  ASSERT_THAT(audit->rows, SizeIs(2));
  EXPECT_EQ(audit->rows[0].recording_id, Id(1));
  EXPECT_EQ(audit->rows[0].raw_name, "maya");
  EXPECT_EQ(audit->rows[0].participants.at(0).display_name, "Maya");
  EXPECT_EQ(audit->rows[1].recording_id, Id(3));
  EXPECT_EQ(audit->counts.examined, 3U);
  EXPECT_EQ(audit->counts.unattributed, 3U);
  EXPECT_EQ(audit->counts.dropped, 2U);
}

TEST_F(AuditTest, PassesOverWhatIsUnattributedOnPurpose) {
  AddRecordings({1, 2, 3});
  PutInBucket(1, "Testing mode");
  PutInBucket(2, "n/a");
  PutInBucket(3, "\n");
  const auto audit = Audit();
  ASSERT_TRUE(audit);
  EXPECT_THAT(audit->rows, IsEmpty());
  EXPECT_EQ(audit->counts.skipped_placeholder, 1U);
  EXPECT_EQ(audit->counts.skipped_sentinel, 1U);
}

TEST_F(AuditTest, ReportsWhatCantBeRead) {
  AddRecordings({1, 2});
  PutInBucket(1, "\xFF");
  raw_.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.key.find(Id(2)) == std::string::npos) {
      return std::nullopt;
    }
    return Error{ErrorCode::kUnavailable, "reset", {}, {}};
  });
  const auto audit = Audit();
  ASSERT_TRUE(audit);
  ASSERT_THAT(audit->rows, SizeIs(2));
  EXPECT_EQ(audit->rows[0].problem->code, "not_utf8");
  EXPECT_EQ(audit->rows[1].problem->code, "read_failed");
  EXPECT_EQ(audit->counts.unreadable, 2U);
  EXPECT_EQ(audit->counts.dropped, 0U);
}

TEST_F(AuditTest, TouchesTheObjectsOfUnattributedRecordingsOnly) {
  AddRecordings({1, 2}, {"maya"});
  AddRecordings({3});
  PutInBucket(1, "maya");
  PutInBucket(3, "maya");
  raw_.ForgetCalls();
  ASSERT_TRUE(Audit());
  // The first call looks whether the bucket has recordings at all.
  EXPECT_THAT(raw_.Calls(), testing::ElementsAre(
                                testing::Field(&store::StoreCall::key, "recordings/"),
                                testing::Field(&store::StoreCall::key, testing::HasSubstr(Id(3)))));
}

TEST_F(AuditTest, OfAnEmptyBucketIsAnErrorAndNeverGreen) {
  AddRecordings({1});
  const auto audit = Audit();
  ASSERT_FALSE(audit);
  EXPECT_EQ(audit.error().code, ErrorCode::kNotFound);
}

TEST_F(AuditTest, OfAnEmptyCatalogIsAnErrorAndNeverGreen) {
  const auto audit = Audit();
  ASSERT_FALSE(audit);
  EXPECT_EQ(audit.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace ursa::maintenance
