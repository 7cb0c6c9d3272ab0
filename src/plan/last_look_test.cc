// What somebody else changes in another table while a commit is being made ready, right up to the
// moment at which it is sent.
#include <gmock/gmock.h>

#include "plan/testing_plan.h"
#include "store/fault_injecting.h"

namespace ursa::plan {
namespace {

class LastLookTest : public PlanCatalogTest {
 protected:
  // Applies the plan; `meanwhile` happens when its rollback snapshot is written, which is the last
  // thing before the commit.
  ApplyOutcome ApplyWhile(const Plan& plan, const std::function<void()>& meanwhile) {
    store::FaultInjectingStore racing(assets_);
    bool raced = false;
    racing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
      if (!raced && call.kind == store::StoreCall::Kind::kPut &&
          call.key.find("_rollback/") != std::string::npos) {
        raced = true;
        meanwhile();
      }
      return std::nullopt;
    });
    const auto outcome = ApplyPlan(plan, racing);
    EXPECT_TRUE(outcome) << outcome.error().ToString();
    EXPECT_TRUE(raced);
    return *outcome;
  }
};

TEST_F(LastLookTest, AShiftFromAStartThatChangedIsLeftAloneAndTheOthersAreMade) {
  std::vector<Change> shifts;
  for (const int number : {1, 2}) {
    ASSERT_TRUE(Register(catalog::kModalities, ToRow(TestModality(number, "eeg"))));
    const catalog::Recording recording = TestRecording(number, 1);
    Change& shift = shifts.emplace_back(InsertModality(number, "eeg"));
    shift.kind = ChangeKind::kUpdate;
    shift.row.clear();
    shift.columns = {{"start_epoch_ns", Value(), Value(int64_t{17})}};
    shift.relied_rows = {{catalog::FindTable(catalog::kRecordings),
                          {recording.recording_hash},
                          recording.recording_id,
                          {{"start_time", recording.start_time}}}};
  }
  const auto outcome = ApplyWhile(MakePlan(shifts), [&] {
    catalog::Recording moved = TestRecording(1, 101);
    moved.start_time += std::chrono::hours{2};
    ASSERT_TRUE(Register(catalog::kRecordings, ToRow(moved)));
  });
  EXPECT_EQ(outcome.fates, (std::vector<Fate>{Fate::kChangedSincePlan, Fate::kCommitted}));
}

TEST_F(LastLookTest, AChangeThatNothingConcernsIsMadeAllTheSame) {
  ASSERT_TRUE(Register(catalog::kModalities, ToRow(TestModality(1, "eeg"))));
  const auto outcome = ApplyWhile(MakePlan({DurationChange(1, 101, 5)}), [&] {
    ASSERT_TRUE(Register(catalog::kModalities, ToRow(TestModality(2, "eeg"))));
  });
  EXPECT_EQ(outcome.committed, 1U);
}

TEST_F(LastLookTest, AParticipantThatARecordingComesToNameStays) {
  const Plan plan = MakePlan({InsertParticipant("ada")});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto restore = Restore(plan.RunId());
  const auto outcome = ApplyWhile(restore->ThePlan(), [&] {
    catalog::Recording named = TestRecording(2, 102);
    named.participant_ids = {"ada"};
    ASSERT_TRUE(Register(catalog::kRecordings, ToRow(named)));
  });
  EXPECT_EQ(outcome.changed_since_plan, 1U);
  EXPECT_EQ(Rows(catalog::kParticipants).size(), 1U);
}

TEST_F(LastLookTest, ARecordingThatSomethingComesToReferToStaysWithItsModalities) {
  const Plan plan = MakePlan({InsertModality(9, "eeg"), InsertRecording(9, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto restore = Restore(plan.RunId());
  const auto outcome = ApplyWhile(restore->ThePlan(), [&] {
    ASSERT_TRUE(Register(catalog::kModalities, ToRow(TestModality(9, "camera"))));
  });
  EXPECT_EQ(outcome.changed_since_plan, 2U);
  EXPECT_EQ(Rows(catalog::kModalities).size(), 2U);
  EXPECT_TRUE(Column("duration_us").contains(TestHash(9)));
}

TEST_F(LastLookTest, ModalitiesDoNotComeForARecordingThatCameUnderAnotherHash) {
  const Plan plan = MakePlan({InsertModality(9, "eeg"), InsertRecording(9, 5)});
  const auto outcome = ApplyWhile(plan, [&] {
    catalog::Recording other = TestRecording(9, 1);
    other.recording_hash = TestHash(90);
    ASSERT_TRUE(RegisterRecordings({other}));
  });
  EXPECT_EQ(outcome.changed_since_plan, 2U);
  EXPECT_TRUE(Rows(catalog::kModalities).empty());
}

}  // namespace
}  // namespace ursa::plan
