// What fix-modalities-start-epoch selects, plans and leaves behind.
#include "maintenance/fix_modalities.h"

#include <set>
#include <string>

#include "maintenance/testing_modalities.h"

namespace ursa::maintenance {
namespace {

using catalog::TestHash;
using catalog::TestRecording;
using testing::ElementsAre;
using testing::IsEmpty;

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

TEST_F(FixModalitiesTest, ACommitThatDiesAtAnyCallAndIsRunAgainShiftsOnce) {
  store::FaultInjectingStore dying(assets_);
  bool died = true;
  for (int number = 1; died; ++number) {
    AddRecording(number);
    FirstNote(number, 2'500'000'000);
    catalog::Modality row = Legacy(number, "notes", "notes_0");
    row.worker += std::to_string(number);
    File(number, row.worker + "/notes_0000_1.jsonl",
         "{\"timestamp_ns\": " + std::to_string(kStartNs + 2'500'000'000) + "}\n");
    Add(row);
    const ModalityPlan plan = MakePlan();
    auto writer =
        catalog::Writer::Open(dying, *catalog::Catalog::Open(dying, std::nullopt), Context());
    // Every second time what the dying call wrote is there all the same.
    const auto call = static_cast<size_t>(number - 1) / 2;
    dying.ForgetCalls();
    dying.SetFailAfterPut(number % 2 == 0);
    dying.SetRule(
        store::FailFrom(call, Error{ErrorCode::kUnknownOutcome, "the machine died", {}, {}}));
    (void)plan::Apply(plan.plan, {}, *writer);
    died = dying.Calls().size() > call;
    dying.SetRule({});
    EXPECT_EQ(Commit(MakePlan()).changed_since_plan, 0U);
    EXPECT_EQ(Row(row.worker).at("domain_intervals"),
              (delta::Value::List{delta::Value::List{2.5, 12.5}, delta::Value::List{22.5, 32.5}}))
        << number;
  }
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

TEST_F(FixModalitiesTest, RowsKeepWhatTheyAreInWhateverOrderTheyAreReported) {
  for (int number = 1; number <= 30; ++number) {
    AddRecording(number);
    AddNotes(number);
    // No two shifts are alike, and they rise and fall with the recordings' order.
    if (number % 7 != 0) {
      FirstNote(number, int64_t{number * 11 % 31} * 1'000'000'000);
    }
  }
  const ModalityPlan plan = MakePlan();
  ASSERT_EQ(plan.rows.size(), 30U);
  std::set<std::string> seen;
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    const ModalityRow& row = plan.rows[i];
    const std::string& id = plan.recordings[row.recording].recording_id;
    seen.insert(id);
    int number = 1;
    while (catalog::TestRecording(number, {}).recording_id != id) {
      ++number;
    }
    EXPECT_EQ(row.shift.has_value(), number % 7 != 0);
    if (row.shift) {
      EXPECT_EQ(row.shift->count(), int64_t{number * 11 % 31} * 1'000'000'000);
      EXPECT_EQ(plan.plan.ChangeAt(*row.change)->locator, id);
    }
    if (i > 0 && plan.rows[i - 1].shift) {
      EXPECT_GT(plan.rows[i - 1].shift->count(), row.shift.value_or(Nanoseconds{-1}).count());
    }
  }
  EXPECT_EQ(seen.size(), 30U);
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

}  // namespace
}  // namespace ursa::maintenance
