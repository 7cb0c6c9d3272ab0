#include <gmock/gmock.h>

#include "ingest/journal.h"
#include "ingest/manifest.h"
#include "maintenance/testing_reconstruct.h"

namespace ursa::maintenance {
namespace {

using namespace std::chrono_literals;
using ingest::Json;

TEST_F(ReconstructTest, BringsARecordingIntoTheCatalogOnce) {
  PutRecording(1, 100);
  LetTimePass();
  auto rows = Run(true);
  ASSERT_TRUE(result_) << result_.error().ToString();
  EXPECT_EQ(Told(rows[Id(1)]), "reconstruct/no_manifest");
  EXPECT_TRUE(rows[Id(1)].ingested);
  EXPECT_EQ(outcome_.ingested, 1U);
  EXPECT_EQ(outcome_.bytes_read, 100U);
  EXPECT_EQ(Column("recording_id").size(), 1U);
  EXPECT_EQ(Column("recording_id").begin()->first, rows[Id(1)].recording_hash);
  EXPECT_TRUE(Run(true).empty());
}

TEST_F(ReconstructTest, ReadsNoDataFileAndWritesNothingWhileItPlans) {
  PutRecording(1, 100);
  LetTimePass();
  (void)Run(false);
  for (const store::StoreCall& call : faulty_.Calls()) {
    EXPECT_NE(call.kind, store::StoreCall::Kind::kPut);
    EXPECT_THAT(call.key, testing::Not(testing::HasSubstr("arm_0000")));
  }
}

TEST_F(ReconstructTest, KnowsWhatIsYoungByTheClockOfTheStore) {
  PutRecording(1, 100);
  LetTimePass();
  EXPECT_EQ(Told(Run(false)[Id(1)]), "reconstruct/no_manifest");
  // The two hours that this machine saw pass are half an hour by the clock that stamped the object.
  options_.quiet.clock_ahead = 90min;
  EXPECT_EQ(Told(Run(false)[Id(1)]), "skipped/still_arriving");
}

TEST_F(ReconstructTest, WithoutAQuietTimeNothingIsTooYoung) {
  PutRecording(1, 100);
  options_.quiet = {0min, 1s};
  EXPECT_EQ(Told(Run(false)[Id(1)]), "reconstruct/no_manifest");
}

TEST_F(ReconstructTest, TakesTheFirstReasonThatHolds) {
  options_.max_bytes = 1000;
  PutRecording(1, 2000);
  PutRecording(2, 2000);
  Put(Id(2), "session.lock", "");
  Put(Id(3), "robot_0/worker_report.json", "{}");
  Put(Id(4), "manifest.json", "[]");
  PutRecording(4, 10);
  Put("Other", "x", "x");
  LetTimePass();
  PutRecording(5, 2000);
  auto rows = Run(false);
  EXPECT_EQ(Told(rows[Id(1)]), "deferred/");
  EXPECT_EQ(Told(rows[Id(2)]), "skipped/session_lock");
  EXPECT_EQ(Told(rows[Id(3)]), "skipped/empty");
  EXPECT_EQ(Told(rows[Id(4)]), "failed/bad_manifest");
  EXPECT_EQ(Told(rows[Id(5)]), "skipped/still_arriving");
  EXPECT_EQ(Told(rows["Other"]), "skipped/not_a_recording_id");
}

TEST_F(ReconstructTest, FailsOneWhoseStampIsNoTimeOfARecordingBeforeItIsHashed) {
  const std::string far = "rec_99991231_235959_abcd";
  Put(far, "robot_0/arm_0000.bin", "x");
  const std::string told = "rec_21000101_000000_abcd";
  Put(told, "robot_0/arm_0000.bin", "x");
  Put(told, "manifest.json", R"({"started_at": "2026-05-07T14:30:22Z"})");
  LetTimePass();
  auto rows = Run(false);
  EXPECT_EQ(Told(rows[far]), "failed/implausible_time");
  EXPECT_EQ(Told(rows[told]), "reconstruct/legacy_manifest");
  rows = Run(true);
  EXPECT_EQ(Told(rows[far]), "failed/implausible_time");
  EXPECT_TRUE(rows[told].ingested);
  EXPECT_FALSE(raw_.Head("recordings/" + far + "/manifest.reconstructed.json"));
}

TEST_F(ReconstructTest, TakesAFolderThatIsNamedAsALockOrAManifestForAFolder) {
  PutRecording(1, 10);
  for (const char* name : {"session.lock/x", "manifest.json/x", "participant.txt/x"}) {
    Put(Id(1), name, "x");
  }
  LetTimePass();
  EXPECT_EQ(Told(Run(false)[Id(1)]), "reconstruct/no_manifest");
  const auto row = Run(true)[Id(1)];
  EXPECT_TRUE(row.ingested) << Told(row);
  EXPECT_EQ(*row.files, 4U);
}

TEST_F(ReconstructTest, TellsAStaleLockFromALiveOneAndBreaksItWhenTold) {
  PutRecording(1, 10);
  Put(Id(1), "session.lock", "");
  clock_.Sleep(6 * 24h, {});
  EXPECT_EQ(Told(Run(false)[Id(1)]), "skipped/session_lock");
  clock_.Sleep(2 * 24h, {});
  EXPECT_EQ(Told(Run(false)[Id(1)]), "skipped/stale_lock");
  options_.break_stale_locks = true;
  EXPECT_TRUE(Run(true)[Id(1)].ingested);
}

TEST_F(ReconstructTest, ListsARecordingOnceThatHasAnObjectOfItsNameBesideIt) {
  PutRecording(1, 10);
  ASSERT_TRUE(raw_.Put("recordings/" + Id(1), "x", store::PutCondition::kNone));
  ASSERT_TRUE(raw_.Put("recordings/" + Id(2), "x", store::PutCondition::kNone));
  LetTimePass();
  auto rows = Run(false);
  EXPECT_EQ(listed_, 2U);
  EXPECT_EQ(Told(rows[Id(1)]), "reconstruct/no_manifest");
  ASSERT_EQ(rows[Id(1)].problems.size(), 2U);
  EXPECT_EQ(rows[Id(1)].problems[0].code, ingest::code::kUnknownFamily);
  EXPECT_EQ(rows[Id(1)].problems[1].code, ingest::code::kStrayObject);
  EXPECT_EQ(rows[Id(1)].problems[1].key, "recordings/" + Id(1));
  EXPECT_EQ(Told(rows[Id(2)]), "skipped/empty");
}

TEST_F(ReconstructTest, TellsWhatIsOddOnceWhetherItCommitsOrNot) {
  PutRecording(1, 10);
  ASSERT_TRUE(raw_.Put("recordings/" + Id(1), "x", store::PutCondition::kNone));
  LetTimePass();
  const auto planned = Run(false)[Id(1)].problems;
  const auto row = Run(true)[Id(1)];
  EXPECT_TRUE(row.ingested);
  EXPECT_EQ(row.problems.size(), 2U);
  EXPECT_EQ(row.problems, planned);
}

TEST_F(ReconstructTest, LooksOnlyAtTheWindow) {
  PutRecording(1, 10);
  LetTimePass();
  options_.days = 1;
  EXPECT_EQ(Run(false).size(), 0U);
  Put("rec_20270507_143022_a1b2", "robot_0/x.bin", "x");
  EXPECT_EQ(Run(false).size(), 1U);
}

TEST_F(ReconstructTest, OneThatFailsHoldsNoOtherUp) {
  for (int number = 1; number <= 4; ++number) {
    PutRecording(number, 100);
  }
  LetTimePass();
  faulty_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    return call.key.find(Id(2) + "/robot_0") != std::string::npos &&
                   call.kind == store::StoreCall::Kind::kGet
               ? std::optional(Error{ErrorCode::kDenied, "denied", {}, {}})
               : std::nullopt;
  });
  auto rows = Run(true);
  ASSERT_TRUE(result_);
  EXPECT_EQ(Told(rows[Id(2)]), "failed/read_failed");
  EXPECT_FALSE(HasManifest(2));
  EXPECT_EQ(outcome_.ingested, 3U);
}

TEST_F(ReconstructTest, AFileThatComesWhileItReadsFailsTheRecording) {
  PutRecording(1, 100);
  LetTimePass();
  faulty_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kGet && call.key.ends_with("arm_0000.bin")) {
      Put(Id(1), "robot_0/arm_0001.bin", "late");
    }
    return std::nullopt;
  });
  EXPECT_EQ(Told(Run(true)[Id(1)]), "failed/inventory_changed");
  EXPECT_FALSE(HasManifest(1));
}

TEST_F(ReconstructTest, AManifestOfTheRigThatComesMeanwhileIsTheOneThatCounts) {
  PutRecording(1, 1);
  LetTimePass();
  const Json manifest{{"recording_hash", std::string(64, 'f')},
                      {"started_at", "2026-05-07T14:30:22Z"},
                      {"files", Json::array({Json{{"path", "robot_0/arm_0000.bin"},
                                                  {"size", 1},
                                                  {"sha256", std::string(64, 'e')}}})}};
  faulty_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kGet && call.key.ends_with("arm_0000.bin")) {
      Put(Id(1), "manifest.json", manifest.dump());
    }
    return std::nullopt;
  });
  EXPECT_EQ(Run(true)[Id(1)].recording_hash, std::string(64, 'f'));
  EXPECT_FALSE(HasManifest(1));
}

TEST_F(ReconstructTest, TimesOutARecordingThatStalls) {
  PutRecording(1, 100);
  PutRecording(2, 100);
  LetTimePass();
  faulty_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.key.find(Id(1) + "/robot_0") != std::string::npos) {
      clock_.Sleep(61s, {});
    }
    return std::nullopt;
  });
  auto rows = Run(true);
  EXPECT_EQ(Told(rows[Id(1)]), "timeout/timeout");
  EXPECT_GE(*rows[Id(1)].spent, 61s);
}

TEST_F(ReconstructTest, AStoreThatFailsOnceAtAnyCallLosesNothing) {
  constexpr int kCalls = 25;
  for (int call = 1; call <= kCalls; ++call) {
    PutRecording(call, 100);
    LetTimePass();
    faulty_.ForgetCalls();
    (void)Run(false);
    const size_t planning = faulty_.Calls().size();
    faulty_.ForgetCalls();
    faulty_.SetRule(store::FailOnce(planning + static_cast<size_t>(call),
                                    Error{ErrorCode::kUnavailable, "down", {}, {}}));
    (void)Run(true);
    faulty_.SetRule({});
    (void)Run(true);
    EXPECT_EQ(Column("recording_id").size(), static_cast<size_t>(call));
  }
}

TEST_F(ReconstructTest, StopsWhenItIsToldToAndGoesOnTheNextTime) {
  PutRecording(1, 100);
  Put(Id(1), "robot_0/arm_0001.bin", std::string(50, 'y'));
  LetTimePass();
  faulty_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kGet && call.key.ends_with("arm_0001.bin")) {
      stop_.request_stop();
    }
    return std::nullopt;
  });
  (void)Run(true);
  ASSERT_FALSE(result_);
  EXPECT_EQ(result_.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(outcome_.ingested, 0U);
  const bool has_journal = assets_.Head(ingest::Journal(Id(1)).Key()).has_value();
  stop_ = std::stop_source();
  faulty_.SetRule({});
  (void)Run(true);
  EXPECT_EQ(outcome_.ingested, 1U);
  EXPECT_EQ(outcome_.bytes_read, has_journal ? 50U : 150U);
  EXPECT_FALSE(assets_.Head(ingest::Journal(Id(1)).Key()));
}

TEST_F(ReconstructTest, RefusesARecordingWhoseHashIsAnothers) {
  PutRecording(1, 1);
  const Json manifest{{"recording_hash", catalog::TestHash(7)},
                      {"started_at", "2026-05-07T14:30:22Z"},
                      {"files", Json::array({Json{{"path", "robot_0/arm_0000.bin"},
                                                  {"size", 1},
                                                  {"sha256", std::string(64, 'e')}}})}};
  Put(Id(1), "manifest.json", manifest.dump());
  ASSERT_TRUE(RegisterRecordings({catalog::TestRecording(7, 1)}));
  LetTimePass();
  auto rows = Run(true);
  EXPECT_EQ(Told(rows[Id(1)]), "failed/conflicting_hash");
  EXPECT_EQ(Column("recording_id").size(), 1U);
}

TEST_F(ReconstructTest, RegistersWhoTookPartOnceHoweverManyRecordingsNameThem) {
  for (int number = 1; number <= 3; ++number) {
    PutRecording(number, 10);
    Put(Id(number), "participant.txt", number == 3 ? "unknown" : "maya chen, jonas");
  }
  LetTimePass();
  auto rows = Run(true);
  ASSERT_TRUE(result_);
  EXPECT_EQ(outcome_.ingested, 3U);
  const auto ids = Column("participant_ids");
  EXPECT_EQ(ids.at(rows[Id(1)].recording_hash),
            delta::Value(delta::Value::List{"maya-chen", "jonas"}));
  EXPECT_EQ(ids.at(rows[Id(2)].recording_hash), ids.at(rows[Id(1)].recording_hash));
  EXPECT_EQ(ids.at(rows[Id(3)].recording_hash), delta::Value(delta::Value::List{}));
}

TEST_F(ReconstructTest, LeavesANameForAPersonWhoseIdIsSomebodyElses) {
  catalog::Participant zoe;
  zoe.participant_id = "zoe-maier";
  zoe.display_name = "Zoe Maier";
  ASSERT_TRUE(OpenWriter().Register(*catalog::FindTable(catalog::kParticipants),
                                    {catalog::ToRow(zoe)}, catalog::OnConflict::kError));
  PutRecording(1, 10);
  Put(Id(1), "participant.txt", "Zo\u00eb Maier");
  LetTimePass();
  auto rows = Run(true);
  EXPECT_TRUE(rows[Id(1)].ingested);
  EXPECT_EQ(rows[Id(1)].problems.back().code, ingest::code::kParticipantCollision);
  EXPECT_EQ(Column("participant_ids").at(rows[Id(1)].recording_hash),
            delta::Value(delta::Value::List{}));
}

TEST_F(ReconstructTest, CountsWhatIsInTheWindow) {
  ASSERT_TRUE(RegisterRecordings({catalog::TestRecording(1, 1), catalog::TestRecording(2, 1)}));
  const catalog::Catalog catalog = OpenCatalog();
  NoProgress progress;
  const PlanningContext planning{catalog, raw_,    {testing::TempDir()}, "Ursa/test", 1, {},
                                 clock_,  progress};
  const auto table = catalog.Table(catalog::kRecordings).value();
  EXPECT_EQ(CountRecordings(planning, *table, 30, clock_.Now())->recent, 2U);
  EXPECT_EQ(CountRecordings(planning, *table, 1, clock_.Now())->recent, 0U);
  EXPECT_EQ(CountRecordings(planning, *table, 1, clock_.Now())->recordings, 2U);
  EXPECT_EQ(FormatDate(*CountRecordings(planning, *table, 1, clock_.Now())->newest), "2026-05-07");
}

}  // namespace
}  // namespace ursa::maintenance
