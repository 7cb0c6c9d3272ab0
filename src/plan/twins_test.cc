// Rows that stand twice in a table, as an append of another engine may leave them.
#include <gmock/gmock.h>

#include "plan/testing_plan.h"

namespace ursa::plan {
namespace {

using testing::ElementsAre;

class TwinsTest : public PlanCatalogTest {
 protected:
  std::vector<Fate> ForeseenOf(const Plan& plan) {
    auto foreseen = Foresee(plan, OpenCatalog(), 1, {});
    EXPECT_TRUE(foreseen) << foreseen.error().ToString();
    return std::move(foreseen).value_or(std::vector<Fate>());
  }
};

TEST_F(TwinsTest, ARowThatStandsInTwoFilesIsLeftAloneAndTheOthersCommit) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  AddTwin(1, 101);
  EXPECT_THAT(ForeseenOf(plan), ElementsAre(Fate::kChangedSincePlan, Fate::kPending));
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_THAT(outcome->fates, ElementsAre(Fate::kChangedSincePlan, Fate::kCommitted));
  EXPECT_THAT(Durations(), ElementsAre(6, 100, 101, 101, 103));
}

TEST_F(TwinsTest, ARowThatStandsTwiceInOneFileIsLeftAloneAndTheOthersCommit) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  TakeKey(TestRecording(3, 103), 1);
  EXPECT_THAT(ForeseenOf(plan), ElementsAre(Fate::kChangedSincePlan, Fate::kPending));
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_THAT(outcome->fates, ElementsAre(Fate::kChangedSincePlan, Fate::kCommitted));
  EXPECT_THAT(Durations(), ElementsAre(6, 100, 101, 103));
}

TEST_F(TwinsTest, ARowOneOfWhichHasTheValuesAlreadyIsNamedAllTheSame) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  for (const int64_t twin : {5, 77}) {
    AddTwin(1, twin);
    EXPECT_THAT(ForeseenOf(plan), ElementsAre(Fate::kChangedSincePlan));
    const auto outcome = ApplyPlan(plan);
    ASSERT_TRUE(outcome) << outcome.error().ToString();
    EXPECT_THAT(outcome->fates, ElementsAre(Fate::kChangedSincePlan));
    EXPECT_EQ(outcome->run_id, "");
  }
  EXPECT_THAT(Durations(), ElementsAre(5, 77, 100, 101, 102, 103));
}

TEST_F(TwinsTest, AnInsertOfARowThatStandsTwiceFindsItThere) {
  const Plan plan = MakePlan({InsertRecording(1, 101), DurationChange(2, 102, 6)});
  AddTwin(1, 101);
  EXPECT_THAT(ForeseenOf(plan), ElementsAre(Fate::kAlready, Fate::kPending));
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_THAT(outcome->fates, ElementsAre(Fate::kAlready, Fate::kCommitted));
  EXPECT_THAT(Durations(), ElementsAre(6, 100, 101, 101, 103));
}

TEST_F(TwinsTest, ARestoreRefusesARowThatStandsTwiceAndGivesTheOthersBack) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  AddTwin(1, 5);
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(restore) << restore.error().ToString();
  EXPECT_EQ(restore->RowAt(0)->action, RestoreAction::kRefused);
  EXPECT_THAT(restore->RowAt(0)->reason, testing::HasSubstr("several rows"));
  const auto outcome = ApplyPlan(restore->ThePlan());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->committed, 1U);
  EXPECT_THAT(Durations(), ElementsAre(5, 5, 100, 102, 103));
}

TEST_F(TwinsTest, ARestoreAgainSaysAgainThatTheRowStandsTwice) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  AddTwin(1, 5);
  ASSERT_TRUE(RestoreRun(plan.RunId()));
  const auto again = Restore(plan.RunId());
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_THAT(again->RowAt(0)->reason, testing::HasSubstr("several rows"));
  EXPECT_EQ(again->RowAt(1)->action, RestoreAction::kNothing);
}

TEST_F(TwinsTest, ARowThatGotATwinAfterTheRestoreWasPlannedIsLeftAlone) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(restore) << restore.error().ToString();
  AddTwin(1, 5);
  EXPECT_THAT(ForeseenOf(restore->ThePlan()), ElementsAre(Fate::kChangedSincePlan, Fate::kPending));
  const auto outcome = ApplyPlan(restore->ThePlan());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_THAT(outcome->fates, ElementsAre(Fate::kChangedSincePlan, Fate::kCommitted));
  EXPECT_THAT(Durations(), ElementsAre(5, 5, 100, 102, 103));
}

TEST_F(TwinsTest, AnInsertedRecordingThatStandsTwiceStaysWithItsModalities) {
  const Plan plan = MakePlan({InsertModality(9, "eeg"), InsertRecording(9, 1)});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto early = Restore(plan.RunId());
  ASSERT_TRUE(early) << early.error().ToString();
  AddTwin(9, 1);
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(restore) << restore.error().ToString();
  EXPECT_EQ(restore->Count(RestoreAction::kRefused), 2U);
  EXPECT_EQ(restore->ThePlan().Count(), 0U);
  const auto outcome = ApplyPlan(early->ThePlan());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_THAT(outcome->fates, ElementsAre(Fate::kChangedSincePlan, Fate::kChangedSincePlan));
  EXPECT_EQ(Rows(catalog::kModalities).size(), 1U);
  EXPECT_THAT(Durations(), ElementsAre(1, 1, 100, 101, 102, 103));
}

}  // namespace
}  // namespace ursa::plan
