#include "catalog/flip.h"

#include <gmock/gmock.h>

#include "catalog/backup.h"
#include "catalog/testing_catalog.h"
#include "store/fault_injecting.h"

namespace ursa::catalog {
namespace {

using testing::HasSubstr;

constexpr const char* kCopy = "ursa/copy";
constexpr size_t kCallsMax = 500;

class FlipTest : public CatalogTest {
 protected:
  FlipTest() {
    EXPECT_TRUE(RegisterRecordings({TestRecording(1, 10)}));
    CopyTo(kCopy);
  }

  void CopyTo(const std::string& destination) {
    const Catalog catalog = OpenCatalog();
    const BackupContext context{"Ursa/test", 1, {}, clock_, progress_};
    Backup backup = PlanBackup(catalog, destination, context).value();
    EXPECT_TRUE(MakeBackup(assets_, catalog, backup, context));
  }

  Result<void> FlipTo(store::ObjectStore& assets, const std::string& prefix) {
    URSA_TRY(const FlipPlan plan, PlanFlip(assets, prefix));
    return Flip(assets, plan, "test", Context());
  }

  bool IsSealed(const std::string& prefix) {
    const auto table = delta::LoadSnapshot(assets_, prefix + "/recordings").value();
    return !CheckNotSealed(*table);
  }

  static void ExpectRefused(const Result<void>& result, const std::string& rule) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().rule, rule) << result.error().ToString();
  }

  NoProgress progress_;
};

TEST_F(FlipTest, MovesTheCatalogAndSealsTheOldOne) {
  const auto flipped = FlipTo(assets_, kCopy);
  ASSERT_TRUE(flipped) << flipped.error().ToString();
  EXPECT_EQ(OpenCatalog().Prefix(), kCopy);
  EXPECT_TRUE(IsSealed("ursa/catalog"));
  EXPECT_FALSE(IsSealed(kCopy));
  ASSERT_TRUE(RegisterRecordings({TestRecording(2, 20)}));
  EXPECT_EQ(Column("duration_us").size(), 2U);
}

TEST_F(FlipTest, StopsAWriterThatIsUnderWay) {
  Writer writer = OpenWriter();
  ASSERT_TRUE(FlipTo(assets_, kCopy));
  const auto written =
      writer.Register(*FindTable(kRecordings), {ToRow(TestRecording(2, 20))}, OnConflict::kError);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().rule, "sealed");
}

TEST_F(FlipTest, BackAgainUnsealsTheOldOne) {
  ASSERT_TRUE(FlipTo(assets_, kCopy));
  ASSERT_TRUE(RegisterRecordings({TestRecording(2, 20)}));
  ASSERT_TRUE(FlipTo(assets_, "ursa/catalog"));
  EXPECT_EQ(ReadPointer(assets_)->generation, 2);
  EXPECT_EQ(Column("duration_us").size(), 1U);
  EXPECT_TRUE(IsSealed(kCopy));
  ASSERT_TRUE(RegisterRecordings({TestRecording(3, 30)}));
}

TEST_F(FlipTest, LeavesADamagedTableAndOneThatIsGoneAsTheyAre) {
  const std::string log = "ursa/catalog/recordings/_delta_log/";
  ASSERT_TRUE(
      assets_.Put(log + "00000000000000000001.json", "rubbish", store::PutCondition::kNone));
  const auto listed = store::ListAll(assets_, "ursa/catalog/events/").value();
  for (const store::ObjectInfo& object : listed) {
    ASSERT_TRUE(assets_.Delete(object.key));
  }
  const auto plan = PlanFlip(assets_, kCopy);
  ASSERT_TRUE(plan) << plan.error().ToString();
  for (const FlipTable& table : plan->tables) {
    const bool is_damaged = table.name == kRecordings;
    EXPECT_EQ(FlipActionName(table.action), is_damaged              ? "damaged"
                                            : table.name == kEvents ? "nothing"
                                                                    : "seal");
    EXPECT_EQ(table.problem.empty(), !is_damaged);
  }
  ASSERT_TRUE(Flip(assets_, *plan, "test", Context()));
  EXPECT_EQ(Column("duration_us").size(), 1U);
}

TEST_F(FlipTest, TakesNoTargetThatIsNoCatalog) {
  for (const char* prefix : {"", "..", "ursa", "ursa/nothing", "ursa/catalog/recordings"}) {
    ExpectRefused(FlipTo(assets_, prefix), "flip_target");
  }
  ASSERT_TRUE(assets_.Put("ursa/copy/recordings/_delta_log/00000000000000000001.json", "rubbish",
                          store::PutCondition::kNone));
  ExpectRefused(FlipTo(assets_, kCopy), "flip_target");
  EXPECT_EQ(ReadPointer(assets_)->generation, 0);
  EXPECT_FALSE(IsSealed("ursa/catalog"));
}

TEST_F(FlipTest, TakesNoBackupThatHasNotArrivedWhole) {
  ASSERT_TRUE(assets_.Delete("ursa/copy/recordings/_delta_log/00000000000000000001.json"));
  const auto flipped = FlipTo(assets_, kCopy);
  ExpectRefused(flipped, "flip_target");
  EXPECT_THAT(flipped.error().message, HasSubstr("not arrived whole"));
}

TEST_F(FlipTest, TakesNoTargetOfWhichADataFileIsMissingOrOfAnotherSize) {
  const auto file =
      delta::LoadSnapshot(assets_, "ursa/copy/recordings").value()->files.begin()->first;
  const std::string key = "ursa/copy/recordings/" + file;
  ASSERT_TRUE(assets_.Put(key, "cut", store::PutCondition::kNone));
  auto flipped = FlipTo(assets_, kCopy);
  ExpectRefused(flipped, "flip_target");
  EXPECT_THAT(flipped.error().message, HasSubstr(file));
  EXPECT_THAT(flipped.error().message, HasSubstr("which has 3 there"));
  ASSERT_TRUE(assets_.Delete(key));
  flipped = FlipTo(assets_, kCopy);
  ExpectRefused(flipped, "flip_target");
  EXPECT_THAT(flipped.error().message, HasSubstr(file));
  EXPECT_FALSE(IsSealed("ursa/catalog"));
}

TEST_F(FlipTest, OfTwoAtOnceOneLoses) {
  const FlipPlan plan = PlanFlip(assets_, kCopy).value();
  ASSERT_TRUE(FlipTo(assets_, kCopy));
  ExpectRefused(Flip(assets_, plan, "test", Context()), "flip_lost");
}

TEST_F(FlipTest, ToTheActiveCatalogChangesNothing) {
  const auto plan = PlanFlip(assets_, "ursa/catalog");
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->is_active_already);
  ASSERT_TRUE(Flip(assets_, *plan, "test", Context()));
  EXPECT_EQ(Version(), 1);
  EXPECT_EQ(ReadPointer(assets_)->generation, 0);
}

// The Nth call fails, for every N: the next run finishes it, or the one back takes it back.
TEST_F(FlipTest, IsFinishedOrTakenBackWhereverItWasCutOff) {
  const auto before = store::ListAll(assets_, "").value();
  for (size_t number = 1; number < kCallsMax; ++number) {
    for (const std::string wanted : {"ursa/catalog", kCopy}) {
      store::MemoryStore assets(clock_);
      for (const store::ObjectInfo& object : before) {
        ASSERT_TRUE(
            assets.Put(object.key, assets_.Get(object.key)->bytes, store::PutCondition::kNone));
      }
      store::FaultInjectingStore failing(assets);
      failing.SetRule(store::FailFrom(number, {ErrorCode::kUnavailable, "cut off", {}, {}}));
      const bool did_all = FlipTo(failing, kCopy).has_value();
      const auto next = FlipTo(assets, wanted);
      ASSERT_TRUE(next) << number << ": " << next.error().ToString();
      Writer writer =
          Writer::Open(assets, Catalog::Open(assets, std::nullopt).value(), Context()).value();
      EXPECT_EQ(writer.Tables().Prefix(), wanted);
      ASSERT_TRUE(writer.Register(*FindTable(kRecordings), {ToRow(TestRecording(2, 20))},
                                  OnConflict::kError))
          << number;
      if (did_all) {
        return;
      }
    }
  }
  FAIL() << "it never came to its end";
}

}  // namespace
}  // namespace ursa::catalog
