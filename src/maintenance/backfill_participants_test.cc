#include "maintenance/backfill_participants.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "maintenance/testing_names.h"
#include "plan/apply.h"
#include "plan/guards.h"

namespace ursa::maintenance {
namespace {

using delta::Value;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class BackfillTest : public NamesTest {
 protected:
  BackfillTest() {
    options_.nas = NasPlace{"/mnt/nas", &nas_};
    // A bucket without recordings is a brake of its own.
    EXPECT_TRUE(raw_.Put("recordings/rec_1/eeg_0/x", "x", store::PutCondition::kNone));
  }

  BackfillPlan MakePlan(const std::string& merge_map = "") {
    return InContext([&](const PlanningContext& context, const delta::SnapshotPtr& table) {
      auto plan = PlanBackfillParticipants(context, table, Names(merge_map), options_);
      EXPECT_TRUE(plan) << plan.error().ToString();
      return std::move(plan).value();
    });
  }

  // The only row of a plan for recording 1.
  BackfillRow RowOfOne(const std::string& merge_map = "") {
    BackfillPlan plan = MakePlan(merge_map);
    EXPECT_THAT(plan.rows, SizeIs(1));
    return plan.rows.at(0);
  }

  static std::vector<std::string> IdsOf(const BackfillRow& row) {
    std::vector<std::string> ids;
    for (const auto& participant : row.participants) {
      ids.push_back(participant.participant_id);
    }
    return ids;
  }

  static std::vector<std::string_view> CodesOf(const BackfillRow& row) {
    std::vector<std::string_view> codes;
    for (const NameProblem& problem : row.problems) {
      codes.push_back(problem.code);
    }
    return codes;
  }

  static std::vector<std::string> RefusalsOf(const BackfillPlan& plan) {
    std::vector<std::string> rules;
    for (const plan::Refusal& refusal : plan::WouldRefuse(plan.plan, {})) {
      rules.push_back(refusal.rule);
    }
    return rules;
  }

  void Commit(const BackfillPlan& plan) {
    auto writer = OpenWriter();
    const auto outcome = plan::Apply(plan.plan, {}, writer);
    ASSERT_TRUE(outcome) << outcome.error().ToString();
  }

  Value ParticipantIds(int number) {
    return Column("participant_ids").at(catalog::TestHash(number));
  }

  BackfillOptions options_;
};

TEST_F(BackfillTest, TargetsUnattributedRecordingsOnly) {
  AddRecordings({1});
  AddRecordings({2}, {"unknown"});
  AddRecordings({3}, {"maya-chen"});
  AddRecordings({4}, {"unknown", "maya-chen"});
  const BackfillPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.unattributed, 2U);
  ASSERT_THAT(plan.rows, SizeIs(2));
  EXPECT_EQ(plan.rows[0].recording_id, Id(1));
  EXPECT_EQ(plan.rows[1].recording_id, Id(2));
}

TEST_F(BackfillTest, AttachesNamesInTheirOrderAndStripsTheSentinel) {
  AddRecordings({1}, {"unknown"});
  AddParticipant("jonas-weber", "Jonas Weber");
  PutOnNas(1, "maya chen, jonas weber, Maya Chen\n");
  const BackfillPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.attach, 1U);
  EXPECT_EQ(plan.counts.new_participants, 1U);
  ASSERT_EQ(plan.plan.Count(), 2U);
  EXPECT_EQ(plan.plan.ChangeAt(0)->kind, plan::ChangeKind::kInsert);
  Commit(plan);
  EXPECT_EQ(ParticipantIds(1), Value(Value::List{"maya-chen", "jonas-weber"}));
}

TEST_F(BackfillTest, DoesNothingTheSecondTime) {
  AddRecordings({1});
  PutOnNas(1, "maya chen");
  Commit(MakePlan());
  EXPECT_EQ(MakePlan().plan.Count(), 0U);
}

TEST_F(BackfillTest, NeverRenamesAParticipant) {
  AddRecordings({1});
  AddParticipant("p7", "MAYA chen");
  PutOnNas(1, "Maya Chen");
  const BackfillPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.new_participants, 0U);
  EXPECT_EQ(plan.rows[0].participants[0].display_name, "MAYA chen");
  EXPECT_EQ(plan.plan.Count(), 1U);
}

TEST_F(BackfillTest, TakesTheNasFirstAndSaysWhereTheBucketDiffers) {
  AddRecordings({1});
  PutOnNas(1, "Maya");
  PutInBucket(1, "Jonas");
  const BackfillRow row = RowOfOne();
  EXPECT_EQ(row.source, NameSource::kNas);
  EXPECT_THAT(IdsOf(row), ElementsAre("maya"));
  EXPECT_THAT(CodesOf(row), ElementsAre("nas_r2_differ"));
  PutInBucket(1, "MAYA\r\n");
  EXPECT_THAT(CodesOf(RowOfOne()), IsEmpty());
}

TEST_F(BackfillTest, TakesTheBucketWhereTheNasHasNoUsableName) {
  AddRecordings({1});
  PutInBucket(1, "Jonas");
  for (const char* on_nas : {"", "test", "unknown", "\xFF", "\U0001F600"}) {
    PutOnNas(1, on_nas);
    const BackfillRow row = RowOfOne();
    EXPECT_EQ(row.source, NameSource::kBucket) << on_nas;
    EXPECT_EQ(row.action, BackfillAction::kAttach);
  }
}

TEST_F(BackfillTest, TellsOfANasFileThatIsNotUtf8ThoughTheBucketsCounts) {
  AddRecordings({1});
  PutOnNas(1, "\xFF");
  PutInBucket(1, "Jonas");
  const BackfillRow row = RowOfOne();
  EXPECT_THAT(CodesOf(row), ElementsAre("not_utf8"));
  EXPECT_EQ(row.problems[0].key, "/mnt/nas/" + Id(1) + "/participant.txt");
}

TEST_F(BackfillTest, LetsTheNasDecideWhereNeitherHasAUsableName) {
  AddRecordings({1});
  PutInBucket(1, "unknown");
  EXPECT_EQ(RowOfOne().action, BackfillAction::kSkipSentinel);
  EXPECT_EQ(RowOfOne().source, NameSource::kBucket);
  PutOnNas(1, "Testing mode");
  EXPECT_EQ(RowOfOne().action, BackfillAction::kSkipPlaceholder);
  EXPECT_EQ(RowOfOne().source, NameSource::kNas);
  PutOnNas(1, "\n");
  EXPECT_EQ(RowOfOne().action, BackfillAction::kNoName);
  PutOnNas(1, "\xFF");
  EXPECT_EQ(RowOfOne().action, BackfillAction::kUnreadable);
}

TEST_F(BackfillTest, HasNoSourceWhereThereIsNoFile) {
  AddRecordings({1});
  const BackfillRow row = RowOfOne();
  EXPECT_EQ(row.action, BackfillAction::kNoName);
  EXPECT_EQ(row.source, NameSource::kNone);
  EXPECT_FALSE(row.raw_name.has_value());
}

TEST_F(BackfillTest, NeverTakesAFailedReadForNoName) {
  AddRecordings({1});
  PutInBucket(1, "Jonas");
  nas_.SetRule([](size_t, const store::StoreCall&) {
    return std::optional(Error{ErrorCode::kUnavailable, "I/O error", {}, {}});
  });
  EXPECT_EQ(RowOfOne().action, BackfillAction::kUnreadable);
  EXPECT_THAT(CodesOf(RowOfOne()), ElementsAre("read_failed"));
}

TEST_F(BackfillTest, AttachesWhatTheNasHasThoughTheBucketCantBeRead) {
  AddRecordings({1});
  PutOnNas(1, "Maya");
  raw_.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind != store::StoreCall::Kind::kGet) {
      return std::nullopt;
    }
    return Error{ErrorCode::kDenied, "denied", {}, {}};
  });
  EXPECT_EQ(RowOfOne().action, BackfillAction::kAttach);
  EXPECT_THAT(CodesOf(RowOfOne()), ElementsAre("read_failed"));
  PutOnNas(1, "test");
  EXPECT_EQ(RowOfOne().action, BackfillAction::kUnreadable);
}

TEST_F(BackfillTest, LeavesAFileOverItsLimitAlone) {
  AddRecordings({1});
  PutInBucket(1, std::string((64 << 10) + 1, 'm'));
  EXPECT_EQ(RowOfOne().action, BackfillAction::kUnreadable);
  EXPECT_THAT(CodesOf(RowOfOne()), ElementsAre("too_large"));
}

TEST_F(BackfillTest, LeavesARecordingAloneThatStandsTwiceAndAttachesTheOthers) {
  AddRecordings({1, 2});
  AddTwinOf(catalog::TestRecording(1, 100), 1);
  PutOnNas(1, "maya");
  PutOnNas(2, "jonas");
  const BackfillPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.attach, 1U);
  EXPECT_EQ(plan.counts.unreadable, 2U);
  EXPECT_EQ(plan.counts.new_participants, 1U) << "none is registered for nobody's sake";
  ASSERT_THAT(plan.rows, SizeIs(3));
  for (const size_t row : {0, 1}) {
    EXPECT_EQ(plan.rows[row].recording_id, Id(1));
    EXPECT_THAT(CodesOf(plan.rows[row]), ElementsAre("read_failed"));
    EXPECT_THAT(plan.rows[row].problems[0].message, testing::HasSubstr("several rows"));
  }
  Commit(plan);
  EXPECT_EQ(ParticipantIds(1), Value(Value::List{}));
  EXPECT_EQ(ParticipantIds(2), Value(Value::List{"jonas"}));
}

TEST_F(BackfillTest, LeavesARecordingAloneWhoseTwinIsAttributed) {
  AddRecordings({1});
  catalog::Recording twin = catalog::TestRecording(1, 100);
  twin.participant_ids = {"maya"};
  AddTwinOf(twin, 1);
  PutOnNas(1, "maya");
  EXPECT_THAT(CodesOf(RowOfOne()), ElementsAre("read_failed"));
}

TEST_F(BackfillTest, AsksNobodyToLookAtATwinThatGetsNoName) {
  AddRecordings({1});
  AddTwinOf(catalog::TestRecording(1, 100), 1);
  const BackfillPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.no_name, 2U);
  EXPECT_THAT(CodesOf(plan.rows.at(0)), IsEmpty());
}

TEST_F(BackfillTest, FoldsAliasesByTheMergeMap) {
  AddRecordings({1});
  PutOnNas(1, "maya & m c");
  EXPECT_THAT(IdsOf(RowOfOne("Maya Chen <p3> = maya, m c\n")), ElementsAre("p3"));
}

TEST_F(BackfillTest, CountsWhereFilesAre) {
  AddRecordings({1, 2, 3});
  PutOnNas(1, "maya");
  PutInBucket(1, "maya");
  PutInBucket(2, "jonas");
  const BackfillPlan plan = MakePlan();
  EXPECT_EQ(plan.counts.nas_found, 1U);
  EXPECT_EQ(plan.counts.r2_only, 1U);
}

TEST_F(BackfillTest, RefusesACommitWithoutTheNasUnlessThatIsAllowed) {
  AddRecordings({1});
  options_.nas.reset();
  EXPECT_THAT(RefusalsOf(MakePlan()), ElementsAre("nas_required"));
  options_.allow_r2_only = true;
  EXPECT_THAT(RefusalsOf(MakePlan()), IsEmpty());
  options_.nas = NasPlace{"/mnt/nas", nullptr};
  EXPECT_THAT(RefusalsOf(MakePlan()), ElementsAre("nas_missing"));
}

TEST_F(BackfillTest, RefusesCollisionsAndNamesThem) {
  AddRecordings({1, 2});
  AddParticipant("maya", "Maya");
  PutOnNas(1, "Maya Chen");
  PutOnNas(2, "Maya Chen\nJonas Weber");
  BackfillPlan plan = MakePlan();
  EXPECT_THAT(RefusalsOf(plan), ElementsAre("collisions"));
  ASSERT_THAT(plan.collisions, SizeIs(1));
  EXPECT_EQ(plan.collisions[0].kind, CollisionKind::kNearDuplicate);
  EXPECT_THAT(plan.collisions[0].names, ElementsAre("Maya", "Maya Chen"));
  EXPECT_THAT(plan.collisions[0].slugs, ElementsAre("maya", "maya-chen"));
  EXPECT_THAT(plan.collisions[0].recording_ids, ElementsAre(Id(1), Id(2)));
  options_.allow_collisions = true;
  EXPECT_THAT(RefusalsOf(MakePlan()), IsEmpty());
}

TEST_F(BackfillTest, NeverAdmitsTwoNamesWithOneSlug) {
  AddRecordings({1, 2});
  PutOnNas(1, "O'Neil");
  PutOnNas(2, "O\u2019Neil");
  options_.allow_collisions = true;
  const BackfillPlan plan = MakePlan();
  EXPECT_THAT(RefusalsOf(plan), ElementsAre("collisions"));
  EXPECT_EQ(plan.collisions.at(0).kind, CollisionKind::kSlug);
  EXPECT_THAT(plan.collisions[0].slugs, ElementsAre("o-neil"));
  EXPECT_THAT(RefusalsOf(MakePlan("O'Neil = O\u2019Neil\n")), IsEmpty());
}

TEST_F(BackfillTest, TellsOfALineThatMayBeLastNameFirst) {
  AddRecordings({1});
  PutOnNas(1, "Chen, Maya");
  const BackfillPlan plan = MakePlan();
  EXPECT_THAT(RefusalsOf(plan), ElementsAre("collisions"));
  EXPECT_EQ(plan.collisions.at(0).kind, CollisionKind::kMaybeLastFirst);
  EXPECT_THAT(plan.collisions[0].names, ElementsAre("Chen", "Maya"));
}

TEST_F(BackfillTest, PassesOverCollisionsAmongNamesThatAreNotAttached) {
  AddRecordings({1});
  AddParticipant("maya", "Maya");
  AddParticipant("maya-chen", "Maya Chen");
  PutOnNas(1, "Jonas");
  EXPECT_THAT(MakePlan().collisions, IsEmpty());
}

TEST_F(BackfillTest, PlansTheSameInWhateverOrderRecordingsWereRegistered) {
  const std::vector<std::string> typed = {"maya",   "M\u00FCller, jo", "jonas and zoe", "test",
                                          "O'Neil", "O\u2019Neil",     "maya chen",     ""};
  std::vector<int> numbers = {1, 2, 3, 4, 5, 6, 7, 8};
  for (const int number : numbers) {
    PutOnNas(number, typed[static_cast<size_t>(number) - 1]);
  }
  std::rotate(numbers.begin(), numbers.begin() + 3, numbers.end());
  AddRecordings({numbers.begin(), numbers.begin() + 4});
  AddRecordings({numbers.begin() + 4, numbers.end()});
  const BackfillPlan first = MakePlan();
  const auto& table = *catalog::FindTable(catalog::kRecordings);
  std::vector<catalog::NamedRow> rows;
  std::reverse(numbers.begin(), numbers.end());
  for (const int number : numbers) {
    rows.push_back(catalog::ToRow(catalog::TestRecording(number, 100)));
  }
  ASSERT_TRUE(OpenWriter().Register(table, rows, catalog::OnConflict::kOverwrite));
  const BackfillPlan second = MakePlan();
  EXPECT_EQ(first.plan.ChangesDigest(), second.plan.ChangesDigest());
  EXPECT_EQ(first.collisions.size(), second.collisions.size());
  EXPECT_GT(first.collisions.size(), 2U);
}

TEST_F(BackfillTest, ReadsOneFileARecordingAndPlace) {
  AddRecordings({1, 2});
  AddRecordings({3}, {"maya"});
  PutInBucket(1, "maya");
  raw_.ForgetCalls();
  nas_.ForgetCalls();
  MakePlan();
  size_t gets = 0;
  for (const store::StoreCall& call : raw_.Calls()) {
    gets += call.kind == store::StoreCall::Kind::kGet ? 1 : 0;
  }
  EXPECT_EQ(gets, 2U);
  EXPECT_THAT(nas_.Calls(), SizeIs(2));
}

}  // namespace
}  // namespace ursa::maintenance
