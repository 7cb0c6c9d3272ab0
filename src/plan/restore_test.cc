#include "plan/restore.h"

#include <gmock/gmock.h>

#include "plan/rollback.h"
#include "plan/testing_plan.h"
#include "store/fault_injecting.h"

namespace ursa::plan {
namespace {

class RestoreTest : public PlanCatalogTest {
 protected:
  // A run that inserted recording 9, with two modalities.
  std::string IngestNine() {
    const Plan plan =
        MakePlan({InsertModality(9, "eeg"), InsertModality(9, "mic"), InsertRecording(9, 1)});
    const auto outcome = ApplyPlan(plan);
    EXPECT_TRUE(outcome) << outcome.error().ToString();
    return plan.RunId();
  }
};

TEST_F(RestoreTest, ARestoreGivesBackTheValuesBefore) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(restore) << restore.error().ToString();
  EXPECT_EQ(restore->Count(RestoreAction::kRestore), 2U);
  ASSERT_TRUE(ApplyPlan(restore->ThePlan()));
  EXPECT_EQ(Duration(1), Value(int64_t{101}));
  EXPECT_EQ(ListRuns(OpenCatalog())->back().state, RunState::kUndone);
}

TEST_F(RestoreTest, ARestoreRefusesOnlyColumnsThatWereChangedSince) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  SetDuration(1, 77);
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(restore);
  EXPECT_EQ(restore->RowAt(0)->action, RestoreAction::kRefused);
  EXPECT_EQ(restore->RowAt(0)->refused, std::vector<std::string>{"duration_us"});
  EXPECT_EQ(restore->RowAt(1)->action, RestoreAction::kRestore);
  ASSERT_TRUE(ApplyPlan(restore->ThePlan()));
  EXPECT_EQ(Duration(1), Value(int64_t{77}));
  EXPECT_EQ(Duration(2), Value(int64_t{102}));
}

TEST_F(RestoreTest, AnUndonePlanIsRefused) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_TRUE(ApplyPlan(Restore(plan.RunId())->ThePlan()));
  const auto again = ApplyPlan(plan);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().rule, "plan_undone");
}

TEST_F(RestoreTest, TheRestoreOfARestoreAppliesTheRunAgain) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(ApplyPlan(restore->ThePlan()));
  const auto restore_again = Restore(restore->ThePlan().RunId());
  ASSERT_TRUE(restore_again) << restore_again.error().ToString();
  ASSERT_TRUE(ApplyPlan(restore_again->ThePlan()));
  EXPECT_EQ(Duration(1), Value(int64_t{5}));
  const auto table = OpenCatalog().Table(catalog::kRecordings).value();
  EXPECT_EQ(table->transactions.at(plan.RunId()).version, kRunApplied);
  EXPECT_EQ(table->transactions.at(restore->ThePlan().RunId()).version, kRunUndone);
}

TEST_F(RestoreTest, ARestoreTwiceHasNothingToDoTheSecondTime) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_TRUE(ApplyPlan(Restore(plan.RunId())->ThePlan()));
  const auto second = Restore(plan.RunId());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->Count(RestoreAction::kNothing), 1U);
  EXPECT_EQ(second->ThePlan().Count(), 0U);
}

TEST_F(RestoreTest, ARestoreTakesAnInsertedRowAway) {
  const Plan plan = MakePlan({InsertRecording(9, 1)});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_TRUE(ApplyPlan(Restore(plan.RunId())->ThePlan()));
  EXPECT_FALSE(Column("duration_us").contains(TestHash(9)));
}

TEST_F(RestoreTest, AnUnknownRunIsAUsageError) {
  EXPECT_EQ(Restore(std::string(64, '0')).error().code, ErrorCode::kUsage);
}

TEST_F(RestoreTest, ARestoreTakesARecordingAndItsModalitiesAway) {
  const std::string run = IngestNine();
  const auto restored = RestoreRun(run);
  ASSERT_TRUE(restored) << restored.error().ToString();
  EXPECT_EQ(restored->committed, 3U);
  EXPECT_TRUE(Rows(catalog::kModalities).empty());
  EXPECT_FALSE(Column("duration_us").contains(TestHash(9)));
  EXPECT_EQ(StateOfRun(run), RunState::kUndone);
}

TEST_F(RestoreTest, ARecordingAndItsModalitiesGoTogetherOrNotAtAll) {
  const std::string run = IngestNine();
  catalog::Modality processed = TestModality(9, "mic");
  processed.ingestion_status = "processed";
  ASSERT_TRUE(Register(catalog::kModalities, ToRow(processed)));
  const auto restore = Restore(run);
  ASSERT_TRUE(restore);
  EXPECT_EQ(restore->Count(RestoreAction::kRefused), 3U);
  EXPECT_EQ(restore->ThePlan().Count(), 0U);
}

TEST_F(RestoreTest, ARecordingThatSomethingRefersToByNowStays) {
  const std::string run = IngestNine();
  ASSERT_TRUE(Register(catalog::kModalities, ToRow(TestModality(9, "camera"))));
  const auto restore = Restore(run);
  ASSERT_TRUE(restore);
  EXPECT_EQ(restore->Count(RestoreAction::kRefused), 3U);
  EXPECT_THAT(restore->RowAt(restore->RowCount() - 1)->reason,
              testing::HasSubstr("modalities refers to it"));
  EXPECT_EQ(restore->ThePlan().Count(), 0U);
}

TEST_F(RestoreTest, WhatCameToReferToARecordingAfterTheRestoreWasPlannedKeepsItToo) {
  const std::string run = IngestNine();
  const auto restore = Restore(run);
  ASSERT_TRUE(restore);
  ASSERT_EQ(restore->ThePlan().Count(), 3U);
  ASSERT_TRUE(Register(catalog::kModalities, ToRow(TestModality(9, "camera"))));
  const auto outcome = ApplyPlan(restore->ThePlan());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->changed_since_plan, 3U);
  EXPECT_EQ(Rows(catalog::kModalities).size(), 3U);
  EXPECT_TRUE(Column("duration_us").contains(TestHash(9)));
}

// The row changes between the look at all rows and the recording's commit, which comes first.
TEST_F(RestoreTest, ARecordingThatChangesAtTheLastMomentKeepsItsModalities) {
  const std::string run = IngestNine();
  const auto restore = Restore(run);
  store::FaultInjectingStore racing(assets_);
  bool raced = false;
  racing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (!raced && call.kind == store::StoreCall::Kind::kPut &&
        call.key.find("recordings/_delta_log") != call.key.npos) {
      raced = true;
      SetDuration(9, 77);
    }
    return std::nullopt;
  });
  const auto outcome = ApplyPlan(restore->ThePlan(), racing);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  ASSERT_TRUE(raced);
  EXPECT_EQ(outcome->changed_since_plan, 3U);
  EXPECT_EQ(Rows(catalog::kModalities).size(), 2U);
}

TEST_F(RestoreTest, AParticipantThatARecordingNamesStays) {
  const Plan plan = MakePlan({InsertParticipant("ada"), ParticipantsChange(1, {}, {"ada"})});
  ASSERT_TRUE(ApplyPlan(plan));
  catalog::Recording named = TestRecording(2, 102);
  named.participant_ids = {"ada"};
  ASSERT_TRUE(Register(catalog::kRecordings, ToRow(named)));
  const auto outcome = RestoreRun(plan.RunId());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->committed, 1U);
  EXPECT_EQ(Rows(catalog::kParticipants).size(), 1U);
  EXPECT_EQ(Column("participant_ids").at(TestHash(1)), Value(Value::List{}));
}

TEST_F(RestoreTest, AParticipantThatOnlyTheRunNamedGoesWithIt) {
  const Plan plan = MakePlan({InsertParticipant("ada"), ParticipantsChange(1, {}, {"ada"})});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_EQ(RestoreRun(plan.RunId())->committed, 2U);
  EXPECT_TRUE(Rows(catalog::kParticipants).empty());
}

TEST_F(RestoreTest, TheRestoreOfARestoreBringsDeletedRowsBack) {
  const std::string run = IngestNine();
  const auto before = Rows(catalog::kModalities);
  const auto restore = Restore(run);
  ASSERT_TRUE(ApplyPlan(restore->ThePlan()));
  const auto again = RestoreRun(restore->ThePlan().RunId());
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_EQ(Rows(catalog::kModalities), before);
  EXPECT_EQ(Duration(9), Value(int64_t{1}));
  EXPECT_EQ(StateOfRun(run), RunState::kCommitted);
}

TEST_F(RestoreTest, ARunWhoseSnapshotIsGoneIsListedAndCannotBeUndone) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  const plan::Run before = ListRuns(OpenCatalog())->back();
  EXPECT_TRUE(before.CanBeUndone());
  for (const std::string& key : before.rollback_keys) {
    ASSERT_TRUE(assets_.Delete(key));
  }
  const plan::Run after = ListRuns(OpenCatalog())->back();
  EXPECT_EQ(after.run_id, before.run_id);
  EXPECT_EQ(after.command, before.command);
  EXPECT_EQ(after.tables, before.tables);
  EXPECT_EQ(after.state, RunState::kCommitted);
  EXPECT_FALSE(after.CanBeUndone());
  EXPECT_EQ(Restore(plan.RunId()).error().code, ErrorCode::kUsage);
}

// reconstruct-all-recent commits in batches: <run_id>.1, <run_id>.2, ...
TEST_F(RestoreTest, ARunOfSeveralPlansIsUndoneWhole) {
  const std::string run(64, 'b');
  for (int number = 1; number <= 12; ++number) {
    PlanHeader header = Header("reconstruct-all-recent");
    header.run_id = run + "." + std::to_string(number);
    ASSERT_TRUE(ApplyPlan(MakePlan({InsertRecording(20 + number, number)}, header)));
  }
  PlanHeader header = Header("reconstruct-all-recent");
  header.run_id = run + ".13";
  ASSERT_TRUE(ApplyPlan(MakePlan({DurationChange(21, 1, 500), DurationChange(0, 100, 7)}, header)));

  const auto runs = ListRuns(OpenCatalog());
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->front().run_id, run);
  EXPECT_EQ(runs->front().plans.size(), 13U);
  EXPECT_EQ(runs->front().plans[9], run + ".10");
  EXPECT_EQ(runs->front().changes, 14U);

  const auto restored = RestoreRun(run);
  ASSERT_TRUE(restored) << restored.error().ToString();
  EXPECT_EQ(restored->committed, 13U);
  EXPECT_EQ(Rows(catalog::kRecordings).size(), 4U);
  EXPECT_EQ(Duration(0), Value(int64_t{100}));
  EXPECT_EQ(StateOfRun(run), RunState::kUndone);
}

// A value that breaks a rule of today was allowed when it was written.
TEST_F(RestoreTest, ARestoreGivesBackAValueThatBreaksARule) {
  Change change = DurationChange(1, 101, 5);
  change.columns[0].before = Value(int64_t{-7});
  PlanHeader header = Header();
  ASSERT_TRUE(ApplyPlan(MakePlan({change}, header)).value().changed_since_plan == 1);
  header.marks["x"] = kRunUndone;  // a restore's plan may write it
  ASSERT_EQ(ApplyPlan(MakePlan({DurationChange(1, 101, -7)}, header))->committed, 1U);
  const Plan repair = MakePlan({change});
  ASSERT_EQ(ApplyPlan(repair)->committed, 1U);
  const auto restored = RestoreRun(repair.RunId());
  ASSERT_TRUE(restored) << restored.error().ToString();
  EXPECT_EQ(Duration(1), Value(int64_t{-7}));
}

TEST_F(RestoreTest, ARollbackSnapshotThatWasTouchedIsRefused) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  const std::string key = RollbackKeys().front();
  std::string bytes = assets_.Get(key)->bytes;
  bytes.replace(bytes.find("101"), 3, "999");
  ASSERT_TRUE(assets_.Put(key, bytes, store::PutCondition::kNone));
  const auto restore = Restore(plan.RunId());
  ASSERT_FALSE(restore);
  EXPECT_EQ(restore.error().rule, "plan_damaged");
}

// Log entries live 30 days; runs can be undone after that too.
TEST_F(RestoreTest, ARunWhoseLogEntryIsGoneIsUndoneByTheSnapshotThatItsRowNames) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  for (int i = 0; i < 10; ++i) {
    SetDuration(3, 200 + i);
  }
  for (int version = 0; version < 10; ++version) {
    ASSERT_TRUE(assets_.Delete("ursa/catalog/recordings/_delta_log/0000000000000000000" +
                               std::to_string(version) + ".json"));
  }
  const auto restored = RestoreRun(plan.RunId());
  ASSERT_TRUE(restored) << restored.error().ToString();
  EXPECT_EQ(Duration(1), Value(int64_t{101}));
}

TEST_F(RestoreTest, ARunThatNeverCommittedHasNothingToUndo) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(SaveRollback(assets_, "ursa/catalog", plan, [](size_t) { return true; }));
  EXPECT_EQ(StateOfRun(plan.RunId()), RunState::kNotCommitted);
  EXPECT_EQ(Restore(plan.RunId()).error().code, ErrorCode::kUsage);
}

TEST_F(RestoreTest, WhatARestoreHadToLeaveAloneIsRefusedAgainTheSecondTime) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  SetDuration(1, 77);
  ASSERT_TRUE(RestoreRun(plan.RunId()));
  const auto second = Restore(plan.RunId());
  ASSERT_TRUE(second) << second.error().ToString();
  EXPECT_EQ(second->RowAt(0)->action, RestoreAction::kRefused);
  EXPECT_EQ(second->RowAt(1)->action, RestoreAction::kNothing);
  EXPECT_EQ(second->ThePlan().Count(), 0U);
}

TEST_F(RestoreTest, ARowThatIsGoneIsNamedAgainTheSecondTime) {
  const Plan plan = MakePlan({InsertModality(9, "eeg"), InsertModality(9, "mic")});
  ASSERT_TRUE(ApplyPlan(plan));
  Change update = InsertModality(9, "mic");
  update.kind = ChangeKind::kUpdate;
  update.row.clear();
  update.columns = {{"format", Value("csv"), Value("wav")}};
  Change other = update;
  other.key[2] = "eeg";
  const Plan updates = MakePlan({other, update});
  ASSERT_EQ(ApplyPlan(updates)->committed, 2U);
  // Somebody takes one of the rows away.
  Change gone = Inverse(InsertModality(9, "mic"));
  catalog::Modality mic = TestModality(9, "mic");
  mic.format = "wav";
  gone.row = ToRow(mic);
  ASSERT_EQ(ApplyPlan(MakePlan({gone}))->committed, 1U);
  for (int time = 0; time < 2; ++time) {
    const auto restore = Restore(updates.RunId());
    ASSERT_TRUE(restore) << restore.error().ToString();
    EXPECT_EQ(restore->RowAt(0)->action,
              time == 0 ? RestoreAction::kRestore : RestoreAction::kNothing);
    EXPECT_EQ(restore->RowAt(1)->action, RestoreAction::kRefused);
    EXPECT_EQ(restore->RowAt(1)->reason, "the row is gone");
    ASSERT_TRUE(ApplyPlan(restore->ThePlan()));
  }
}

TEST_F(RestoreTest, WhatKeptARowIsNamedAgainAndOnceItIsGoneTheRowGoesToo) {
  const Plan plan = MakePlan({InsertParticipant("ada"), InsertParticipant("bob")});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_TRUE(ApplyPlan(MakePlan({ParticipantsChange(1, {}, {"ada"})})));
  for (int time = 0; time < 2; ++time) {
    const auto restore = Restore(plan.RunId());
    EXPECT_EQ(restore->RowAt(0)->action, RestoreAction::kRefused);
    EXPECT_THAT(restore->RowAt(0)->reason, testing::HasSubstr("names it"));
    ASSERT_TRUE(ApplyPlan(restore->ThePlan()));
    EXPECT_EQ(Rows("participants").size(), 1U);
  }
  ASSERT_TRUE(ApplyPlan(MakePlan({ParticipantsChange(1, {"ada"}, {})})));
  const auto last = RestoreRun(plan.RunId());
  EXPECT_EQ(last->committed, 1U);
  EXPECT_TRUE(Rows("participants").empty());
}

TEST_F(RestoreTest, AValueThatCameBackIsTakenBackButNotWhereALaterRunSetIt) {
  const Plan plan =
      MakePlan({DurationChange(0, 100, 4), DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  SetDuration(1, 77);
  SetDuration(2, 77);
  ASSERT_TRUE(RestoreRun(plan.RunId()));
  SetDuration(1, 5);
  ASSERT_EQ(ApplyPlan(MakePlan({DurationChange(0, 100, 4), DurationChange(2, 77, 6)}))->committed,
            2U);
  const auto again = Restore(plan.RunId());
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_EQ(again->RowAt(0)->action, RestoreAction::kNothing);
  EXPECT_EQ(again->RowAt(1)->action, RestoreAction::kRestore);
  EXPECT_EQ(again->RowAt(2)->action, RestoreAction::kRefused);
  EXPECT_EQ(again->RowAt(2)->reason, "a later run made it what it is");
  ASSERT_TRUE(ApplyPlan(again->ThePlan()));
  EXPECT_EQ(Duration(0), Value(int64_t{4}));
  EXPECT_EQ(Duration(1), Value(int64_t{101}));
  EXPECT_EQ(Duration(2), Value(int64_t{6}));
}

TEST_F(RestoreTest, WhatChangedAfterARestoreIsNoBusinessOfTheRunAnyMore) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_TRUE(RestoreRun(plan.RunId()));
  SetDuration(1, 5);
  EXPECT_EQ(Restore(plan.RunId())->RowAt(0)->action, RestoreAction::kNothing);
}

TEST_F(RestoreTest, APlanThatWasAppliedAloneOutlivesTheRestoreOfARunThatHeldItToo) {
  PlanHeader header = Header();
  const auto alone = [&] { return MakePlan({DurationChange(1, 101, 5)}, header); };
  const auto other = [&] { return MakePlan({DurationChange(2, 102, 6)}, header); };
  ASSERT_TRUE(ApplyPlan(alone()));
  std::vector<Plan> plans;
  plans.push_back(alone());
  plans.push_back(other());
  const Plan joint = JoinPlans(std::move(plans), std::nullopt, Spooling()).value();
  ASSERT_TRUE(ApplyPlan(joint));
  ASSERT_TRUE(RestoreRun(joint.RunId()));
  EXPECT_EQ(Duration(1), Value(int64_t{5}));
  EXPECT_EQ(Duration(2), Value(int64_t{102}));
  EXPECT_EQ(StateOfRun(alone().RunId()), RunState::kCommitted);
  ASSERT_TRUE(RestoreRun(alone().RunId()));
  EXPECT_EQ(Duration(1), Value(int64_t{101}));
}

}  // namespace
}  // namespace ursa::plan
