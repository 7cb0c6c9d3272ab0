#include "maintenance/fix_modalities.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "catalog/testing_catalog.h"
#include "plan/apply.h"
#include "store/fault_injecting.h"

namespace ursa::maintenance {
namespace {

using catalog::TestHash;
using catalog::TestRecording;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kHourUs = 3'600'000'000;

// Recordings start at 2026-05-07T14:30:22.12Z and last one hour, unless a test says otherwise.
class FixModalitiesTest : public catalog::CatalogTest {
 protected:
  static constexpr int64_t kStartNs = 1'778'164'222'120'000'000;

  void AddRecording(int number, std::optional<int64_t> duration_us = kHourUs,
                    bool known_wrong = false) {
    catalog::Recording recording = TestRecording(number, duration_us);
    recording.duration_known_wrong = known_wrong;
    ASSERT_TRUE(RegisterRecordings({recording}));
  }
  static catalog::Modality Legacy(int number, const std::string& modality,
                                  const std::string& worker) {
    catalog::Modality row;
    row.recording_hash = TestHash(number);
    row.recording_id = TestRecording(number, {}).recording_id;
    row.worker = worker;
    row.modality = modality;
    row.format = "raw_jsonl";
    row.raw_storage_uri = "local://raw/";
    row.ingestion_status = "processed";
    row.domain_intervals = {{0, 10}, {20, 30}};
    return row;
  }
  void Add(const catalog::Modality& row) {
    ASSERT_TRUE(OpenWriter().Register(*catalog::FindTable(catalog::kModalities), {ToRow(row)},
                                      catalog::OnConflict::kError));
  }
  void AddNotes(int number) { Add(Legacy(number, "notes", "notes_0")); }
  void File(int number, const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(raw_.Put("recordings/" + TestRecording(number, {}).recording_id + "/" + name, bytes,
                         store::PutCondition::kNone));
  }
  // The sidecar of notes_0, whose first line says this many ns after the recording's start.
  void FirstNote(int number, int64_t after_start_ns) {
    File(number, "notes_0/notes_0000_1.jsonl",
         "{\"timestamp_ns\": " + std::to_string(kStartNs + after_start_ns) + "}\n");
  }

  PlanningContext Planning(const catalog::Catalog& catalog) {
    return {catalog, counting_, {"/tmp", 1 << 20}, "Ursa/test", 2, {}, clock_, progress_};
  }
  ModalityPlan MakePlan(const FixModalitiesOptions& options = {}) {
    const catalog::Catalog catalog = OpenCatalog();
    auto plan =
        PlanFixModalities(Planning(catalog), catalog.Table(catalog::kModalities).value(), options);
    EXPECT_TRUE(plan) << plan.error().ToString();
    return *std::move(plan);
  }
  // The action and problems of the only row.
  static std::vector<std::string> Judgement(const ModalityPlan& plan) {
    EXPECT_EQ(plan.rows.size(), 1U);
    std::vector<std::string> judgement{std::string(ActionName(plan.rows.front().action))};
    for (const raw::Problem& problem : plan.rows.front().problems) {
      judgement.emplace_back(raw::ProblemCodeName(problem.code));
    }
    return judgement;
  }
  std::vector<std::string> Judge(const FixModalitiesOptions& options = {}) {
    return Judgement(MakePlan(options));
  }
  plan::ApplyOutcome Commit(const ModalityPlan& plan) {
    auto writer = OpenWriter();
    auto outcome = plan::Apply(plan.plan, {}, writer);
    EXPECT_TRUE(outcome) << outcome.error().ToString();
    return *outcome;
  }
  // Every column of a row of modalities, by its worker.
  std::map<std::string, delta::Value> Row(const std::string& worker) {
    std::map<std::string, delta::Value> values;
    const auto table = OpenCatalog().Table(catalog::kModalities).value();
    EXPECT_TRUE(delta::Scan(assets_, *table, {{}, {}, 1, {}},
                            [&](const delta::RowBatch& batch) -> Result<void> {
                              for (size_t i = 0; i < batch.RowCount(); ++i) {
                                if (batch.String(2, i) != worker) {
                                  continue;
                                }
                                for (size_t j = 0; j < batch.Fields().size(); ++j) {
                                  values[batch.Fields()[j].name] = batch.At(j, i);
                                }
                              }
                              return {};
                            }));
    return values;
  }

  NoProgress progress_;
  store::MemoryStore raw_{clock_, "memory://raw"};
  store::FaultInjectingStore counting_{raw_};
};

TEST_F(FixModalitiesTest, OnlyProcessedRowsWithoutAnEpochAreSelected) {
  AddRecording(1);
  FirstNote(1, 0);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.ingestion_status = "raw";
  Add(row);
  row.worker = "notes_1";
  row.ingestion_status = "failed";
  Add(row);
  row.worker = "notes_2";
  row.ingestion_status = "processed";
  row.start_epoch_ns = kStartNs;
  Add(row);
  const ModalityPlan plan = MakePlan();
  EXPECT_THAT(plan.rows, IsEmpty());
  EXPECT_EQ(plan.counts.selected, 0U);
}

TEST_F(FixModalitiesTest, AShiftSetsTheEpochAndMovesAllIntervals) {
  AddRecording(1);
  FirstNote(1, 2'500'000'000);
  AddNotes(1);
  const ModalityPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.shift, 1U);
  EXPECT_EQ(plan.rows[0].first_sample->time_since_epoch().count(), kStartNs + 2'500'000'000);
  EXPECT_EQ(plan.rows[0].shift, Nanoseconds{2'500'000'000});
  ASSERT_EQ(Commit(plan).committed, 1U);
  const auto row = Row("notes_0");
  EXPECT_EQ(row.at("start_epoch_ns"), delta::Value(kStartNs + 2'500'000'000));
  EXPECT_EQ(row.at("domain_intervals"),
            (delta::Value::List{delta::Value::List{2.5, 12.5}, delta::Value::List{22.5, 32.5}}));
}

TEST_F(FixModalitiesTest, EverythingElseOfAShiftedRowStaysVerbatim) {
  AddRecording(1);
  FirstNote(1, 2'500'000'000);
  AddNotes(1);
  auto before = Row("notes_0");
  Commit(MakePlan());
  auto after = Row("notes_0");
  for (const char* column : {"start_epoch_ns", "domain_intervals", "updated_at"}) {
    before.erase(column);
    after.erase(column);
  }
  EXPECT_EQ(before, after);
}

TEST_F(FixModalitiesTest, ABoundIsTheDoubleNearestToTheExactSum) {
  AddRecording(1);
  FirstNote(1, 200'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{0.1, 1e15}};
  Add(row);
  Commit(MakePlan());
  EXPECT_EQ(Row("notes_0").at("domain_intervals"),
            (delta::Value::List{delta::Value::List{0.30000000000000001665, 1e15 + 0.25}}));
}

TEST_F(FixModalitiesTest, AFirstSampleBeforeTheStartGivesNegativeBounds) {
  AddRecording(1);
  FirstNote(1, -1'500'000'000);
  AddNotes(1);
  Commit(MakePlan());
  EXPECT_EQ(Row("notes_0").at("domain_intervals"),
            (delta::Value::List{delta::Value::List{-1.5, 8.5}, delta::Value::List{18.5, 28.5}}));
}

TEST_F(FixModalitiesTest, NullAndEmptyIntervalsStaySoAndTheEpochIsSet) {
  AddRecording(1);
  FirstNote(1, 5'000'000'000);
  File(1, "mouse_0/mouse_0000_1.jsonl", "{\"timestamp_ns\": " + std::to_string(kStartNs) + "}\n");
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = std::nullopt;
  Add(row);
  row = Legacy(1, "mouse", "mouse_0");
  row.domain_intervals = std::vector<catalog::Interval>{};
  Add(row);
  EXPECT_EQ(Commit(MakePlan()).committed, 2U);
  EXPECT_TRUE(Row("notes_0").at("domain_intervals").IsNull());
  EXPECT_EQ(Row("notes_0").at("start_epoch_ns"), delta::Value(kStartNs + 5'000'000'000));
  EXPECT_EQ(Row("mouse_0").at("domain_intervals"), delta::Value::List{});
  EXPECT_EQ(Row("mouse_0").at("start_epoch_ns"), delta::Value(kStartNs));
}

TEST_F(FixModalitiesTest, AllShiftsOfARunAreOneCommit) {
  for (const int number : {1, 2, 3}) {
    AddRecording(number);
    FirstNote(number, number * 1'000);
    AddNotes(number);
  }
  const int64_t before = OpenCatalog().Table(catalog::kModalities).value()->version;
  EXPECT_EQ(Commit(MakePlan()).table_versions.at("modalities"), before + 1);
}

TEST_F(FixModalitiesTest, ASecondRunSelectsNothingThatWasShifted) {
  AddRecording(1);
  FirstNote(1, 2'500'000'000);
  AddNotes(1);
  Commit(MakePlan());
  EXPECT_EQ(MakePlan().counts.selected, 0U);
}

TEST_F(FixModalitiesTest, TwoPlansOfTheSameRowsShiftThemOnce) {
  AddRecording(1);
  FirstNote(1, 2'500'000'000);
  AddNotes(1);
  const ModalityPlan first = MakePlan();
  FixModalitiesOptions other;
  other.max_underivable = 5;
  AddRecording(2);
  const ModalityPlan second = MakePlan(other);  // made from another version of `recordings`
  EXPECT_NE(first.plan.PlanDigest(), second.plan.PlanDigest());
  EXPECT_EQ(Commit(first).committed, 1U);
  EXPECT_EQ(Commit(second).already, 1U);
  EXPECT_EQ(Row("notes_0").at("domain_intervals"),
            (delta::Value::List{delta::Value::List{2.5, 12.5}, delta::Value::List{22.5, 32.5}}));
}

TEST_F(FixModalitiesTest, VideosAndScenesAreOutOfScopeBeforeAnythingElse) {
  for (const char* modality : {"camera", "video-webcam", "screen", "pupillabs-scene"}) {
    Add(Legacy(1, modality, std::string(modality) + "_0"));  // its recording is missing as well
  }
  const ModalityPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.out_of_scope, 4U);
  EXPECT_EQ(plan.counts.Left(), 0U);
  EXPECT_EQ(counting_.Calls().size(), 1U);  // whether recordings/ is empty
}

TEST_F(FixModalitiesTest, ARowWhoseRecordingTheCatalogLacksHasNoRecording) {
  FirstNote(1, 0);
  AddNotes(1);
  EXPECT_THAT(Judge(), ElementsAre("no_recording"));
}

TEST_F(FixModalitiesTest, ARowWithoutASignalIsUnderivable) {
  AddRecording(1);
  AddNotes(1);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "no_segments"));
  File(1, "notes_0/notes_0000_1.jsonl", "");
  EXPECT_THAT(Judge(), ElementsAre("underivable", "empty"));
}

TEST_F(FixModalitiesTest, AFailedReadIsOfItsRowAndNotOfTheRun) {
  for (const int number : {1, 2}) {
    AddRecording(number);
    FirstNote(number, 0);
    AddNotes(number);
  }
  counting_.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    const bool fails = call.kind == store::StoreCall::Kind::kGet &&
                       call.key.find(TestRecording(1, {}).recording_id) != std::string::npos;
    return fails ? std::optional(Error{ErrorCode::kDenied, "permission denied", {}, {}})
                 : std::nullopt;
  });
  const ModalityPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.underivable, 1U);
  EXPECT_EQ(plan.counts.shift, 1U);
  EXPECT_EQ(plan.rows[0].problems[0].code, raw::ProblemCode::kReadFailed);
}

TEST_F(FixModalitiesTest, AFailedListingIsOfTheRowsOfItsRecording) {
  AddRecording(1);
  FirstNote(1, 0);
  AddNotes(1);
  counting_.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    return call.key.find("rec_") != std::string::npos
               ? std::optional(Error{ErrorCode::kUnavailable, "unreachable", {}, {}})
               : std::nullopt;
  });
  EXPECT_THAT(Judge(), ElementsAre("underivable", "read_failed"));
}

TEST_F(FixModalitiesTest, IntervalsThatStartWhereTheShiftWouldBringThemAreShiftedAlready) {
  AddRecording(1);
  FirstNote(1, 60'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{60.5, 70}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "already_shifted"));
}

TEST_F(FixModalitiesTest, IntervalsThatStartFurtherAwayThanHalfASecondAreNotShiftedYet) {
  AddRecording(1);
  FirstNote(1, 60'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{60.5000001, 70}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("shift"));
}

TEST_F(FixModalitiesTest, AShiftOfASecondTellsNothingAboutTheOrigin) {
  AddRecording(1);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{1, 70}};
  Add(row);
  FirstNote(1, 1'000'000'000);
  EXPECT_THAT(Judge(), ElementsAre("shift"));
  FirstNote(1, 1'000'000'001);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "already_shifted"));
  FirstNote(1, -1'000'000'000);
  EXPECT_THAT(Judge(), ElementsAre("shift"));
}

TEST_F(FixModalitiesTest, ABackwardShiftCanBeThereAlreadyToo) {
  AddRecording(1);
  FirstNote(1, -5'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{-5.25, 70}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "already_shifted"));
}

TEST_F(FixModalitiesTest, AlreadyShiftedComesBeforeTheWindow) {
  AddRecording(1);
  FirstNote(1, 10'000'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{10'000, 10'001}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "already_shifted"));
}

TEST_F(FixModalitiesTest, IntervalsThatNoShiftMakesGoodAreUnderivableAndSpoilNoOtherRow) {
  AddRecording(1);
  FirstNote(1, 1'000'000'000);
  File(1, "mouse_0/mouse_0000_1.jsonl", "{\"timestamp_ns\": " + std::to_string(kStartNs) + "}\n");
  Add(Legacy(1, "mouse", "mouse_0"));
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{0, std::ldexp(1, -60)}};  // both bounds become 1
  Add(row);
  const ModalityPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.shift, 1U);
  EXPECT_EQ(plan.rows[0].problems[0].code, raw::ProblemCode::kBadIntervals);
  EXPECT_EQ(plan.rows[0].action, ModalityAction::kUnderivable);
}

TEST_F(FixModalitiesTest, TheWindowReachesOneHourBeyondStartAndEndAndIncludesItsBounds) {
  AddRecording(1);
  AddNotes(1);
  constexpr int64_t kHourNs = 3'600'000'000'000;
  FirstNote(1, -kHourNs);
  EXPECT_THAT(Judge(), ElementsAre("shift"));
  FirstNote(1, -kHourNs - 1);
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "out_of_window"));
  FirstNote(1, 2 * kHourNs);
  EXPECT_THAT(Judge(), ElementsAre("shift"));
  FirstNote(1, 2 * kHourNs + 1);
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "out_of_window"));
}

TEST_F(FixModalitiesTest, AGlitchedFirstRowIsOutOfWindowAndTheReportSaysWhatItWas) {
  AddRecording(1);
  File(1, "notes_0/notes_0000_1.jsonl", "{\"timestamp\": 946684805}\n");
  AddNotes(1);
  const ModalityPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.out_of_window, 1U);
  EXPECT_EQ(plan.rows[0].first_sample->time_since_epoch().count(), 946'684'805'000'000'000);
  EXPECT_FALSE(plan.rows[0].change);
}

std::string Anchor(double seconds) {
  const int64_t offset = 0;
  std::string bytes(16, '\0');
  std::memcpy(bytes.data(), &offset, sizeof(offset));
  std::memcpy(bytes.data() + sizeof(offset), &seconds, sizeof(seconds));
  return bytes;
}

TEST_F(FixModalitiesTest, ANullOrKnownWrongDurationIsReplacedByTheDerivedOne) {
  constexpr double kStart = 1'778'164'222;
  AddRecording(1, std::nullopt);
  AddRecording(2, 5, true);
  for (const int number : {1, 2}) {
    AddNotes(number);
    FirstNote(number, 3'700'000'000'000);
    File(number, "eeg_0/eeg_0000_timestamps.bin", Anchor(kStart + 60));
  }
  EXPECT_EQ(MakePlan().counts.out_of_window, 2U);
  for (const int number : {1, 2}) {
    File(number, "eeg_0/eeg_0000_timestamps.bin", Anchor(kStart + 200));
  }
  EXPECT_EQ(MakePlan().counts.shift, 2U);
}

TEST_F(FixModalitiesTest, ADurationThatIsNotKnownToBeWrongIsBelieved) {
  AddRecording(1, 5);
  AddNotes(1);
  FirstNote(1, 3'700'000'000'000);
  File(1, "eeg_0/eeg_0000_timestamps.bin", Anchor(1'778'164'222.0 + 200));
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "out_of_window"));
}

TEST_F(FixModalitiesTest, WithoutAnyDurationARowIsOutOfWindowAndSaysWhy) {
  AddRecording(1, std::nullopt);
  AddNotes(1);
  FirstNote(1, 0);
  File(1, "eeg_0/eeg_0000_timestamps.bin", "");
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "empty", "out_of_window"));
}

TEST_F(FixModalitiesTest, TheBrakeSumsUnderivableOutOfWindowAndNoRecording) {
  AddRecording(1);
  AddNotes(1);  // underivable
  AddRecording(2);
  AddNotes(2);
  FirstNote(2, -7'200'000'000'000);  // out of window
  AddNotes(3);                       // no recording
  Add(Legacy(1, "camera", "camera_0"));
  FixModalitiesOptions options;
  options.max_underivable = 2;
  const ModalityPlan plan = MakePlan(options);
  const plan::Brake& brake = plan.plan.Brakes().front();
  EXPECT_EQ(brake.rule, "max_underivable");
  EXPECT_EQ(brake.count, 3U);
  EXPECT_EQ(brake.limit, 2U);
}

TEST_F(FixModalitiesTest, AModalityRestrictsSelectionBrakeAndCountsAlike) {
  AddRecording(1);
  AddNotes(1);
  FirstNote(1, 0);
  Add(Legacy(1, "mouse", "mouse_0"));  // underivable
  FixModalitiesOptions options;
  options.modalities = {"notes", "keyboard"};
  const ModalityPlan plan = MakePlan(options);
  EXPECT_EQ(plan.counts.selected, 1U);
  EXPECT_EQ(plan.plan.Brakes().front().count, 0U);
  const catalog::Catalog catalog = OpenCatalog();
  EXPECT_EQ(CountLegacyModalities(Planning(catalog), options), 1U);
  EXPECT_EQ(CountLegacyModalities(Planning(catalog), {}), 2U);
}

TEST_F(FixModalitiesTest, SinceGoesByTheRecordingsStartAndLeavesRowsWithoutOneOut) {
  AddRecording(1);
  catalog::Recording later = TestRecording(2, kHourUs);
  later.start_time += std::chrono::hours{24};
  ASSERT_TRUE(RegisterRecordings({later}));
  for (const int number : {1, 2, 3}) {
    AddNotes(number);  // the catalog lacks recording 3
  }
  FixModalitiesOptions options;
  options.since = TimeNs{Nanoseconds{kStartNs}} + std::chrono::hours{1};
  const ModalityPlan plan = MakePlan(options);
  ASSERT_EQ(plan.rows.size(), 1U);
  EXPECT_EQ(plan.recordings[plan.rows[0].recording].recording_hash, TestHash(2));
  const catalog::Catalog catalog = OpenCatalog();
  EXPECT_EQ(CountLegacyModalities(Planning(catalog), options), 1U);
}

TEST_F(FixModalitiesTest, ShardsTogetherSelectEveryRowOnce) {
  for (int number = 1; number <= 12; ++number) {
    AddRecording(number);
    AddNotes(number);
  }
  uint64_t selected = 0;
  for (const uint64_t index : {0, 1, 2}) {
    FixModalitiesOptions options;
    options.shard = {index, 3};
    const ModalityPlan plan = MakePlan(options);
    selected += plan.counts.selected;
    const catalog::Catalog catalog = OpenCatalog();
    EXPECT_EQ(CountLegacyModalities(Planning(catalog), options), plan.counts.selected);
  }
  EXPECT_EQ(selected, 12U);
}

TEST_F(FixModalitiesTest, ARecordingIsListedOnceHoweverManyRowsItHas) {
  AddRecording(1);
  for (const std::string family : {"notes", "mouse", "keyboard", "browser"}) {
    Add(Legacy(1, family, family + "_0"));
    File(1, family + "_0/" + family + "_0000_1.jsonl",
         "{\"timestamp_ns\": " + std::to_string(kStartNs) + "}\n");
  }
  EXPECT_EQ(MakePlan().counts.shift, 4U);
  size_t listings = 0;
  for (const auto& call : counting_.Calls()) {
    listings += call.kind == store::StoreCall::Kind::kList ? 1 : 0;
  }
  EXPECT_EQ(listings, 2U);  // the recording, and whether recordings/ is empty
}

TEST_F(FixModalitiesTest, APlanReliesOnIntervalsStatusAndTheRecordingsStart) {
  AddRecording(1);
  AddNotes(1);
  FirstNote(1, 2'000'000'000);
  const ModalityPlan plan = MakePlan();
  const plan::Change change = plan.plan.ChangeAt(0).value();
  ASSERT_EQ(change.columns.size(), 2U);
  EXPECT_EQ(change.columns[0].column, "start_epoch_ns");
  EXPECT_EQ(change.columns[1].column, "domain_intervals");
  EXPECT_EQ(change.relied.front().first, "ingestion_status");
  EXPECT_EQ(change.relied_rows.front().values.front().first, "start_time");
  catalog::Recording moved = TestRecording(1, kHourUs);
  moved.start_time += std::chrono::seconds{5};
  ASSERT_TRUE(RegisterRecordings({moved}, catalog::OnConflict::kOverwrite));
  EXPECT_EQ(Commit(plan).changed_since_plan, 1U);
  EXPECT_TRUE(Row("notes_0").at("start_epoch_ns").IsNull());
}

TEST_F(FixModalitiesTest, WhatStaysNullIsEnumeratedByReason) {
  AddRecording(1);
  AddNotes(1);
  AddNotes(2);
  Add(Legacy(1, "camera", "camera_0"));
  Add(Legacy(1, "camera", "camera_1"));
  std::vector<std::string> found;
  for (const StaysNull& stays : MakePlan().stays_null) {
    found.push_back(stays.reason + " " + stays.modality + " " + std::to_string(stays.rows));
  }
  EXPECT_THAT(found,
              ElementsAre("no_recording notes 1", "no_segments notes 1", "out_of_scope camera 2"));
}

TEST_F(FixModalitiesTest, WhatRefusesACommitComesFirstAndThenTheLargestShift) {
  for (const int number : {1, 2, 3}) {
    AddRecording(number);
    AddNotes(number);
  }
  FirstNote(1, 1'000);
  FirstNote(2, -2'000);
  Add(Legacy(1, "screen", "screen_0"));
  std::vector<std::string> actions;
  for (const ModalityRow& row : MakePlan().rows) {
    actions.emplace_back(ActionName(row.action));
    if (row.shift) {
      actions.back() += " " + std::to_string(row.shift->count());
    }
  }
  EXPECT_THAT(actions, ElementsAre("underivable", "shift -2000", "shift 1000", "out_of_scope"));
}

TEST_F(FixModalitiesTest, AStartBeyondNanosecondsIsOutOfWindow) {
  catalog::Recording recording = TestRecording(1, std::numeric_limits<int64_t>::max());
  recording.start_time = TimeUs{Microseconds{-9'000'000'000'000'000'000}};
  ASSERT_TRUE(RegisterRecordings({recording}));
  AddNotes(1);
  FirstNote(1, 0);
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "out_of_window"));
}

}  // namespace
}  // namespace ursa::maintenance
