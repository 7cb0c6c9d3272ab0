// What a rig or another process does while reconstruct-all-recent is at work.

#include <gmock/gmock.h>

#include <thread>

#include "base/digest.h"
#include "ingest/journal.h"
#include "ingest/manifest.h"
#include "maintenance/reconstruct_recording.h"
#include "maintenance/testing_reconstruct.h"

namespace ursa::maintenance {
namespace {

using namespace std::chrono_literals;
using ingest::Journal;

class MeanwhileTest : public ReconstructTest {
 protected:
  bool HasJournal(const std::string& id) { return assets_.Head(Journal(id).Key()).has_value(); }
  void PutJournal(const Journal& journal) {
    ASSERT_TRUE(assets_.Put(journal.Key(), journal.Text(), store::PutCondition::kNone));
  }
  store::ObjectInfo Data(int number, const std::string& file = "arm_0000.bin") {
    return raw_.Head("recordings/" + Id(number) + "/robot_0/" + file).value();
  }
};

TEST_F(MeanwhileTest, ARigThatLocksItAgainIsLeftAloneWithoutAManifest) {
  PutRecording(1, 100);
  PutRecording(2, 200);
  LetTimePass();
  WhenItReads(1, [&] { Put(Id(1), "session.lock", ""); });
  auto rows = Run(true);
  EXPECT_EQ(Told(rows[Id(1)]), "skipped/session_lock");
  EXPECT_FALSE(HasManifest(1));
  ASSERT_EQ(rows[Id(1)].problems.size(), 1U);
  EXPECT_EQ(rows[Id(1)].problems[0].code, ingest::code::kUnknownFamily);
  EXPECT_TRUE(rows[Id(2)].ingested);
  faulty_.SetRule({});
  ASSERT_TRUE(raw_.Delete("recordings/" + Id(1) + "/session.lock"));
  EXPECT_TRUE(Run(true)[Id(1)].ingested);
  EXPECT_EQ(outcome_.bytes_read, 0U);
}

TEST_F(MeanwhileTest, AnObjectThatIsNoDataFileLeavesItAloneUntilItIsQuietAgain) {
  PutRecording(1, 100);
  LetTimePass();
  WhenItReads(1, [&] { Put(Id(1), "participant.txt", "maya"); });
  EXPECT_EQ(Told(Run(true)[Id(1)]), "skipped/still_arriving");
  EXPECT_FALSE(HasManifest(1));
  faulty_.SetRule({});
  LetTimePass();
  EXPECT_TRUE(Run(true)[Id(1)].ingested);
}

TEST_F(MeanwhileTest, OnlyTheVeryLockThatWasStaleIsBroken) {
  options_.break_stale_locks = true;
  for (int number = 1; number <= 2; ++number) {
    PutRecording(number, 100);
    Put(Id(number), "session.lock", "");
  }
  clock_.Sleep(8 * 24h, {});
  PutRecording(3, 100);
  LetTimePass();
  faulty_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    for (const int number : {2, 3}) {
      if (call.kind == store::StoreCall::Kind::kGet &&
          call.key.find(Id(number) + "/robot_0/") != std::string::npos) {
        Put(Id(number), "session.lock", "");
      }
    }
    return std::nullopt;
  });
  auto rows = Run(true);
  EXPECT_TRUE(rows[Id(1)].ingested);
  EXPECT_EQ(Told(rows[Id(2)]), "skipped/session_lock");
  EXPECT_EQ(Told(rows[Id(3)]), "skipped/session_lock");
  EXPECT_FALSE(HasManifest(2));
  EXPECT_FALSE(HasManifest(3));
}

TEST_F(MeanwhileTest, WhatAnotherProcessMadeAManifestOfIsNotHashedAgain) {
  PutRecording(1, 100);
  LetTimePass();
  before_work_ = [&] {
    const ingest::Json file{{"path", "robot_0/arm_0000.bin"},
                            {"size", 100},
                            {"sha256", Sha256Hex(std::string(100, 'x'))}};
    Put(Id(1), "manifest.reconstructed.json",
        ingest::Json{{"recording_hash", std::string(64, 'd')},
                     {"started_at", "2026-05-07T14:30:22Z"},
                     {"files", ingest::Json::array({file})},
                     {"reconstructed", ingest::Json::object()}}
            .dump());
  };
  auto rows = Run(true);
  EXPECT_TRUE(rows[Id(1)].ingested);
  EXPECT_EQ(rows[Id(1)].recording_hash, std::string(64, 'd'));
  EXPECT_EQ(outcome_.bytes_read, 0U);
}

TEST_F(MeanwhileTest, WhatAnotherProcessPutInTheJournalStaysThere) {
  PutRecording(1, 100);
  LetTimePass();
  const store::ObjectInfo other{"k", 7, TimeNs{}, "etag"};
  WhenItReads(1, [&] {
    Put(Id(1), "session.lock", "");
    Journal others(Id(1));
    others.Add("robot_0/other.bin", other, std::string(64, 'c'));
    PutJournal(others);
  });
  (void)Run(true);
  const Journal saved = Journal::Load(assets_, Id(1));
  EXPECT_EQ(saved.Find("robot_0/other.bin", other), std::string(64, 'c'));
  EXPECT_EQ(saved.Find("robot_0/arm_0000.bin", Data(1)), Sha256Hex(std::string(100, 'x')));
}

TEST_F(MeanwhileTest, DigestsOfAnotherProcessAreTakenOver) {
  for (const char* file : {"a.bin", "b.bin", "c.bin"}) {
    Put(Id(1), std::string("robot_0/") + file, file);
  }
  LetTimePass();
  NoProgress progress;
  const RecordingTools tools{raw_,
                             raw_,
                             assets_,
                             clock_,
                             {raw_, clock_, random_, progress, {}},
                             {kQuietTime / 2, {}},
                             {},
                             {{}, "local://raw", {}, clock_.Now()},
                             "Ursa/test"};
  RecordingUnderWay recording(tools, Id(1), {});
  recording.Begin();
  ASSERT_EQ(recording.Missing().size(), 3U);
  Journal others(Id(1));
  others.Add("robot_0/a.bin", Data(1, "a.bin"), Sha256Hex("a.bin"));
  others.Add("robot_0/c.bin", Data(1, "c.bin"), Sha256Hex("c.bin"));
  recording.TakeOver(others, 0);
  ASSERT_EQ(recording.Missing().size(), 1U);
  const size_t last = recording.Missing().front();
  recording.Note(last, recording.HashFile(last));
  recording.Finish();
  ASSERT_FALSE(recording.Failure()) << recording.Failure()->message;
  const auto bytes = raw_.Get("recordings/" + Id(1) + "/manifest.reconstructed.json")->bytes;
  const auto manifest = ingest::ParseManifest(bytes, Id(1));
  ASSERT_TRUE(manifest.has_value());
  ASSERT_EQ(manifest->files.size(), 3U);
  for (const ingest::ManifestFile& file : manifest->files) {
    EXPECT_EQ(file.sha256, Sha256Hex(file.path.substr(8))) << file.path;
  }
}

TEST_F(MeanwhileTest, JournalsOfWhatTheCatalogHasAreRemoved) {
  ASSERT_TRUE(RegisterRecordings({catalog::TestRecording(7, 1)}));
  const std::string finished = catalog::TestRecording(7, 1).recording_id;
  PutJournal(Journal(finished));
  PutJournal(Journal(Id(9)));
  (void)Run(false);
  EXPECT_TRUE(HasJournal(finished));
  (void)Run(true);
  ASSERT_TRUE(result_);
  EXPECT_FALSE(HasJournal(finished));
  EXPECT_TRUE(HasJournal(Id(9)));
}

TEST_F(MeanwhileTest, ABatchIsCommittedWhileEveryThreadIsInALongRead) {
  PutRecording(1, 1);
  PutRecording(2, 200);
  PutRecording(3, 300);
  LetTimePass();
  faulty_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    const bool is_long = call.kind == store::StoreCall::Kind::kGet &&
                         (call.key.find(Id(2) + "/robot_0/") != std::string::npos ||
                          call.key.find(Id(3) + "/robot_0/") != std::string::npos);
    for (int wait = 0; is_long && wait < 1000 && Column("recording_id").empty(); ++wait) {
      clock_.Sleep(1s, {});
      std::this_thread::sleep_for(10ms);
    }
    return is_long && Column("recording_id").empty()
               ? std::optional(Error{ErrorCode::kDenied, "no batch came", {}, {}})
               : std::nullopt;
  });
  options_.limits.base = 1h;
  auto rows = Run(true);
  ASSERT_TRUE(result_);
  EXPECT_TRUE(rows[Id(1)].ingested);
  EXPECT_TRUE(rows[Id(2)].ingested) << Told(rows[Id(2)]);
  EXPECT_TRUE(rows[Id(3)].ingested) << Told(rows[Id(3)]);
}

}  // namespace
}  // namespace ursa::maintenance
