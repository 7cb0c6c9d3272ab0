#include "plan/reliance.h"

#include <gmock/gmock.h>

#include "catalog/testing_catalog.h"
#include "plan/apply.h"
#include "store/fault_injecting.h"

namespace ursa::plan {
namespace {

using catalog::TestHash;
using catalog::TestRecording;
using delta::Value;

// Modalities 1 and 2, of recordings 1 and 2; a plan sets their epochs and relies on the recordings'
// start_time.
class RelianceTest : public catalog::CatalogTest {
 protected:
  RelianceTest() {
    EXPECT_TRUE(RegisterRecordings({TestRecording(1, 100), TestRecording(2, 100)}));
    std::vector<catalog::NamedRow> rows;
    for (const int number : {1, 2}) {
      catalog::Modality modality;
      modality.recording_hash = TestHash(number);
      modality.recording_id = TestRecording(number, 1).recording_id;
      modality.worker = "notes_0";
      modality.modality = "notes";
      modality.format = "raw_jsonl";
      modality.raw_storage_uri = "local://raw/";
      modality.ingestion_status = "processed";
      rows.push_back(ToRow(modality));
    }
    EXPECT_TRUE(OpenWriter().Register(*catalog::FindTable(catalog::kModalities), rows,
                                      catalog::OnConflict::kError));
  }

  static Change EpochChange(int number) {
    const catalog::Recording recording = TestRecording(number, 1);
    Change change;
    change.table = catalog::FindTable(catalog::kModalities);
    change.key = {recording.recording_hash, "notes_0", "notes"};
    change.locator = recording.recording_id;
    change.columns = {{"start_epoch_ns", Value(), Value(int64_t{17})}};
    change.relied = {{"ingestion_status", "processed"}};
    change.relied_rows = {{catalog::FindTable(catalog::kRecordings),
                           {recording.recording_hash},
                           recording.recording_id,
                           {{"start_time", recording.start_time}}}};
    return change;
  }

  Plan MakePlan() {
    PlanHeader header;
    header.command = "fix-modalities-start-epoch";
    header.catalog_uri = OpenCatalog().Uri();
    PlanBuilder builder(std::move(header), {"/tmp", 1 << 20});
    EXPECT_TRUE(builder.Add(EpochChange(1)));
    EXPECT_TRUE(builder.Add(EpochChange(2)));
    return std::move(builder).Finish();
  }

  void MoveStart(int number) {
    catalog::Recording moved = TestRecording(number, 100);
    moved.start_time += std::chrono::hours{2};
    EXPECT_TRUE(RegisterRecordings({moved}, catalog::OnConflict::kOverwrite));
  }

  std::vector<bool> HasEpoch() {
    std::vector<bool> has_epoch;
    const auto table = OpenCatalog().Table(catalog::kModalities).value();
    EXPECT_TRUE(delta::Scan(assets_, *table, {{"start_epoch_ns"}, {}, 1, {}},
                            [&](const delta::RowBatch& batch) -> Result<void> {
                              for (size_t i = 0; i < batch.RowCount(); ++i) {
                                has_epoch.push_back(!batch.IsNull(0, i));
                              }
                              return {};
                            }));
    return has_epoch;
  }
};

TEST_F(RelianceTest, AChangeWhoseReliedRowsAreAsTheyWereIsCommitted) {
  auto writer = OpenWriter();
  const auto outcome = Apply(MakePlan(), {}, writer);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->committed, 2U);
  EXPECT_THAT(HasEpoch(), testing::ElementsAre(true, true));
}

TEST_F(RelianceTest, AnUnrelatedColumnOfAReliedRowMayChange) {
  const Plan plan = MakePlan();
  ASSERT_TRUE(RegisterRecordings({TestRecording(1, 7)}, catalog::OnConflict::kOverwrite));
  auto writer = OpenWriter();
  EXPECT_EQ(Apply(plan, {}, writer)->committed, 2U);
}

TEST_F(RelianceTest, AChangeWhoseReliedRowChangedIsLeftAloneAndTheOthersCommit) {
  const Plan plan = MakePlan();
  MoveStart(1);
  auto writer = OpenWriter();
  const auto outcome = Apply(plan, {}, writer);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->fates, (std::vector<Fate>{Fate::kChangedSincePlan, Fate::kCommitted}));
  EXPECT_THAT(HasEpoch(), testing::UnorderedElementsAre(false, true));
}

TEST_F(RelianceTest, AReliedRowThatIsGoneIsOneThatChanged) {
  PlanHeader header;
  header.catalog_uri = OpenCatalog().Uri();
  PlanBuilder builder(std::move(header), {"/tmp", 1 << 20});
  Change change = EpochChange(1);
  change.relied_rows[0].key = {TestHash(9)};
  ASSERT_TRUE(builder.Add(change));
  auto writer = OpenWriter();
  EXPECT_EQ(Apply(std::move(builder).Finish(), {}, writer)->changed_since_plan, 1U);
}

TEST_F(RelianceTest, ARowThatHasTheValuesAlreadyNeedsNothingWhateverItReliedOn) {
  const Plan plan = MakePlan();
  auto writer = OpenWriter();
  ASSERT_TRUE(Apply(plan, {}, writer));
  MoveStart(1);
  PlanHeader header;
  header.catalog_uri = OpenCatalog().Uri();
  PlanBuilder builder(std::move(header), {"/tmp", 1 << 20});
  ASSERT_TRUE(builder.Add(EpochChange(1)));
  EXPECT_EQ(Apply(std::move(builder).Finish(), {}, writer)->already, 1U);
}

TEST_F(RelianceTest, AReliedRowThatChangesWhileARaceIsLostIsSeenByTheNextTry) {
  const Plan plan = MakePlan();
  store::FaultInjectingStore racing(assets_);
  bool raced = false;
  racing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    const bool is_commit = call.kind == store::StoreCall::Kind::kPut &&
                           call.key.find("modalities/_delta_log/") != std::string::npos;
    if (is_commit && !raced) {
      raced = true;
      MoveStart(2);
      // Somebody else's commit to the table, of another row: without the other one, ours would
      // stand as it is.
      catalog::Modality other;
      other.recording_hash = TestHash(5);
      other.recording_id = "rec_20200101_000000_abcd";
      other.worker = "mic_0";
      other.modality = "mic";
      other.format = "raw_audio";
      other.raw_storage_uri = "local://raw/";
      EXPECT_TRUE(OpenWriter().Register(*catalog::FindTable(catalog::kModalities), {ToRow(other)},
                                        catalog::OnConflict::kError));
    }
    return std::nullopt;
  });
  auto writer =
      catalog::Writer::Open(racing, *catalog::Catalog::Open(racing, std::nullopt), Context());
  const auto outcome = Apply(plan, {}, *writer);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_TRUE(raced);
  EXPECT_EQ(outcome->fates, (std::vector<Fate>{Fate::kCommitted, Fate::kChangedSincePlan}));
}

TEST_F(RelianceTest, TheLineOfAChangeHasItsReliedRowsAndIsReadBack) {
  const Change change = EpochChange(1);
  const std::string line = ChangeToLine(change);
  EXPECT_THAT(line, testing::HasSubstr(
                        R"("relied_rows":[{"table":"recordings","key":{"recording_hash":")"));
  const auto read = ParseChange(line);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read->relied_rows, change.relied_rows);
  EXPECT_EQ(ChangeToLine(*read), line);
  EXPECT_TRUE(Inverse(change).relied_rows.empty());
}

TEST_F(RelianceTest, AChangeWithoutThemHasNoSuchMember) {
  Change change = EpochChange(1);
  change.relied_rows.clear();
  EXPECT_THAT(ChangeToLine(change), testing::Not(testing::HasSubstr("relied_rows")));
}

TEST_F(RelianceTest, ReliedRowsThatAreNoneAreRefused) {
  const std::string line = ChangeToLine(EpochChange(1));
  const size_t begin = line.find("\"relied_rows\":") + 14;
  for (const char* rows :
       {"{}", "17", "[17]", "[{}]", R"([{"table":"nothing","key":{},"locator":"","values":{}}])",
        R"([{"table":"recordings","key":{},"locator":"","values":{}}])",
        R"([{"table":"recordings","key":{"recording_hash":"a"},"locator":"","values":{"x":1}}])"}) {
    const auto read = ParseChange(line.substr(0, begin) + rows + "}");
    ASSERT_FALSE(read) << rows;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace ursa::plan
