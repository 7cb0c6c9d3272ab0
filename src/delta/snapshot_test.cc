#include "delta/snapshot.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "delta/checkpoint.h"
#include "delta/testing_log.h"
#include "store/fault_injecting.h"

namespace ursa::delta {
namespace {

using store::StoreCall;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SnapshotTest : public LogTest {
 protected:
  // Versions 1 .. last add the files f1 .. f<last>; a checkpoint after each version in
  // `checkpoints`.
  void CreateTableOf(int64_t last, const std::vector<int64_t>& checkpoints = {}) {
    CreateTable();
    for (int64_t version = 1; version <= last; ++version) {
      PutEntry(version, {AddLine("f" + std::to_string(version))});
    }
    for (const int64_t version : checkpoints) {
      ASSERT_TRUE(WriteCheckpoint(memory_, **Load(version), clock_.Now()));
    }
  }

  // How often each kind of call was made to load the table.
  std::map<StoreCall::Kind, int> CallsToLoad() {
    store::FaultInjectingStore counting(memory_);
    EXPECT_TRUE(LoadSnapshot(counting, "t"));
    std::map<StoreCall::Kind, int> calls;
    for (const StoreCall& call : counting.Calls()) {
      ++calls[call.kind];
    }
    return calls;
  }
};

TEST_F(SnapshotTest, AddsUpTheCommitsFromZero) {
  CreateTableOf(3);
  const auto snapshot = Load();
  ASSERT_TRUE(snapshot) << snapshot.error().ToString();
  EXPECT_EQ((*snapshot)->version, 3);
  EXPECT_EQ((*snapshot)->table_path, "t");
  EXPECT_EQ((*snapshot)->checkpoint_version, -1);
  EXPECT_EQ((*snapshot)->schema.fields.size(), 1U);
  EXPECT_THAT(Paths(**snapshot), ElementsAre("f1", "f2", "f3"));
}

TEST_F(SnapshotTest, TimeTravelsToAnyVersion) {
  CreateTableOf(3, {2});
  for (int64_t version = 0; version <= 3; ++version) {
    const auto snapshot = Load(version);
    ASSERT_TRUE(snapshot) << snapshot.error().ToString();
    EXPECT_EQ((*snapshot)->version, version);
    EXPECT_EQ((*snapshot)->files.size(), static_cast<size_t>(version));
  }
}

TEST_F(SnapshotTest, TakesAnOlderCheckpointForAnOlderVersion) {
  CreateTableOf(8, {3, 6});
  EXPECT_EQ((*Load(8))->checkpoint_version, 6);
  EXPECT_EQ((*Load(5))->checkpoint_version, 3);
  EXPECT_EQ((*Load(2))->checkpoint_version, -1);
}

TEST_F(SnapshotTest, NeedsNoCommitAtOrBelowItsCheckpoint) {
  CreateTableOf(5, {3});
  for (int64_t version = 0; version <= 3; ++version) {
    DeleteObject(VersionDigits(version) + ".json");
  }
  const auto snapshot = Load();
  ASSERT_TRUE(snapshot) << snapshot.error().ToString();
  EXPECT_EQ((*snapshot)->files.size(), 5U);
  EXPECT_TRUE(Load(3));
}

TEST_F(SnapshotTest, ReadsATableThatIsNothingButACheckpoint) {
  CreateTableOf(2, {2});
  for (int64_t version = 0; version <= 2; ++version) {
    DeleteObject(VersionDigits(version) + ".json");
  }
  EXPECT_EQ((*Load())->version, 2);
}

TEST_F(SnapshotTest, SaysOfNoLogThatThereIsNoTable) {
  ExpectError(Load(), ErrorCode::kNotFound, "there is no Delta table at memory://test/t");
  PutObject("_last_checkpoint", R"({"version":3})");
  PutObject("00000000000000000003.crc", "x");
  ExpectError(Load(), ErrorCode::kNotFound, "there is no Delta table");
}

TEST_F(SnapshotTest, NamesTheNewestVersionWhereAskedForALaterOne) {
  CreateTableOf(3, {2});
  ExpectError(Load(4), ErrorCode::kInvalid, "no version 4; its newest is 3");
  ExpectError(Load(-1), ErrorCode::kInvalid, "no version -1");
}

TEST_F(SnapshotTest, NamesTheVersionThatIsMissing) {
  CreateTableOf(5);
  DeleteObject("00000000000000000003.json");
  const auto snapshot = Load();
  ExpectError(snapshot, ErrorCode::kCorrupt, "the log of the table t has a gap: version 3");
  EXPECT_THAT(snapshot.error().message, HasSubstr("restore it from a backup"));
  EXPECT_TRUE(Load(2));
}

TEST_F(SnapshotTest, NamesTheFirstVersionWhereNoCheckpointReplacesIt) {
  CreateTableOf(5);
  DeleteObject("00000000000000000000.json");
  ExpectError(Load(2), ErrorCode::kCorrupt, "has a gap: version 0");
}

// delta-format.md section 2: an engine may delete what a checkpoint stands for.
TEST_F(SnapshotTest, NamesTheOldestVersionThatACleanUpLeft) {
  CreateTableOf(8, {3, 6});
  for (int64_t version = 0; version <= 2; ++version) {
    DeleteObject(VersionDigits(version) + ".json");
    ExpectError(Load(0), ErrorCode::kInvalid,
                "the table t can't be read at version 0 any more: its log was cleaned up");
    ExpectError(Load(2), ErrorCode::kInvalid, "the oldest version that it has is 3");
  }
  EXPECT_TRUE(Load(3));
  EXPECT_TRUE(Load());
}

TEST_F(SnapshotTest, TakesNoGapBehindTheFirstVersionForACleanUp) {
  CreateTableOf(5, {3});
  DeleteObject("00000000000000000001.json");
  ExpectError(Load(2), ErrorCode::kCorrupt, "has a gap: version 1");
}

TEST_F(SnapshotTest, NamesFileAndLineOfADamagedEntry) {
  CreateTableOf(1);
  PutEntry(2, {AddLine("x"), R"({"add":{"path":"y")"});
  const auto snapshot = Load();
  ExpectError(snapshot, ErrorCode::kCorrupt, "t/_delta_log/00000000000000000002.json");
  EXPECT_THAT(snapshot.error().ToString(), HasSubstr("line 2"));
  EXPECT_THAT(snapshot.error().ToString(), HasSubstr("restore this log entry from a backup"));
}

TEST_F(SnapshotTest, RefusesAnEntryWithoutBytes) {
  CreateTableOf(1);
  PutEntry(2, {});
  ExpectError(Load(), ErrorCode::kCorrupt, "00000000000000000002.json has 0 bytes");
}

TEST_F(SnapshotTest, RefusesALogWithoutProtocolOrMetaData) {
  PutEntry(0, {std::string(kMetaDataLine)});
  ExpectError(Load(), ErrorCode::kCorrupt, "has no protocol");
  PutEntry(0, {std::string(kProtocolLine)});
  ExpectError(Load(), ErrorCode::kCorrupt, "has no metaData");
}

TEST_F(SnapshotTest, JudgesTheNewestProtocolAndNotThatOfVersion0) {
  const std::string later = R"({"protocol":{"minReaderVersion":2,"minWriterVersion":5}})";
  PutEntry(0, {later, std::string(kMetaDataLine)});
  PutEntry(1, {std::string(kProtocolLine)});
  EXPECT_TRUE(Load());
  ExpectError(Load(0), ErrorCode::kUnsupported, "columnMapping");
  PutEntry(2, {later});
  ExpectError(Load(), ErrorCode::kUnsupported, "reading the table t");
}

TEST_F(SnapshotTest, JudgesTheProtocolBeforeItParsesTheSchema) {
  PutEntry(0, {R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,)"
               R"("readerFeatures":["variantType"]}})",
               R"({"metaData":{"id":"m","schemaString":"no schema at all"}})"});
  ExpectError(Load(), ErrorCode::kUnsupported, "variantType");
}

TEST_F(SnapshotTest, NamesEveryFeatureWhereAnEntryUsesOneOfThem) {
  PutEntry(0, {R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,)"
               R"("readerFeatures":["columnMapping","deletionVectors"]}})",
               std::string(kMetaDataLine)});
  PutEntry(1, {AddLine("x", R"(,"deletionVector":{"storageType":"u"})")});
  ExpectError(Load(), ErrorCode::kUnsupported, "columnMapping, deletionVectors");
}

TEST_F(SnapshotTest, NamesTableColumnAndTypeOfASchemaThatItCanNotRead) {
  PutEntry(0, {std::string(kProtocolLine),
               R"({"metaData":{"id":"m","schemaString":"{\"type\":\"struct\",\"fields\":[)"
               R"({\"name\":\"c\",\"type\":\"interval\",\"nullable\":true}]}"}})"});
  const auto snapshot = Load();
  ExpectError(snapshot, ErrorCode::kUnsupported, "column c has the type interval");
  EXPECT_THAT(snapshot.error().ToString(), HasSubstr("reading the table t"));
}

TEST_F(SnapshotTest, LetsTheNewestActionOfAPathWin) {
  CreateTable();
  PutEntry(1, {AddLine("a"), AddLine("b"), AddLine("c")});
  PutEntry(2, {RemoveLine("a"), RemoveLine("b"), AddLine("c", R"(,"stats":"{\"numRecords\":2}")")});
  PutEntry(3, {AddLine("b")});
  const auto snapshot = Load();
  ASSERT_TRUE(snapshot);
  EXPECT_THAT(Paths(**snapshot), ElementsAre("b", "c"));
  EXPECT_EQ((*snapshot)->files.at("c").stats, R"({"numRecords":2})");
  ASSERT_EQ((*snapshot)->tombstones.size(), 1U);
  EXPECT_TRUE((*snapshot)->tombstones.contains("a"));
}

TEST_F(SnapshotTest, ComparesPathsAfterDecodingThem) {
  CreateTable();
  PutEntry(1, {AddLine("a%20b"), AddLine("a%2520b")});
  PutEntry(2, {RemoveLine("%61 b")});
  EXPECT_THAT(Paths(**Load()), ElementsAre("a%20b"));
}

TEST_F(SnapshotTest, TakesTheLinesOfAVersionInAnyOrder) {
  PutEntry(0, {AddLine("x"), std::string(kMetaDataLine), std::string(kProtocolLine)});
  PutEntry(1, {AddLine("y"), RemoveLine("x")});
  EXPECT_THAT(Paths(**Load()), ElementsAre("y"));
  // The same path twice breaks the rules for writers; deletion vectors do it, and mean the add.
  PutEntry(2, {AddLine("y"), RemoveLine("y")});
  PutEntry(3, {RemoveLine("z"), AddLine("z")});
  EXPECT_THAT(Paths(**Load()), ElementsAre("y", "z"));
  EXPECT_FALSE((*Load())->tombstones.contains("y"));
}

TEST_F(SnapshotTest, KeepsTheNewestTransactionOfEachApplicationEvenWhereItFalls) {
  CreateTable();
  PutEntry(1, {R"({"txn":{"appId":"a","version":7}})", R"({"txn":{"appId":"b","version":1}})"});
  PutEntry(2, {R"({"txn":{"appId":"a","version":3}})"});
  const auto snapshot = Load();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ((*snapshot)->transactions.at("a").version, 3);
  EXPECT_EQ((*snapshot)->transactions.at("b").version, 1);
}

TEST_F(SnapshotTest, ReplacesMetaDataWhole) {
  CreateTable();
  PutEntry(1, {R"({"metaData":{"id":"m","name":"n","schemaString":"{\"type\":\"struct\",)"
               R"(\"fields\":[]}","configuration":{"k":"v"}}})"});
  PutEntry(2, {std::string(kMetaDataLine)});
  EXPECT_EQ((*Load(1))->metadata.configuration.size(), 1U);
  EXPECT_TRUE((*Load(1))->schema.fields.empty());
  EXPECT_EQ((*Load())->metadata.name, std::nullopt);
  EXPECT_THAT((*Load())->metadata.configuration, IsEmpty());
}

TEST_F(SnapshotTest, CountsRowsOnlyWhereEveryFileHasANumber) {
  CreateTable();
  EXPECT_EQ((*Load())->RowCount(), 0U);
  PutEntry(1, {AddLine("a", R"(,"stats":"{\"numRecords\":2}")"),
               AddLine("b", R"(,"stats":"{\"numRecords\":3}")")});
  EXPECT_EQ((*Load())->RowCount(), 5U);
  PutEntry(2, {AddLine("c")});
  EXPECT_EQ((*Load())->RowCount(), std::nullopt);
  PutEntry(2, {AddLine("c", R"(,"stats":"{\"numRecords\":18446744073709551615}")")});
  EXPECT_EQ((*Load())->RowCount(), std::nullopt);
}

TEST_F(SnapshotTest, IsLoadedWithOneRequestForEachThingThatIsNeeded) {
  CreateTableOf(13, {10});
  EXPECT_EQ(CallsToLoad(), (std::map<StoreCall::Kind, int>{
                               {StoreCall::Kind::kList, 1},
                               {StoreCall::Kind::kGet, 5}}));  // hint, checkpoint, 11, 12, 13
}

TEST_F(SnapshotTest, SaysThatTheLogWasCleanedUpWhereAnEntryVanishesMeanwhile) {
  CreateTableOf(5, {3});
  for (const std::string& name :
       {VersionDigits(5) + ".json", VersionDigits(3) + ".checkpoint.parquet"}) {
    store::FaultInjectingStore vanishing(memory_);
    vanishing.SetRule([&](size_t, const StoreCall& call) -> std::optional<Error> {
      return call.kind == StoreCall::Kind::kGet && call.key.ends_with(name)
                 ? std::optional(Error{ErrorCode::kNotFound, "gone", {}, {}})
                 : std::nullopt;
    });
    ExpectError(LoadSnapshot(vanishing, "t"), ErrorCode::kUnavailable, "was cleaned up while");
  }
}

TEST_F(SnapshotTest, IsNeverHalfReadWhicheverRequestFails) {
  CreateTableOf(7, {5});
  for (size_t failing = 1;; ++failing) {
    store::FaultInjectingStore store(memory_);
    store.SetRule(store::FailOnce(failing, {ErrorCode::kUnavailable, "no answer", {}, {}}));
    const auto snapshot = LoadSnapshot(store, "t");
    if (store.Calls().size() < failing) {
      EXPECT_EQ((*snapshot)->files.size(), 7U);
      EXPECT_GT(failing, 4U);
      break;
    }
    ExpectError(snapshot, ErrorCode::kUnavailable, "no answer");
  }
}

TEST_F(SnapshotTest, IsUpdatedByOneRequestForEachCommitAndOneMore) {
  CreateTableOf(4);
  const SnapshotPtr old = *Load(2);
  store::FaultInjectingStore counting(memory_);
  const auto updated = UpdateSnapshot(counting, old);
  ASSERT_TRUE(updated);
  EXPECT_EQ((*updated)->version, 4);
  EXPECT_THAT(Paths(**updated), ElementsAre("f1", "f2", "f3", "f4"));
  EXPECT_EQ(old->files.size(), 2U);
  const auto calls = counting.Calls();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].key, CommitKey("t", 3));
  EXPECT_EQ(calls[2].key, CommitKey("t", 5));
}

TEST_F(SnapshotTest, IsTheSameObjectWhereNothingIsNew) {
  CreateTableOf(2);
  const SnapshotPtr snapshot = *Load();
  EXPECT_EQ(*UpdateSnapshot(memory_, snapshot), snapshot);
}

TEST_F(SnapshotTest, IsNotUpdatedToAVersionThatItMayNotRead) {
  CreateTableOf(1);
  const SnapshotPtr snapshot = *Load();
  PutEntry(2, {R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,)"
               R"("readerFeatures":["v2Checkpoint","deletionVectors"]}})"});
  ExpectError(UpdateSnapshot(memory_, snapshot), ErrorCode::kUnsupported,
              "v2Checkpoint, deletionVectors");
  PutEntry(3, {AddLine("x", R"(,"deletionVector":{"storageType":"u"})")});
  ExpectError(UpdateSnapshot(memory_, snapshot), ErrorCode::kUnsupported,
              "v2Checkpoint, deletionVectors");
  PutEntry(2, {"{"});
  ExpectError(UpdateSnapshot(memory_, snapshot), ErrorCode::kCorrupt, "line 1");
}

TEST_F(SnapshotTest, ParsesANewSchemaWhenUpdated) {
  CreateTableOf(1);
  const SnapshotPtr snapshot = *Load();
  PutEntry(2, {R"({"metaData":{"id":"m","schemaString":"{\"type\":\"struct\",\"fields\":[]}"}})"});
  EXPECT_TRUE((*UpdateSnapshot(memory_, snapshot))->schema.fields.empty());
}

TEST_F(SnapshotTest, EndsBeforeAVersionThatNoNumberHolds) {
  CreateTableOf(1);
  Snapshot last = **Load();
  last.version = kVersionMax;
  PutObject("09223372036854775807.json", "x");
  EXPECT_EQ((*UpdateSnapshot(memory_, std::make_shared<const Snapshot>(last)))->version,
            kVersionMax);
}

class HistoryTest : public SnapshotTest {};

TEST_F(HistoryTest, ShowsTheNewestEntriesFirst) {
  CreateTable();
  PutEntry(1, {R"({"commitInfo":{"operation":"WRITE"}})", AddLine("x")});
  PutEntry(2, {AddLine("y"), R"({"commitInfo":{"operation":"MERGE"}})"});
  const auto history = ReadHistory(memory_, "t", 10);
  ASSERT_TRUE(history) << history.error().ToString();
  ASSERT_EQ(history->size(), 3U);
  EXPECT_EQ((*history)[0].version, 2);
  EXPECT_EQ((*history)[0].commit_info, R"({"operation":"MERGE"})");
  EXPECT_EQ((*history)[1].commit_info, R"({"operation":"WRITE"})");
  EXPECT_EQ((*history)[2].commit_info, "{}");
  EXPECT_EQ(ReadHistory(memory_, "t", 2)->size(), 2U);
}

TEST_F(HistoryTest, ShowsTheEntriesBelowACheckpointToo) {
  CreateTableOf(4, {3});
  EXPECT_EQ(ReadHistory(memory_, "t", 10)->size(), 5U);
}

TEST_F(HistoryTest, IsShownOfTablesThatUrsaDoesNotRead) {
  PutEntry(0, {R"({"commitInfo":{"operation":"CREATE"}})",
               R"({"protocol":{"minReaderVersion":9,"minWriterVersion":9}})",
               AddLine("s3://b/x", R"(,"deletionVector":{})")});
  EXPECT_EQ(ReadHistory(memory_, "t", 10)->front().commit_info, R"({"operation":"CREATE"})");
}

TEST_F(HistoryTest, EndsWhereTheLogWasCleanedUpMeanwhile) {
  CreateTableOf(3);
  store::FaultInjectingStore vanishing(memory_);
  vanishing.SetRule([](size_t, const StoreCall& call) -> std::optional<Error> {
    return call.key == CommitKey("t", 1) ? std::optional(Error{ErrorCode::kNotFound, "", {}, {}})
                                         : std::nullopt;
  });
  EXPECT_EQ(ReadHistory(vanishing, "t", 10)->size(), 2U);
}

TEST_F(HistoryTest, OfNoTableIsNotFound) {
  ExpectError(ReadHistory(memory_, "t", 10), ErrorCode::kNotFound, "there is no Delta table");
}

TEST_F(HistoryTest, NamesTheEntryWhoseCommitInfoIsDamaged) {
  CreateTable();
  PutEntry(1, {AddLine("x"), R"({"commitInfo":7})"});
  const auto history = ReadHistory(memory_, "t", 10);
  ExpectError(history, ErrorCode::kCorrupt, "00000000000000000001.json");
  EXPECT_THAT(history.error().ToString(), HasSubstr("line 2"));
}

}  // namespace
}  // namespace ursa::delta
