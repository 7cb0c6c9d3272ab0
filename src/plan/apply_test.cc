#include "plan/apply.h"

#include <gmock/gmock.h>

#include "plan/testing_plan.h"
#include "store/fault_injecting.h"

namespace ursa::plan {
namespace {

class ApplyTest : public PlanCatalogTest {};

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
  auto writer =
      catalog::Writer::Open(counting, *catalog::Catalog::Open(counting, std::nullopt), Context());
  ASSERT_TRUE(Apply(MakePlan({DurationChange(1, 101, 5)}), {}, *writer));
  std::vector<std::string> puts;
  for (const auto& call : counting.Calls()) {
    if (call.kind == store::StoreCall::Kind::kPut && !call.key.ends_with(".parquet") &&
        !call.key.ends_with("_probe")) {
      puts.push_back(call.key);
    }
  }
  ASSERT_GE(puts.size(), 2U);
  EXPECT_THAT(puts[0], testing::HasSubstr("_rollback/"));
  EXPECT_THAT(puts[1], testing::HasSubstr("recordings/_delta_log/"));
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
  ASSERT_EQ(ApplyPlan(MakePlan({InsertRecording(9, 1)}))->committed, 1U);
  EXPECT_EQ(ApplyPlan(MakePlan({InsertRecording(9, 2)}))->changed_since_plan, 1U);
  EXPECT_EQ(ApplyPlan(MakePlan({InsertRecording(9, 1)}))->already, 1U);
  EXPECT_EQ(Duration(9), Value(int64_t{1}));
}

TEST_F(ApplyTest, ABrakeRefusesBeforeAnythingIsWritten) {
  PlanHeader header;
  header.catalog_uri = OpenCatalog().Uri();
  PlanBuilder builder(header, Spooling());
  ASSERT_TRUE(builder.Add(DurationChange(1, 101, 5)));
  builder.AddBrake({"max_changes", 1, 0, "too many"});
  store::FaultInjectingStore counting(assets_);
  auto writer =
      catalog::Writer::Open(counting, *catalog::Catalog::Open(counting, std::nullopt), Context());
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
  ASSERT_EQ(plans->front().plan.Count(), 1U);
  EXPECT_EQ(plans->front().plan.ChangeAt(0)->key, std::vector<std::string>{TestHash(2)});
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

TEST_F(ApplyTest, TheRollbackSnapshotIsTheWholePlanAndEveryTableNamesIt) {
  const Plan plan = MakePlan({InsertParticipant("ada"), ParticipantsChange(1, {}, {"ada"})});
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->committed, 2U);
  const std::string key = "ursa/catalog/_rollback/" + plan.RunId() + ".jsonl";
  EXPECT_EQ(RollbackKeys(), std::vector<std::string>{key});
  std::string bytes;
  ASSERT_TRUE(plan.Write([](size_t) { return true; },
                         [&](std::string_view piece) -> Result<void> {
                           bytes += piece;
                           return {};
                         }));
  EXPECT_EQ(assets_.Get(key)->bytes, bytes);
}

TEST_F(ApplyTest, ARowThatDropsOutInTheSecondTableLeavesASmallerSnapshotForIt) {
  const Plan plan = MakePlan({InsertParticipant("ada"), ParticipantsChange(1, {}, {"ada"}),
                              ParticipantsChange(2, {"eve"}, {"ada"})});
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->changed_since_plan, 1U);
  ASSERT_EQ(RollbackKeys().size(), 2U);
  const auto plans = ReadCommittedPlans(OpenCatalog(), plan.RunId(), Spooling());
  ASSERT_TRUE(plans) << plans.error().ToString();
  ASSERT_EQ(plans->size(), 2U);
  for (const CommittedPlan& committed : *plans) {
    EXPECT_EQ(committed.plan.Count(), committed.tables.front() == "recordings" ? 2U : 3U);
  }
}

TEST_F(ApplyTest, APlanOfATableThatWasReplacedIsRefused) {
  PlanHeader header = Header();
  header.tables["recordings"].id = "another";
  const auto outcome = ApplyPlan(MakePlan({DurationChange(1, 101, 5)}, header));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "plan_other_catalog");
}

TEST_F(ApplyTest, TwoChangesOfOneRowAreRefusedBeforeAnythingIsWritten) {
  const Plan plan =
      MakePlan({InsertParticipant("ada"), DurationChange(1, 101, 5), DurationChange(1, 101, 6)});
  const auto outcome = ApplyPlan(plan);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "plan_damaged");
  EXPECT_THAT(outcome.error().message, testing::HasSubstr("two changes have the same key"));
  EXPECT_TRUE(Rows("participants").empty());
  EXPECT_TRUE(RollbackKeys().empty());
}

TEST_F(ApplyTest, AnAppendOnlyTableTakesInsertsAndNoUpdates) {
  auto table = std::make_shared<delta::Snapshot>(*OpenCatalog().Table("recordings").value());
  table->metadata.configuration["delta.appendOnly"] = "true";
  const std::map<std::string, delta::SnapshotPtr> tables{{"recordings", table}};
  EXPECT_TRUE(WouldNotMerge(MakePlan({InsertRecording(9, 1)}), tables)->empty());
  const Plan plan = MakePlan({InsertRecording(9, 1), DurationChange(1, 101, 5)});
  const auto refusals = WouldNotMerge(plan, tables).value();
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals.front().rule, "unwritable_table");
  EXPECT_EQ(ErrorOf(refusals.front()).value().code, ErrorCode::kUnsupported);
  // What is in the table already needs no commit.
  table->transactions[plan.RunId()] = {plan.RunId(), kRunApplied, std::nullopt};
  EXPECT_TRUE(WouldNotMerge(plan, tables)->empty());
}

// participants comes first, and has no txn of the run, as its row was there already.
TEST_F(ApplyTest, APlanThatWasUndoneInItsSecondTableWritesNothingToTheFirst) {
  ASSERT_TRUE(Register("participants", ToRow(catalog::Participant{"ada", "ada", {}, {}})));
  const Plan plan = MakePlan({InsertParticipant("ada"), ParticipantsChange(1, {}, {"ada"})});
  ASSERT_EQ(ApplyPlan(plan)->already, 1U);
  ASSERT_TRUE(RestoreRun(plan.RunId()));
  ASSERT_TRUE(Register("participants", ToRow(catalog::Participant{"ada", "Ada", {}, {}})));
  store::FaultInjectingStore counting(assets_);
  const auto again = ApplyPlan(plan, counting);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().rule, "plan_undone");
  for (const auto& call : counting.Calls()) {
    EXPECT_NE(call.kind, store::StoreCall::Kind::kPut) << call.key;
  }
}

TEST_F(ApplyTest, WhatWasCommittedBeforeAFailureStaysAndIsTold) {
  const Plan plan = MakePlan({InsertParticipant("ada"), ParticipantsChange(1, {}, {"ada"})});
  store::FaultInjectingStore failing(assets_);
  failing.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    return call.kind == store::StoreCall::Kind::kPut &&
                   call.key.find("recordings/") != call.key.npos
               ? std::optional(Error{ErrorCode::kUnavailable, "the disk is full", {}, {}})
               : std::nullopt;
  });
  const auto outcome = ApplyPlan(plan, failing);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  ASSERT_TRUE(outcome->stopped_by);
  EXPECT_THAT(outcome->stopped_by->ToString(), testing::HasSubstr("version 1 of participants"));
  EXPECT_EQ(outcome->committed, 1U);
  EXPECT_EQ(outcome->run_id, plan.RunId());
  EXPECT_EQ(outcome->fates, (std::vector<Fate>{Fate::kCommitted, Fate::kPending}));
  EXPECT_EQ(StateOfRun(plan.RunId()), RunState::kPartlyCommitted);
  const auto rest = ApplyPlan(plan);
  ASSERT_TRUE(rest) << rest.error().ToString();
  EXPECT_EQ(rest->fates, (std::vector<Fate>{Fate::kAlready, Fate::kCommitted}));
  EXPECT_EQ(StateOfRun(plan.RunId()), RunState::kCommitted);
  EXPECT_EQ(RollbackKeys().size(), 1U);
}

TEST_F(ApplyTest, APointerThatCantBeReadAfterTheCommitIsNoFailure) {
  store::FaultInjectingStore failing(assets_);
  bool committed = false;
  failing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    committed = committed || (call.kind == store::StoreCall::Kind::kPut &&
                              call.key.find("_delta_log") != call.key.npos);
    return committed && call.key.starts_with(catalog::kPointerPrefix)
               ? std::optional(Error{ErrorCode::kUnavailable, "no answer", {}, {}})
               : std::nullopt;
  });
  const auto outcome = ApplyPlan(MakePlan({DurationChange(1, 101, 5)}), failing);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->committed, 1U);
  ASSERT_FALSE(outcome->follow_up_errors.empty());
}

TEST_F(ApplyTest, PlansOfShardsAreOneRunWhateverTheirOrder) {
  const auto first = [&] { return MakePlan({DurationChange(1, 101, 5)}); };
  const auto second = [&] { return MakePlan({DurationChange(2, 102, 6)}); };
  const auto join = [&](Plan a, Plan b) {
    std::vector<Plan> plans;
    plans.push_back(std::move(a));
    plans.push_back(std::move(b));
    return JoinPlans(std::move(plans), std::nullopt, Spooling()).value();
  };
  const Plan joined = join(first(), second());
  EXPECT_EQ(join(second(), first()).RunId(), joined.RunId());
  const int64_t version = Version();
  ASSERT_EQ(ApplyPlan(joined)->committed, 2U);
  EXPECT_EQ(Version(), version + 1);
  EXPECT_EQ(ApplyPlan(first())->already, 1U);
  ASSERT_TRUE(RestoreRun(joined.RunId()));
  EXPECT_EQ(ApplyPlan(joined).error().rule, "plan_undone");
  EXPECT_EQ(Duration(1), Value(int64_t{101}));
}

TEST_F(ApplyTest, APlanOfAShardIsRefusedOnceTheRunThatHeldItWasUndone) {
  const auto shard = [&] { return MakePlan({DurationChange(1, 101, 5)}); };
  const Plan alone = shard();
  std::vector<Plan> plans;
  plans.push_back(shard());
  plans.push_back(MakePlan({DurationChange(2, 102, 6)}));
  const Plan joined = JoinPlans(std::move(plans), std::nullopt, Spooling()).value();
  ASSERT_TRUE(ApplyPlan(joined));
  ASSERT_TRUE(RestoreRun(joined.RunId()));
  const auto again = ApplyPlan(alone);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().rule, "plan_undone");
}

TEST_F(ApplyTest, WhatWouldBecomeOfAPlanIsWhatBecomesOfIt) {
  ASSERT_EQ(ApplyPlan(MakePlan({InsertRecording(9, 1)}))->committed, 1U);
  const Plan plan =
      MakePlan({DurationChange(0, 100, 5), DurationChange(1, 101, 6), DurationChange(2, 102, 7),
                DurationChange(8, 1, 2), InsertRecording(9, 1), InsertRecording(10, 1)});
  SetDuration(1, 6);
  SetDuration(2, 77);
  const auto foreseen = Foresee(plan, OpenCatalog(), 1, {});
  ASSERT_TRUE(foreseen) << foreseen.error().ToString();
  EXPECT_EQ(*foreseen,
            (std::vector<Fate>{Fate::kPending, Fate::kAlready, Fate::kChangedSincePlan,
                               Fate::kChangedSincePlan, Fate::kAlready, Fate::kPending}));
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  for (size_t i = 0; i < plan.Count(); ++i) {
    EXPECT_EQ(outcome->fates[i],
              foreseen->at(i) == Fate::kPending ? Fate::kCommitted : foreseen->at(i));
  }
  EXPECT_EQ(*Foresee(plan, OpenCatalog(), 1, {}), std::vector<Fate>(plan.Count(), Fate::kAlready));
}

TEST_F(ApplyTest, ARunHasItsRowInMaintenanceRuns) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  ASSERT_TRUE(ApplyPlan(plan)->follow_up_errors.empty());
  const auto rows = Rows(catalog::kMaintenanceRuns);
  ASSERT_EQ(rows.size(), 1U);
  const auto& row = rows.at(plan.RunId() + "/");
  EXPECT_EQ(row[1], Value("fix-durations-inplace"));
  EXPECT_EQ(row[2], Value(plan.PlanDigest()));
  EXPECT_EQ(row[5], Value("test"));
  EXPECT_EQ(row[8], Value(int64_t{1}));
  EXPECT_EQ(row[9], Value(R"({"recordings":2})"));
  EXPECT_EQ(row[10], Value("memory://test/" + RollbackKeys().front()));
}

TEST_F(ApplyTest, RunsThatAreRecordedAreListedWithoutReadingTheirSnapshots) {
  const Plan plan = MakePlan({InsertParticipant("ada"), ParticipantsChange(1, {}, {"ada"})});
  ASSERT_TRUE(ApplyPlan(plan));
  store::FaultInjectingStore counting(assets_);
  const auto runs = ListRuns(*catalog::Catalog::Open(counting, std::nullopt));
  ASSERT_TRUE(runs) << runs.error().ToString();
  for (const auto& call : counting.Calls()) {
    EXPECT_TRUE(call.kind != store::StoreCall::Kind::kGet ||
                call.key.find("_rollback/") == call.key.npos)
        << call.key;
  }
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->front().command, "fix-durations-inplace");
  EXPECT_EQ(runs->front().tool, "Ursa/test");
  EXPECT_EQ(runs->front().created_at, "2026-05-08T00:00:00.000000Z");
  EXPECT_EQ(runs->front().tables, (std::vector<std::string>{"participants", "recordings"}));
  EXPECT_EQ(runs->front().changes, 2U);
}

TEST_F(ApplyTest, TheNextRunRecordsOneThatDiedAfterItsCommit) {
  const Plan dead = MakePlan({DurationChange(1, 101, 5)});
  store::FaultInjectingStore dying(assets_);
  dying.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    return call.kind == store::StoreCall::Kind::kPut &&
                   call.key.find("maintenance_runs") != call.key.npos
               ? std::optional(Error{ErrorCode::kUnavailable, "killed", {}, {}})
               : std::nullopt;
  });
  ASSERT_TRUE(ApplyPlan(dead, dying));
  EXPECT_TRUE(Rows(catalog::kMaintenanceRuns).empty());
  ASSERT_TRUE(ApplyPlan(MakePlan({DurationChange(2, 102, 6)})));
  EXPECT_EQ(Rows(catalog::kMaintenanceRuns).size(), 1U) << "it may be about to write its row";
  clock_.Sleep(std::chrono::minutes{2}, {});
  ASSERT_TRUE(ApplyPlan(MakePlan({DurationChange(3, 103, 7)})));
  EXPECT_EQ(Rows(catalog::kMaintenanceRuns).size(), 3U);
  EXPECT_EQ(Rows(catalog::kMaintenanceRuns).at(dead.RunId() + "/")[8], Value(int64_t{1}));
}

TEST_F(ApplyTest, RecordingARunCostsTheSameHoweverManyThereAre) {
  const auto calls_of = [&](int64_t after) {
    store::FaultInjectingStore counting(assets_);
    EXPECT_TRUE(ApplyPlan(MakePlan({DurationChange(1, 101 + (after - 1), 101 + after)}), counting));
    size_t reads = 0;
    for (const auto& call : counting.Calls()) {
      reads += call.kind == store::StoreCall::Kind::kGet ? 1 : 0;
    }
    return reads;
  };
  std::vector<size_t> reads;
  for (int64_t run = 1; run <= 22; ++run) {
    reads.push_back(calls_of(run));
  }
  EXPECT_LE(reads[21], reads[1] + 2) << "beyond the log entries since a checkpoint";
}

TEST_F(ApplyTest, ARecordingIsNotAttributedToAParticipantThatSomebodyElseRegistered) {
  Change attribution = ParticipantsChange(1, {}, {"zoe"});
  attribution.relied_rows = {RelyOnParticipant("zoe", "zoe")};
  const Plan plan = MakePlan({InsertParticipant("zoe"), attribution});
  ASSERT_TRUE(Register(catalog::kParticipants, ToRow(catalog::Participant{"zoe", "Zoë", {}, {}})));
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->fates, std::vector<Fate>(2, Fate::kChangedSincePlan));
}

TEST_F(ApplyTest, ARecordingIsAttributedToAParticipantThatThePlanRegistersItself) {
  Change attribution = ParticipantsChange(1, {}, {"zoe"});
  attribution.relied_rows = {RelyOnParticipant("zoe", "zoe")};
  const Plan plan = MakePlan({InsertParticipant("zoe"), attribution});
  EXPECT_EQ(*Foresee(plan, OpenCatalog(), 1, {}), std::vector<Fate>(2, Fate::kPending));
  EXPECT_EQ(ApplyPlan(plan)->committed, 2U);
}

TEST_F(ApplyTest, AnInsertWhoseParticipantIsGoneIsLeftAlone) {
  Change insert = InsertRecording(9, 1);
  insert.relied_rows = {RelyOnParticipant("ada", "ada")};
  const auto outcome = ApplyPlan(MakePlan({insert}));
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->fates.front(), Fate::kChangedSincePlan);
  EXPECT_FALSE(Column("duration_us").contains(TestHash(9)));
}

TEST_F(ApplyTest, PlansOfWhichOnlySomeHaveALimitAreNotAppliedTogether) {
  std::vector<Plan> plans;
  for (const bool limited : {true, false}) {
    PlanBuilder builder(Header(), Spooling());
    ASSERT_TRUE(builder.Add(DurationChange(limited ? 1 : 2, limited ? 101 : 102, 5)));
    builder.AddMaxChanges(limited ? std::optional<uint64_t>(1) : std::nullopt);
    plans.push_back(std::move(builder).Finish());
  }
  const auto joined = JoinPlans(std::move(plans), std::nullopt, Spooling());
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().code, ErrorCode::kUsage);
}

TEST_F(ApplyTest, ATableThatVanishedMeanwhileIsNotMadeAnewByTheCommit) {
  const Plan plan = MakePlan({DurationChange(1, 101, 5)});
  store::FaultInjectingStore vanishing(assets_);
  vanishing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kPut &&
        call.key.find("_rollback/") != std::string::npos) {
      const auto objects = store::ListAll(assets_, "ursa/catalog/recordings/").value();
      for (const auto& object : objects) {
        EXPECT_TRUE(assets_.Delete(object.key));
      }
    }
    return std::nullopt;
  });
  const auto outcome = ApplyPlan(plan, vanishing);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnavailable) << outcome.error().ToString();
  EXPECT_TRUE(store::ListAll(assets_, "ursa/catalog/recordings/_delta_log/")->empty());
}

}  // namespace
}  // namespace ursa::plan
