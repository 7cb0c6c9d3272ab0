// Fails the Nth call of the store, for N = 1 until the work completes: once, for ever, and, where
// it is a write, with an answer that got lost. After each of them the catalog must be readable,
// every row must be as before or as planned, the runs must say what is so, and the same work done
// again must leave what one clean run leaves. (SQLite's way; architecture.md, style.md.)

#include <gtest/gtest.h>

#include <algorithm>

#include "plan/rollback.h"
#include "plan/testing_plan.h"
#include "store/fault_injecting.h"

namespace ursa::plan {
namespace {

enum class Fault { kOnce, kForEver, kLostAnswerDone, kLostAnswerNotDone };

std::string FaultName(const testing::TestParamInfo<Fault>& fault) {
  switch (fault.param) {
    case Fault::kOnce:
      return "Once";
    case Fault::kForEver:
      return "ForEver";
    case Fault::kLostAnswerDone:
      return "LostAnswerDone";
    case Fault::kLostAnswerNotDone:
      return "LostAnswerNotDone";
  }
  return "";
}

constexpr size_t kCallsMax = 2000;

class FaultsTest : public PlanCatalogTest, public testing::WithParamInterface<Fault> {
 protected:
  struct State {
    std::map<std::string, std::vector<Value>> participants;
    std::map<std::string, std::vector<Value>> recordings;
    bool operator==(const State&) const = default;
  };
  State Look() { return {Rows(catalog::kParticipants), Rows(catalog::kRecordings)}; }

  // A store in memory that fails at call `number` as the parameter says; `hit` tells whether it
  // did.
  void Arm(store::FaultInjectingStore& failing, size_t number, bool& hit) {
    const Fault fault = GetParam();
    failing.SetFailAfterPut(fault == Fault::kLostAnswerDone);
    failing.SetRule([number, fault, &hit](size_t call_number,
                                          const store::StoreCall& call) -> std::optional<Error> {
      const bool lost = fault == Fault::kLostAnswerDone || fault == Fault::kLostAnswerNotDone;
      if (call_number < number || (fault != Fault::kForEver && hit)) {
        return std::nullopt;
      }
      if (lost && call.kind != store::StoreCall::Kind::kPut) {
        return std::nullopt;
      }
      hit = true;
      return Error{lost ? ErrorCode::kUnknownOutcome : ErrorCode::kUnavailable,
                   "the network failed",
                   {},
                   {}};
    });
  }

  // Every row is as in `before` or as in `after`.
  static void ExpectBetween(const std::map<std::string, std::vector<Value>>& before,
                            const std::map<std::string, std::vector<Value>>& now,
                            const std::map<std::string, std::vector<Value>>& after) {
    const auto same = [](const auto& rows, const std::string& key, const auto& row) {
      const auto found = rows.find(key);
      return found != rows.end() && found->second == row;
    };
    for (const auto& [key, row] : now) {
      EXPECT_TRUE(same(before, key, row) || same(after, key, row)) << "half changed: " << key;
    }
    for (const auto& [key, row] : before) {
      EXPECT_TRUE(now.contains(key) || !after.contains(key)) << "lost: " << key;
    }
  }

  // A plan over two tables, with inserts and updates.
  Plan TwoTablePlan() {
    return MakePlan({InsertParticipant("ada"), InsertParticipant("eve"),
                     ParticipantsChange(1, {}, {"ada"}), DurationChange(2, 102, 6),
                     InsertRecording(9, 1)});
  }

  // What runs say of `run_id` has to agree with the rows.
  void ExpectRunTellsTheTruth(const std::string& run_id, const State& before, const State& now,
                              const State& after) {
    const auto runs = ListRuns(OpenCatalog());
    ASSERT_TRUE(runs) << runs.error().ToString();
    const auto run = std::find_if(runs->begin(), runs->end(),
                                  [&](const auto& each) { return each.run_id == run_id; });
    if (run == runs->end()) {
      EXPECT_TRUE(now == before) << "changed without a run";
      return;
    }
    const RunState expected = now == after    ? RunState::kCommitted
                              : now == before ? RunState::kNotCommitted
                                              : RunState::kPartlyCommitted;
    EXPECT_EQ(RunStateName(run->state), RunStateName(expected));
  }
};

INSTANTIATE_TEST_SUITE_P(Every, FaultsTest,
                         testing::Values(Fault::kOnce, Fault::kForEver, Fault::kLostAnswerDone,
                                         Fault::kLostAnswerNotDone),
                         FaultName);

// A fixture with a catalog of its own, so that each round begins anew.
class Round : public FaultsTest {
 public:
  using FaultsTest::ApplyPlan;
  using FaultsTest::assets_;
  using FaultsTest::ExpectBetween;
  using FaultsTest::ExpectRunTellsTheTruth;
  using FaultsTest::Look;
  using FaultsTest::MakePlan;
  using FaultsTest::Restore;
  using FaultsTest::RestoreRun;
  using FaultsTest::Rows;
  using FaultsTest::SetDuration;
  using FaultsTest::State;
  using FaultsTest::StateOfRun;
  using FaultsTest::TwoTablePlan;
  void TestBody() override {}
};

TEST_P(FaultsTest, AnApplyThatFailsAnywhereIsFinishedByTheNext) {
  Round clean;
  const Round::State before = clean.Look();
  ASSERT_TRUE(clean.ApplyPlan(clean.TwoTablePlan()));
  const Round::State after = clean.Look();
  for (size_t number = 1;; ++number) {
    ASSERT_LT(number, kCallsMax);
    SCOPED_TRACE("call " + std::to_string(number));
    Round round;
    const Plan plan = round.TwoTablePlan();
    store::FaultInjectingStore failing(round.assets_);
    bool hit = false;
    Arm(failing, number, hit);
    const auto outcome = round.ApplyPlan(plan, failing);
    if (!hit) {
      EXPECT_GT(number, 20U);
      break;
    }
    const Round::State now = round.Look();
    Round::ExpectBetween(before.participants, now.participants, after.participants);
    Round::ExpectBetween(before.recordings, now.recordings, after.recordings);
    if (outcome && !outcome->stopped_by) {
      EXPECT_TRUE(now == after);
    }
    round.ExpectRunTellsTheTruth(plan.RunId(), before, now, after);

    const auto again = round.ApplyPlan(plan);
    ASSERT_TRUE(again) << again.error().ToString();
    EXPECT_TRUE(round.Look() == after);
    EXPECT_EQ(round.StateOfRun(plan.RunId()), RunState::kCommitted);
    EXPECT_EQ(round.Rows(catalog::kMaintenanceRuns).size(), 1U);

    ASSERT_TRUE(round.RestoreRun(plan.RunId()));
    EXPECT_TRUE(round.Look() == before);
  }
}

TEST_P(FaultsTest, ARestoreThatFailsAnywhereIsFinishedByTheNext) {
  for (size_t number = 1;; ++number) {
    ASSERT_LT(number, kCallsMax);
    SCOPED_TRACE("call " + std::to_string(number));
    Round round;
    const Round::State before = round.Look();
    const Plan plan = round.TwoTablePlan();
    ASSERT_TRUE(round.ApplyPlan(plan));
    const Round::State after = round.Look();
    store::FaultInjectingStore failing(round.assets_);
    bool hit = false;
    Arm(failing, number, hit);
    const auto restore = [&]() -> Result<ApplyOutcome> {
      URSA_TRY(const catalog::Catalog catalog, catalog::Catalog::Open(failing, std::nullopt));
      URSA_TRY(const RestorePlan planned,
               PlanRestore({catalog, Spooling(), "Ursa/test", "2026-05-09T00:00:00.000000Z", 1, {}},
                           plan.RunId(), std::nullopt));
      return round.ApplyPlan(planned.ThePlan(), failing);
    };
    const auto outcome = restore();
    if (!hit) {
      EXPECT_GT(number, 20U);
      break;
    }
    const Round::State now = round.Look();
    Round::ExpectBetween(after.participants, now.participants, before.participants);
    Round::ExpectBetween(after.recordings, now.recordings, before.recordings);
    if (outcome && !outcome->stopped_by) {
      EXPECT_TRUE(now == before);
    }
    const RunState expected = now == before  ? RunState::kUndone
                              : now == after ? RunState::kCommitted
                                             : RunState::kPartlyUndone;
    EXPECT_EQ(RunStateName(round.StateOfRun(plan.RunId())), RunStateName(expected));

    const auto again = round.RestoreRun(plan.RunId());
    ASSERT_TRUE(again) << again.error().ToString();
    EXPECT_TRUE(round.Look() == before);
    EXPECT_EQ(round.StateOfRun(plan.RunId()), RunState::kUndone);
  }
}

TEST_P(FaultsTest, AnInitThatFailsAnywhereIsFinishedByTheNext) {
  for (const char* prefix : {"ursa/catalog", "ursa/catalog-2"}) {
    for (size_t number = 1;; ++number) {
      ASSERT_LT(number, kCallsMax);
      SCOPED_TRACE(std::string(prefix) + ", call " + std::to_string(number));
      store::MemoryStore assets(clock_);
      store::FaultInjectingStore failing(assets);
      bool hit = false;
      Arm(failing, number, hit);
      const auto made = catalog::InitCatalog(failing, prefix, Context());
      if (!hit) {
        EXPECT_GT(number, 8U);
        break;
      }
      // Either nobody sees a catalog yet, and init makes it, or there is one.
      const auto open = catalog::Catalog::Open(assets, std::nullopt);
      const auto again = catalog::InitCatalog(assets, prefix, Context());
      EXPECT_EQ(again.has_value(), !open.has_value());
      EXPECT_TRUE(open || !made);
      const auto catalog = catalog::Catalog::Open(assets, std::nullopt);
      ASSERT_TRUE(catalog) << catalog.error().ToString();
      EXPECT_EQ(catalog->Prefix(), prefix);
      EXPECT_EQ(catalog->TableNames()->size(), catalog::AllTables().size());
    }
  }
}

// Every tenth version is followed by a checkpoint.
TEST_P(FaultsTest, ACommitWithACheckpointThatFailsAnywhereLeavesAReadableTable) {
  const auto before_checkpoint = [](Round& round) {
    for (int version = 2; version < 10; ++version) {
      round.SetDuration(3, 200 + version);
    }
  };
  Round clean;
  before_checkpoint(clean);
  const Round::State before = clean.Look();
  ASSERT_TRUE(clean.ApplyPlan(clean.MakePlan({DurationChange(1, 101, 5)})));
  ASSERT_TRUE(clean.assets_.Head(
      "ursa/catalog/recordings/_delta_log/00000000000000000010.checkpoint.parquet"));
  const Round::State after = clean.Look();
  for (size_t number = 1;; ++number) {
    ASSERT_LT(number, kCallsMax);
    SCOPED_TRACE("call " + std::to_string(number));
    Round round;
    before_checkpoint(round);
    store::FaultInjectingStore failing(round.assets_);
    bool hit = false;
    Arm(failing, number, hit);
    const auto outcome = round.ApplyPlan(round.MakePlan({DurationChange(1, 101, 5)}), failing);
    if (!hit) {
      EXPECT_GT(number, 15U);
      break;
    }
    const Round::State now = round.Look();
    EXPECT_TRUE(now == before || now == after);
    EXPECT_TRUE(now == after || !outcome);
    // The next checkpoint comes whatever became of this one.
    for (int version = 0; version < 11; ++version) {
      round.SetDuration(3, 300 + version);
    }
    ASSERT_TRUE(round.assets_.Head(
        "ursa/catalog/recordings/_delta_log/00000000000000000020.checkpoint.parquet"));
  }
}

}  // namespace
}  // namespace ursa::plan
