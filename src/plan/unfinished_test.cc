#include "plan/unfinished.h"

#include <gmock/gmock.h>

#include "plan/testing_plan.h"
#include "store/fault_injecting.h"

namespace ursa::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class UnfinishedTest : public PlanCatalogTest {
 protected:
  Plan IngestNine(const std::string& created_at) {
    PlanHeader header = Header("ingest");
    header.created_at = created_at;
    header.run_id = "run_" + created_at;
    return MakePlan({InsertModality(9, "eeg"), InsertModality(9, "mic"), InsertRecording(9, 1)},
                    std::move(header));
  }

  // Applies a plan whose process dies before its second table's commit.
  void DieBetweenTables(const Plan& plan) {
    store::FaultInjectingStore dying(assets_);
    dying.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
      const bool is_second = call.kind == store::StoreCall::Kind::kPut &&
                             call.key.find("recordings/_delta_log") != std::string::npos;
      return is_second ? std::optional(Error{ErrorCode::kUnavailable, "killed", {}, {}})
                       : std::nullopt;
    });
    const auto outcome = ApplyPlan(plan, dying);
    ASSERT_TRUE(outcome);
    ASSERT_TRUE(outcome->stopped_by);
    ASSERT_EQ(StateOfRun(plan.RunId()), RunState::kPartlyCommitted);
  }
};

TEST_F(UnfinishedTest, ACatalogWhoseRunsAreWholeHasNone) {
  ASSERT_TRUE(ApplyPlan(IngestNine("a")));
  EXPECT_THAT(FindUnfinishedRuns(OpenCatalog(), "ingest").value(), IsEmpty());
}

TEST_F(UnfinishedTest, ARunThatDiedBetweenTwoTablesIsFinishedUnderItsOwnId) {
  const Plan plan = IngestNine("a");
  DieBetweenTables(plan);
  const auto runs = FindUnfinishedRuns(OpenCatalog(), "ingest").value();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_THAT(FindUnfinishedRuns(OpenCatalog(), "backfill-participants").value(), IsEmpty());
  catalog::Writer writer = OpenWriter();
  std::vector<Error> errors;
  const FinishedRuns finished = FinishRuns(runs, writer, Spooling(), errors);
  EXPECT_THAT(finished.plan_ids, ElementsAre(plan.RunId()));
  EXPECT_EQ(finished.committed, 1U);  // of three rows two were in
  EXPECT_EQ(finished.last_written, plan.RunId());
  EXPECT_EQ(finished.table_versions.at("recordings"), Version());
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_EQ(StateOfRun(plan.RunId()), RunState::kCommitted);
  EXPECT_TRUE(Column("duration_us").contains(TestHash(9)));
  EXPECT_THAT(FindUnfinishedRuns(OpenCatalog(), "ingest").value(), IsEmpty());
  ASSERT_TRUE(RestoreRun(plan.RunId()));
  EXPECT_TRUE(Rows(catalog::kModalities).empty());
  EXPECT_FALSE(Column("duration_us").contains(TestHash(9)));
}

TEST_F(UnfinishedTest, ARunThatIsBeingTakenBackIsNotFinished) {
  const Plan plan = IngestNine("a");
  DieBetweenTables(plan);
  ASSERT_TRUE(RestoreRun(plan.RunId()));
  EXPECT_THAT(FindUnfinishedRuns(OpenCatalog(), "ingest").value(), IsEmpty());
}

TEST_F(UnfinishedTest, ADamagedSnapshotIsToldAndKeepsNoOtherRunFromBeingFinished) {
  const Plan plan = IngestNine("a");
  DieBetweenTables(plan);
  auto runs = FindUnfinishedRuns(OpenCatalog(), "ingest").value();
  ASSERT_TRUE(assets_.Put("ursa/catalog/_rollback/other.jsonl", "x\n", store::PutCondition::kNone));
  runs.insert(runs.begin(), {"other", "ursa/catalog/_rollback/other.jsonl"});
  catalog::Writer writer = OpenWriter();
  std::vector<Error> errors;
  EXPECT_THAT(FinishRuns(runs, writer, Spooling(), errors).plan_ids, ElementsAre(plan.RunId()));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors.front().ToString(), testing::HasSubstr("other"));
}

TEST_F(UnfinishedTest, TwoRunsOnTheSameWorkEndAsOneThatIsUndoneWhole) {
  const Plan first = IngestNine("a");
  const Plan second = IngestNine("b");
  DieBetweenTables(first);
  const auto outcome = ApplyPlan(second);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->committed, 0U);
  EXPECT_EQ(outcome->already, 3U);
  EXPECT_EQ(outcome->finished.committed, 1U);
  EXPECT_EQ(StateOfRun(first.RunId()), RunState::kCommitted);
  ASSERT_TRUE(RestoreRun(first.RunId()));
  EXPECT_TRUE(Rows(catalog::kModalities).empty());
  EXPECT_FALSE(Column("duration_us").contains(TestHash(9)));
}

TEST_F(UnfinishedTest, RowsThatGoWithARecordingThatStaysAreNotTakenAway) {
  const Plan modalities = MakePlan({InsertModality(9, "eeg")}, Header("ingest"));
  ASSERT_TRUE(ApplyPlan(modalities));
  ASSERT_TRUE(ApplyPlan(MakePlan({InsertRecording(9, 1)}, Header("ingest"))));
  const auto restore = Restore(modalities.RunId());
  ASSERT_TRUE(restore);
  EXPECT_EQ(restore->Count(RestoreAction::kRefused), 1U);
  EXPECT_EQ(restore->ThePlan().Count(), 0U);
}

}  // namespace
}  // namespace ursa::plan
