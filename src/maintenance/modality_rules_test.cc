// The rules of fix-modalities-start-epoch that decide what becomes of a row.
#include <cmath>
#include <limits>

#include "maintenance/testing_modalities.h"
#include "raw/recording_objects.h"

namespace ursa::maintenance {
namespace {

using catalog::TestHash;
using catalog::TestRecording;
using testing::ElementsAre;

using ModalityRulesTest = FixModalitiesTest;

std::string Anchor(double seconds) {
  const int64_t offset = 0;
  std::string bytes(16, '\0');
  std::memcpy(bytes.data(), &offset, sizeof(offset));
  std::memcpy(bytes.data() + sizeof(offset), &seconds, sizeof(seconds));
  return bytes;
}

TEST_F(ModalityRulesTest, VideosAndScenesAreOutOfScopeBeforeAnythingElse) {
  for (const char* modality : {"camera", "video-webcam", "screen", "pupillabs-scene"}) {
    Add(Legacy(1, modality, std::string(modality) + "_0"));  // its recording is missing as well
  }
  const ModalityPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.out_of_scope, 4U);
  EXPECT_EQ(plan.counts.Left(), 0U);
  EXPECT_EQ(counting_.Calls().size(), 1U);  // whether recordings/ is empty
}

TEST_F(ModalityRulesTest, ARowWhoseRecordingTheCatalogLacksHasNoRecording) {
  FirstNote(1, 0);
  AddNotes(1);
  EXPECT_THAT(Judge(), ElementsAre("no_recording"));
}

TEST_F(ModalityRulesTest, ARowWithoutASignalIsUnderivable) {
  AddRecording(1);
  AddNotes(1);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "no_segments"));
  File(1, "notes_0/notes_0000_1.jsonl", "");
  EXPECT_THAT(Judge(), ElementsAre("underivable", "empty"));
}

TEST_F(ModalityRulesTest, AFailedReadIsOfItsRowAndNotOfTheRun) {
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

TEST_F(ModalityRulesTest, AFailedListingIsOfTheRowsOfItsRecording) {
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

TEST_F(ModalityRulesTest, AWorkerThatCannotBeListedIsOfItsOwnRowsOnly) {
  AddRecording(1);
  FirstNote(1, 0);
  AddNotes(1);
  File(1, "mouse_0/mouse_0000_1.jsonl", "{\"timestamp_ns\": " + std::to_string(kStartNs) + "}\n");
  Add(Legacy(1, "mouse", "mouse_0"));
  const std::string prefix = raw::RecordingPrefix(TestRecording(1, {}).recording_id);
  counting_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    const bool fails = call.kind == store::StoreCall::Kind::kList &&
                       (call.key == prefix || call.key == prefix + "mouse_0/");
    return fails ? std::optional(Error{ErrorCode::kDenied, "permission denied", {}, {}})
                 : std::nullopt;
  });
  const ModalityPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.shift, 1U);
  EXPECT_EQ(plan.counts.underivable, 1U);
  EXPECT_EQ(plan.rows[0].worker, "mouse_0");
  EXPECT_EQ(plan.rows[0].problems[0].code, raw::ProblemCode::kReadFailed);
}

TEST_F(ModalityRulesTest, ADurationIsNotDerivedFromSomeOfTheWorkers) {
  AddRecording(1, kHourUs, true);
  FirstNote(1, 0);
  AddNotes(1);
  const std::string prefix = raw::RecordingPrefix(TestRecording(1, {}).recording_id);
  counting_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    return call.kind == store::StoreCall::Kind::kList && call.key == prefix
               ? std::optional(Error{ErrorCode::kDenied, "permission denied", {}, {}})
               : std::nullopt;
  });
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "read_failed", "out_of_window"));
}

TEST_F(ModalityRulesTest, IntervalsThatStartWhereTheShiftWouldBringThemAreShiftedAlready) {
  AddRecording(1);
  FirstNote(1, 60'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{60.5, 70}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "already_shifted"));
}

TEST_F(ModalityRulesTest, IntervalsThatStartFurtherAwayThanHalfASecondAreNotShiftedYet) {
  AddRecording(1);
  FirstNote(1, 60'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{60.5000001, 70}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("shift"));
}

TEST_F(ModalityRulesTest, AShiftOfASecondTellsNothingAboutTheOrigin) {
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

TEST_F(ModalityRulesTest, ABackwardShiftCanBeThereAlreadyToo) {
  AddRecording(1);
  FirstNote(1, -5'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{-5.25, 70}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "already_shifted"));
}

TEST_F(ModalityRulesTest, AlreadyShiftedComesBeforeTheWindow) {
  AddRecording(1);
  FirstNote(1, 10'000'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{10'000, 10'001}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("underivable", "already_shifted"));
}

TEST_F(ModalityRulesTest, IntervalsThatNoShiftMakesGoodAreUnderivableAndSpoilNoOtherRow) {
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

TEST_F(ModalityRulesTest, TheWindowReachesOneHourBeyondStartAndEndAndIncludesItsBounds) {
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

TEST_F(ModalityRulesTest, TheWindowComesBeforeTheIntervals) {
  AddRecording(1);
  FirstNote(1, -7'200'000'000'000);
  catalog::Modality row = Legacy(1, "notes", "notes_0");
  row.domain_intervals = {{0, std::ldexp(1, -60)}};
  Add(row);
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "out_of_window"));
}

TEST_F(ModalityRulesTest, AGlitchedFirstRowIsOutOfWindowAndTheReportSaysWhatItWas) {
  AddRecording(1);
  File(1, "notes_0/notes_0000_1.jsonl", "{\"timestamp\": 946684805}\n");
  AddNotes(1);
  const ModalityPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.out_of_window, 1U);
  EXPECT_EQ(plan.rows[0].first_sample->time_since_epoch().count(), 946'684'805'000'000'000);
  EXPECT_FALSE(plan.rows[0].change);
}

TEST_F(ModalityRulesTest, ANullOrKnownWrongDurationIsReplacedByTheDerivedOne) {
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

TEST_F(ModalityRulesTest, ADurationThatIsNotKnownToBeWrongIsBelieved) {
  AddRecording(1, 5);
  AddNotes(1);
  FirstNote(1, 3'700'000'000'000);
  File(1, "eeg_0/eeg_0000_timestamps.bin", Anchor(1'778'164'222.0 + 200));
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "out_of_window"));
}

TEST_F(ModalityRulesTest, WithoutAnyDurationARowIsOutOfWindowAndSaysWhy) {
  AddRecording(1, std::nullopt);
  AddNotes(1);
  FirstNote(1, 0);
  File(1, "eeg_0/eeg_0000_timestamps.bin", "");
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "empty", "out_of_window"));
}

TEST_F(ModalityRulesTest, AStartBeyondNanosecondsIsOutOfWindow) {
  catalog::Recording recording = TestRecording(1, std::numeric_limits<int64_t>::max());
  recording.start_time = TimeUs{Microseconds{-9'000'000'000'000'000'000}};
  ASSERT_TRUE(RegisterRecordings({recording}));
  AddNotes(1);
  FirstNote(1, 0);
  EXPECT_THAT(Judge(), ElementsAre("out_of_window", "out_of_window"));
}

}  // namespace
}  // namespace ursa::maintenance
