#include "catalog/backup.h"

#include <gmock/gmock.h>

#include "catalog/flip.h"
#include "catalog/testing_catalog.h"
#include "store/fault_injecting.h"

namespace ursa::catalog {
namespace {

using testing::HasSubstr;

constexpr const char* kDestination = "ursa/backups/one";
constexpr size_t kCallsMax = 500;

class BackupTest : public CatalogTest {
 protected:
  BackupTest() {
    EXPECT_TRUE(RegisterRecordings({TestRecording(1, 10), TestRecording(2, 20)}));
    EXPECT_TRUE(RegisterRecordings({TestRecording(2, 21)}, OnConflict::kOverwrite));
    Change(TestRecording(1, 10), "run");
  }

  // A run, and the rollback snapshot that it leaves.
  void Change(const Recording& recording, const std::string& run_id) {
    EXPECT_TRUE(assets_.Put("ursa/catalog/_rollback/" + run_id + ".jsonl", "a plan",
                            store::PutCondition::kNone));
    EXPECT_TRUE(OpenWriter().Register(*FindTable(kRecordings), {ToRow(recording)},
                                      OnConflict::kOverwrite, {{run_id, 1, std::nullopt}}));
  }

  BackupContext BackingUp(size_t jobs = 2) { return {"Ursa/test", jobs, {}, clock_, progress_}; }

  // The whole command.
  Result<Backup> BackUp(store::ObjectStore& assets, const std::string& destination = kDestination,
                        size_t jobs = 2) {
    URSA_TRY(const Catalog catalog, Catalog::Open(assets, std::nullopt));
    URSA_TRY(const std::string checked, CheckBackupDestination(catalog, destination));
    URSA_TRY(Backup backup, PlanBackup(catalog, checked, BackingUp(jobs)));
    URSA_CHECK(MakeBackup(assets, catalog, backup, BackingUp(jobs)));
    return backup;
  }

  std::map<std::string, std::string> Everything(const std::string& prefix) {
    std::map<std::string, std::string> objects;
    const auto listed = store::ListAll(assets_, prefix).value();
    for (const store::ObjectInfo& object : listed) {
      objects[object.key] = assets_.Get(object.key)->bytes;
    }
    return objects;
  }

  std::map<std::string, delta::Value> DurationsAt(const std::string& prefix) {
    std::map<std::string, delta::Value> values;
    const auto table = Catalog::Open(assets_, prefix)->Table(kRecordings).value();
    EXPECT_TRUE(delta::Scan(assets_, *table, {{"recording_hash", "duration_us"}, {}, 1, {}},
                            [&](const delta::RowBatch& batch) -> Result<void> {
                              for (size_t i = 0; i < batch.RowCount(); ++i) {
                                values[std::string(batch.String(0, i))] = batch.At(1, i);
                              }
                              return {};
                            }));
    return values;
  }

  template <typename T>
  static void ExpectError(const Result<T>& result, ErrorCode code, const std::string& part) {
    ASSERT_FALSE(result);
    EXPECT_EQ(ErrorCodeName(result.error().code), ErrorCodeName(code));
    EXPECT_THAT(result.error().ToString(), HasSubstr(part));
  }

  NoProgress progress_;
};

TEST_F(BackupTest, IsACatalogWithTheSameRows) {
  const auto backup = BackUp(assets_);
  ASSERT_TRUE(backup) << backup.error().ToString();
  EXPECT_EQ(backup->Arrived(), backup->objects.size());
  EXPECT_EQ(DurationsAt(kDestination), Column("duration_us"));
  EXPECT_EQ(assets_.Get("ursa/backups/one/_rollback/run.jsonl")->bytes, "a plan");
  EXPECT_EQ(*Catalog::Open(assets_, kDestination)->TableNames(), *OpenCatalog().TableNames());
}

TEST_F(BackupTest, LooksOnlyUntilItIsMade) {
  const auto before = Everything("");
  const Catalog catalog = OpenCatalog();
  const auto backup = PlanBackup(catalog, kDestination, BackingUp());
  ASSERT_TRUE(backup);
  EXPECT_EQ(backup->Arrived(), 0U);
  EXPECT_GT(backup->Bytes(), 0U);
  EXPECT_EQ(Everything(""), before);
}

TEST_F(BackupTest, LeavesOutWhatIsNewerThanItsVersionsAndGoesOnWithThose) {
  Catalog catalog = OpenCatalog();
  auto backup = PlanBackup(catalog, kDestination, BackingUp());
  ASSERT_TRUE(RegisterRecordings({TestRecording(1, 99)}, OnConflict::kOverwrite));
  ASSERT_TRUE(MakeBackup(assets_, catalog, *backup, BackingUp()));
  EXPECT_EQ(DurationsAt(kDestination).at(TestHash(1)), delta::Value(int64_t{10}));
  const auto again = BackUp(assets_);
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_TRUE(again->has_begun);
  EXPECT_EQ(DurationsAt(kDestination).at(TestHash(1)), delta::Value(int64_t{10}));
}

TEST_F(BackupTest, HasTheRollbackSnapshotsOfTheRunsThatItsVersionsHaveAndNoLaterOnes) {
  Change(TestRecording(1, 11), "batch.7");
  ASSERT_TRUE(assets_.Put("ursa/catalog/_rollback/batch.7-2.jsonl", "a smaller plan",
                          store::PutCondition::kNone));
  const auto first = BackUp(assets_);
  ASSERT_TRUE(first) << first.error().ToString();
  const auto before = Everything(kDestination);
  EXPECT_TRUE(before.contains("ursa/backups/one/_rollback/batch.7.jsonl"));
  EXPECT_TRUE(before.contains("ursa/backups/one/_rollback/batch.7-2.jsonl"));
  Change(TestRecording(1, 12), "later");
  const auto again = BackUp(assets_);
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_EQ(Everything(kDestination), before);
}

TEST_F(BackupTest, CopiesNothingTwice) {
  ASSERT_TRUE(BackUp(assets_));
  store::FaultInjectingStore counting(assets_);
  ASSERT_TRUE(BackUp(counting));
  for (const store::StoreCall& call : counting.Calls()) {
    EXPECT_NE(call.kind, store::StoreCall::Kind::kCopy) << call.key;
    EXPECT_NE(call.kind, store::StoreCall::Kind::kPut) << call.key;
  }
}

// The Nth call fails, for every N: what is there is no catalog, or the whole one, and the next run
// finishes it.
TEST_F(BackupTest, IsFinishedByTheNextRunWhereverItWasCutOff) {
  for (size_t number = 1; number < kCallsMax; ++number) {
    const std::string destination = "ursa/backups/" + std::to_string(number);
    store::FaultInjectingStore failing(assets_);
    failing.SetRule(store::FailFrom(number, {ErrorCode::kUnavailable, "cut off", {}, {}}));
    const auto backup = BackUp(failing, destination, 1);
    const bool did_all = backup.has_value();
    const auto there = Catalog::Open(assets_, destination);
    if (!did_all && there && there->Table(kRecordings)) {
      EXPECT_EQ(DurationsAt(destination), Column("duration_us")) << number;
    }
    const auto next = BackUp(assets_, destination);
    ASSERT_TRUE(next) << number << ": " << next.error().ToString();
    EXPECT_EQ(DurationsAt(destination), Column("duration_us"));
    if (did_all) {
      return;
    }
  }
  FAIL() << "it never came to its end";
}

TEST_F(BackupTest, NoticesWhatWasChangedAndLeavesItAsItIs) {
  ASSERT_TRUE(BackUp(assets_));
  for (const auto& [key, bytes] : Everything(std::string(kDestination) + "/")) {
    if (key.ends_with("_backup.json")) {
      continue;
    }
    std::string changed = bytes;
    changed.back() ^= 1;
    ASSERT_TRUE(assets_.Put(key, changed, store::PutCondition::kNone));
    ExpectError(BackUp(assets_), ErrorCode::kCorrupt, key + " is not what the catalog has");
    EXPECT_EQ(assets_.Get(key)->bytes, changed);
    ASSERT_TRUE(assets_.Put(key, bytes, store::PutCondition::kNone));
  }
  ASSERT_TRUE(BackUp(assets_));
}

TEST_F(BackupTest, NoticesWhatWasAdded) {
  ASSERT_TRUE(BackUp(assets_));
  const std::string key =
      std::string(kDestination) + "/recordings/_delta_log/00000000000000000009.json";
  ASSERT_TRUE(assets_.Put(key, "{}", store::PutCondition::kNone));
  ExpectError(BackUp(assets_), ErrorCode::kCorrupt, key + " is no part of the backup");
}

TEST_F(BackupTest, RefusesAPlaceWhereSomethingElseLies) {
  ASSERT_TRUE(assets_.Put("home/notes.txt", "mine", store::PutCondition::kNone));
  ExpectError(BackUp(assets_, "home"), ErrorCode::kAlreadyExists, "holds something");
  ASSERT_TRUE(assets_.Put("home/_backup.json", "{\"tables\":7}", store::PutCondition::kNone));
  ExpectError(BackUp(assets_, "home"), ErrorCode::kCorrupt, "damaged");
  EXPECT_EQ(Everything("home/").size(), 2U);
}

TEST_F(BackupTest, RefusesABackupOfAnotherCatalog) {
  ASSERT_TRUE(BackUp(assets_));
  const auto listed = store::ListAll(assets_, "ursa/catalog/").value();
  for (const store::ObjectInfo& object : listed) {
    ASSERT_TRUE(assets_.Delete(object.key));
  }
  ASSERT_TRUE(InitCatalog(assets_, std::string(kDefaultPrefix), Context()));
  ExpectError(BackUp(assets_), ErrorCode::kConflict, "begin one elsewhere");
}

TEST_F(BackupTest, SaysThatADataFileIsMissing) {
  const auto table = OpenCatalog().Table(kRecordings).value();
  ASSERT_TRUE(assets_.Delete(table->table_path + "/" + table->files.begin()->first));
  ExpectError(BackUp(assets_), ErrorCode::kCorrupt, "which is not there");
  EXPECT_TRUE(Everything(kDestination).empty());
}

TEST_F(BackupTest, TakesNoDestinationThatIsHostileOrInUse) {
  ASSERT_TRUE(BackUp(assets_));
  const auto before = Everything("");
  for (const char* destination : {"",
                                  "/",
                                  "//",
                                  "..",
                                  "../x",
                                  "a/../b",
                                  "a/./b",
                                  "a//b",
                                  "/etc",
                                  "s3://other/x",
                                  "a b",
                                  "a\nb",
                                  "a\x1b[31m",
                                  "\xe2\x80\xae",
                                  "a\\b",
                                  "$(id)",
                                  "ursa",
                                  "ursa/catalog",
                                  "ursa/catalog/",
                                  "ursa/catalog/recordings",
                                  "ursa/catalog/x",
                                  "ursa/active_catalog",
                                  "ursa/active_catalog/x",
                                  "ursa/work",
                                  "ursa/backups/one/x",
                                  "ursa/backups/one/recordings/x"}) {
    ExpectError(BackUp(assets_, destination), ErrorCode::kUsage, "can't be the prefix");
  }
  ExpectError(BackUp(assets_, std::string(600, 'a')), ErrorCode::kUsage, "512 bytes");
  EXPECT_EQ(Everything(""), before);
  ASSERT_TRUE(BackUp(assets_, "ursa/catalog-2/"));
  ASSERT_TRUE(BackUp(assets_, "ursa/backups/one-more"));
}

TEST_F(BackupTest, OfABackupThatBecameTheCatalogCanBeMade) {
  ASSERT_TRUE(BackUp(assets_));
  ASSERT_TRUE(Flip(assets_, PlanFlip(assets_, kDestination).value(), "test", Context()));
  ASSERT_TRUE(RegisterRecordings({TestRecording(3, 30)}));
  const auto second = BackUp(assets_, "ursa/backups/two");
  ASSERT_TRUE(second) << second.error().ToString();
  EXPECT_EQ(DurationsAt("ursa/backups/two").size(), 3U);
}

}  // namespace
}  // namespace ursa::catalog
