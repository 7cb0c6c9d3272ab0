#include "plan/apply.h"

#include <gmock/gmock.h>

#include "catalog/testing_catalog.h"
#include "plan/restore.h"
#include "plan/runs.h"
#include "store/fault_injecting.h"

namespace ursa::plan {
namespace {

using catalog::TestHash;
using catalog::TestRecording;
using delta::Value;

class ApplyTest : public catalog::CatalogTest {
 protected:
  ApplyTest() {
    std::vector<catalog::Recording> recordings;
    for (int i = 0; i < 4; ++i) {
      recordings.push_back(TestRecording(i, 100 + i));
    }
    EXPECT_TRUE(RegisterRecordings(recordings));
  }

  Change DurationChange(int number, int64_t before, int64_t after) {
    const catalog::Recording recording = TestRecording(number, before);
    Change change;
    change.table = catalog::FindTable(catalog::kRecordings);
    change.key = {recording.recording_hash};
    change.locator = recording.recording_id;
    change.columns = {{"duration_us", Value(before), Value(after)},
                      {"duration_known_wrong", false, false}};
    change.relied = {{"start_time", recording.start_time}};
    return change;
  }

  Plan MakePlan(const std::vector<Change>& changes) {
    PlanHeader header;
    header.command = "fix-durations-inplace";
    header.catalog_uri = OpenCatalog().Uri();
    const auto table = OpenCatalog().Table(catalog::kRecordings).value();
    header.tables["recordings"] = {table->metadata.id, table->version};
    PlanBuilder builder(std::move(header), Spooling());
    for (const Change& change : changes) {
      EXPECT_TRUE(builder.Add(change));
    }
    return std::move(builder).Finish();
  }

  SpoolOptions Spooling() { return {"/tmp", 1 << 20}; }

  Result<ApplyOutcome> ApplyPlan(const Plan& plan) {
    auto writer = OpenWriter();
    return Apply(plan, {}, writer);
  }

  Result<RestorePlan> Restore(const std::string& run_id) {
    const catalog::Catalog catalog = OpenCatalog();
    return PlanRestore({catalog, Spooling(), "Ursa/test", "2026-05-08T00:00:00.000000Z", 1, {}},
                       run_id, std::nullopt);
  }

  Value Duration(int number) { return Column("duration_us").at(TestHash(number)); }
  // Somebody else changes a row.
  void SetDuration(int number, int64_t duration_us) {
    EXPECT_TRUE(RegisterRecordings({TestRecording(number, duration_us)},
                                   catalog::OnConflict::kOverwrite));
  }
  std::vector<std::string> RollbackKeys() {
    std::vector<std::string> keys;
    const auto objects = store::ListAll(assets_, "ursa/catalog/_rollback/").value();
    for (const auto& object : objects) {
      keys.push_back(object.key);
    }
    return keys;
  }
};

TEST_F(ApplyTest, ChangesExactlyThePlannedRowsInOneCommit) {
  const auto outcome = ApplyPlan(MakePlan({DurationChange(1, 101, 5), DurationChange(3, 103, 6)}));
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->committed, 2U);
  EXPECT_EQ(Version(), 2);
  EXPECT_EQ(Duration(0), Value(int64_t{100}));
  EXPECT_EQ(Duration(1), Value(int64_t{5}));
  EXPECT_EQ(Duration(3), Value(int64_t{6}));
}

TEST_F(ApplyTest, WritesTheRollbackSnapshotBeforeTheCommit) {
  store::FaultInjectingStore counting(assets_);
  auto writer = catalog::Writer::Open(counting, *catalog::Catalog::Open(counting, std::nullopt),
                                      Context());
  ASSERT_TRUE(Apply(MakePlan({DurationChange(1, 101, 5)}), {}, *writer));
  std::vector<std::string> puts;
  for (const auto& call : counting.Calls()) {
    if (call.kind == store::StoreCall::Kind::kPut && !call.key.ends_with(".parquet") &&
        !call.key.ends_with("_probe")) {
      puts.push_back(call.key);
    }
  }
  ASSERT_EQ(puts.size(), 2U);
  EXPECT_THAT(puts[0], testing::HasSubstr("_rollback/"));
  EXPECT_THAT(puts[1], testing::HasSubstr("_delta_log/"));
}

TEST_F(ApplyTest, TheSamePlanAgainChangesNothing) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  SetDuration(1, 77);
  const auto again = ApplyPlan(plan);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->committed, 0U);
  EXPECT_EQ(again->already, 1U);
  EXPECT_EQ(Duration(1), Value(int64_t{77}));
}

TEST_F(ApplyTest, ARowThatChangedSinceThePlanIsLeftAloneAndTheOthersCommit) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  SetDuration(1, 77);
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->fates, (std::vector<Fate>{Fate::kChangedSincePlan, Fate::kCommitted}));
  EXPECT_EQ(Duration(1), Value(int64_t{77}));
  EXPECT_EQ(Duration(2), Value(int64_t{6}));
}

TEST_F(ApplyTest, ARowWhoseReliedColumnChangedIsLeftAlone) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  catalog::Recording moved = TestRecording(1, 101);
  moved.start_time += std::chrono::hours{2};
  ASSERT_TRUE(RegisterRecordings({moved}, catalog::OnConflict::kOverwrite));
  EXPECT_EQ(ApplyPlan(plan)->changed_since_plan, 1U);
  EXPECT_EQ(Duration(1), Value(int64_t{101}));
}

TEST_F(ApplyTest, ARowThatHasTheValuesAlreadyIsNeitherWrittenNorAFault) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  SetDuration(1, 5);
  const int64_t version = Version();
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->already, 1U);
  EXPECT_EQ(outcome->run_id, "");
  EXPECT_EQ(Version(), version);
}

TEST_F(ApplyTest, TwoOverlappingRunsEndAsOne) {
  const Plan first = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  const Plan second = MakePlan({DurationChange(2, 102, 6), DurationChange(3, 103, 7)});
  ASSERT_TRUE(ApplyPlan(first));
  const auto outcome = ApplyPlan(second);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->fates, (std::vector<Fate>{Fate::kAlready, Fate::kCommitted}));
}

TEST_F(ApplyTest, OfTwoInsertsOfOneKeyOneWinsAndTheOtherSaysSo) {
  const auto insert = [](int64_t duration_us) {
    Change change;
    change.kind = ChangeKind::kInsert;
    change.table = catalog::FindTable(catalog::kRecordings);
    change.row = ToRow(TestRecording(9, duration_us));
    change.key = {TestHash(9)};
    change.locator = TestRecording(9, 1).recording_id;
    return change;
  };
  ASSERT_EQ(ApplyPlan(MakePlan({insert(1)}))->committed, 1U);
  EXPECT_EQ(ApplyPlan(MakePlan({insert(2)}))->changed_since_plan, 1U);
  EXPECT_EQ(ApplyPlan(MakePlan({insert(1)}))->already, 1U);
  EXPECT_EQ(Duration(9), Value(int64_t{1}));
}

TEST_F(ApplyTest, ABrakeRefusesBeforeAnythingIsWritten) {
  PlanHeader header;
  header.catalog_uri = OpenCatalog().Uri();
  PlanBuilder builder(header, Spooling());
  ASSERT_TRUE(builder.Add(DurationChange(1, 101, 5)));
  builder.AddBrake({"max_changes", 1, 0, "too many"});
  store::FaultInjectingStore counting(assets_);
  auto writer = catalog::Writer::Open(counting, *catalog::Catalog::Open(counting, std::nullopt),
                                      Context());
  const auto outcome = Apply(std::move(builder).Finish(), {}, *writer);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "max_changes");
  for (const auto& call : counting.Calls()) {
    EXPECT_NE(call.kind, store::StoreCall::Kind::kPut) << call.key;
  }
}

TEST_F(ApplyTest, APlanForAnotherCatalogIsRefused) {
  PlanHeader header;
  header.catalog_uri = "memory://elsewhere/ursa/catalog";
  PlanBuilder builder(header, Spooling());
  auto writer = OpenWriter();
  EXPECT_EQ(Apply(std::move(builder).Finish(), {}, writer).error().rule, "plan_other_catalog");
}

TEST_F(ApplyTest, ALostRaceThatDropsARowLeavesASnapshotOfWhatWasCommitted) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  store::FaultInjectingStore racing(assets_);
  bool raced = false;
  racing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (!raced && call.kind == store::StoreCall::Kind::kPut && call.key.ends_with(".json")) {
      raced = true;
      SetDuration(1, 77);
    }
    return std::nullopt;
  });
  auto writer =
      catalog::Writer::Open(racing, *catalog::Catalog::Open(racing, std::nullopt), Context());
  const auto outcome = Apply(plan, {}, *writer);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->committed, 1U);
  EXPECT_EQ(RollbackKeys(),
            (std::vector<std::string>{"ursa/catalog/_rollback/" + plan.RunId() + "-2.jsonl",
                                      "ursa/catalog/_rollback/" + plan.RunId() + ".jsonl"}));
  const auto plans = ReadCommittedPlans(OpenCatalog(), plan.RunId(), Spooling());
  ASSERT_TRUE(plans) << plans.error().ToString();
  ASSERT_EQ(plans->front().Count(), 1U);
  EXPECT_EQ(plans->front().ChangeAt(0)->key, std::vector<std::string>{TestHash(2)});
}

TEST_F(ApplyTest, ARunIsListedWithItsStateAndChanges) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto runs = ListRuns(OpenCatalog());
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->front().run_id, plan.RunId());
  EXPECT_EQ(runs->front().command, "fix-durations-inplace");
  EXPECT_EQ(runs->front().state, RunState::kCommitted);
  EXPECT_EQ(runs->front().changes, 1U);
}

TEST_F(ApplyTest, ARestoreGivesBackTheValuesBefore) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(restore) << restore.error().ToString();
  EXPECT_EQ(restore->restore, 2U);
  ASSERT_TRUE(ApplyPlan(restore->plan));
  EXPECT_EQ(Duration(1), Value(int64_t{101}));
  EXPECT_EQ(ListRuns(OpenCatalog())->back().state, RunState::kUndone);
}

TEST_F(ApplyTest, ARestoreRefusesOnlyColumnsThatWereChangedSince) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5), DurationChange(2, 102, 6)});
  ASSERT_TRUE(ApplyPlan(plan));
  SetDuration(1, 77);
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(restore);
  EXPECT_EQ(restore->rows[0].action, RestoreAction::kRefused);
  EXPECT_EQ(restore->rows[0].refused, std::vector<std::string>{"duration_us"});
  EXPECT_EQ(restore->rows[1].action, RestoreAction::kRestore);
  ASSERT_TRUE(ApplyPlan(restore->plan));
  EXPECT_EQ(Duration(1), Value(int64_t{77}));
  EXPECT_EQ(Duration(2), Value(int64_t{102}));
}

TEST_F(ApplyTest, AnUndonePlanIsRefused) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_TRUE(ApplyPlan(Restore(plan.RunId())->plan));
  const auto again = ApplyPlan(plan);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().rule, "plan_undone");
}

TEST_F(ApplyTest, TheRestoreOfARestoreAppliesTheRunAgain) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  const auto restore = Restore(plan.RunId());
  ASSERT_TRUE(ApplyPlan(restore->plan));
  const auto restore_again = Restore(restore->plan.RunId());
  ASSERT_TRUE(restore_again) << restore_again.error().ToString();
  ASSERT_TRUE(ApplyPlan(restore_again->plan));
  EXPECT_EQ(Duration(1), Value(int64_t{5}));
  const auto table = OpenCatalog().Table(catalog::kRecordings).value();
  EXPECT_EQ(table->transactions.at(plan.RunId()).version, kRunApplied);
  EXPECT_EQ(table->transactions.at(restore->plan.RunId()).version, kRunUndone);
}

TEST_F(ApplyTest, ARestoreTwiceHasNothingToDoTheSecondTime) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_TRUE(ApplyPlan(Restore(plan.RunId())->plan));
  const auto second = Restore(plan.RunId());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->nothing, 1U);
  EXPECT_EQ(second->plan.Count(), 0U);
}

TEST_F(ApplyTest, ARestoreTakesAnInsertedRowAway) {
  Change insert;
  insert.kind = ChangeKind::kInsert;
  insert.table = catalog::FindTable(catalog::kRecordings);
  insert.row = ToRow(TestRecording(9, 1));
  insert.key = {TestHash(9)};
  insert.locator = TestRecording(9, 1).recording_id;
  const Plan plan = MakePlan({insert});
  ASSERT_TRUE(ApplyPlan(plan));
  ASSERT_TRUE(ApplyPlan(Restore(plan.RunId())->plan));
  EXPECT_FALSE(Column("duration_us").contains(TestHash(9)));
}

TEST_F(ApplyTest, AnUnknownRunIsAUsageError) {
  EXPECT_EQ(Restore(std::string(64, '0')).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace ursa::plan
