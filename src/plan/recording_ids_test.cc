#include "plan/recording_ids.h"

#include <gmock/gmock.h>

#include "plan/testing_plan.h"
#include "store/fault_injecting.h"

namespace ursa::plan {
namespace {

class RecordingIdsTest : public PlanCatalogTest {
 protected:
  // The recording `number` under the hash of another one.
  static catalog::Recording UnderAnotherHash(int number) {
    catalog::Recording other = TestRecording(number, 1);
    other.recording_hash = TestHash(90 + number);
    return other;
  }
  // Two recordings, the first with a modality.
  Plan TwoRecordings() {
    return MakePlan({InsertModality(7, "eeg"), InsertRecording(7, 5), InsertRecording(8, 6)});
  }
  const std::vector<Fate> second_only_{Fate::kChangedSincePlan, Fate::kChangedSincePlan,
                                       Fate::kCommitted};
};

TEST_F(RecordingIdsTest, ARecordingThatCameUnderAnotherHashIsLeftAloneWithItsModalities) {
  const Plan plan = TwoRecordings();
  ASSERT_TRUE(RegisterRecordings({UnderAnotherHash(7)}));
  const auto foreseen = Foresee(plan, OpenCatalog(), 1, {});
  ASSERT_TRUE(foreseen) << foreseen.error().ToString();
  EXPECT_EQ(*foreseen,
            (std::vector<Fate>{Fate::kChangedSincePlan, Fate::kChangedSincePlan, Fate::kPending}));
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->fates, second_only_);
  EXPECT_EQ(Column("recording_id").count(TestHash(7)), 0U);
  EXPECT_EQ(Rows("modalities").size(), 0U);
}

TEST_F(RecordingIdsTest, ARecordingThatComesWhileARaceIsLostIsSeenByTheNextTry) {
  const Plan plan = MakePlan({InsertRecording(7, 5), InsertRecording(8, 6)});
  store::FaultInjectingStore racing(assets_);
  bool raced = false;
  racing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (!raced && call.kind == store::StoreCall::Kind::kPut && call.key.ends_with(".json")) {
      raced = true;
      EXPECT_TRUE(RegisterRecordings({UnderAnotherHash(7)}));
    }
    return std::nullopt;
  });
  const auto outcome = ApplyPlan(plan, racing);
  ASSERT_TRUE(raced);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->fates, (std::vector<Fate>{Fate::kChangedSincePlan, Fate::kCommitted}));
  const auto ids = Column("recording_id");
  EXPECT_EQ(ids.count(TestHash(7)), 0U);
  EXPECT_EQ(ids.count(TestHash(8)), 1U);
}

TEST_F(RecordingIdsTest, TheSameRecordingFromTwoWritersIsNoFault) {
  const Plan plan = TwoRecordings();
  ASSERT_TRUE(RegisterRecordings({TestRecording(7, 5)}));
  const auto outcome = ApplyPlan(plan);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->fates,
            (std::vector<Fate>{Fate::kCommitted, Fate::kAlready, Fate::kCommitted}));
}

TEST_F(RecordingIdsTest, OfTwoHashesForOneIdInAPlanTheFirstIsInserted) {
  const auto outcome =
      ApplyPlan(MakePlan({InsertRecording(7, 5), InsertRecording(UnderAnotherHash(7))}));
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->fates, (std::vector<Fate>{Fate::kCommitted, Fate::kChangedSincePlan}));
}

}  // namespace
}  // namespace ursa::plan
