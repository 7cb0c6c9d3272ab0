#include "catalog/writer.h"

#include <gmock/gmock.h>

#include "catalog/testing_catalog.h"
#include "store/fault_injecting.h"

namespace ursa::catalog {
namespace {

using delta::Value;
using testing::HasSubstr;

using WriterTest = CatalogTest;

TEST_F(WriterTest, ANewCatalogHasAllTablesEmpty) {
  const Catalog catalog = OpenCatalog();
  EXPECT_EQ(*catalog.TableNames(),
            (std::vector<std::string>{"events", "maintenance_runs", "modalities", "participants",
                                      "recordings"}));
  EXPECT_EQ((*catalog.Table(kRecordings))->RowCount(), 0U);
}

TEST_F(WriterTest, ASecondInitRefuses) {
  const auto again = InitCatalog(assets_, "ursa/other", Context());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
}

TEST_F(WriterTest, AnInitWithAPrefixOfItsOwnCreatesPointerOne) {
  store::MemoryStore assets(clock_);
  ASSERT_TRUE(InitCatalog(assets, "lab/tables", Context()));
  EXPECT_EQ(ReadPointer(assets)->generation, 1);
  EXPECT_EQ(Catalog::Open(assets, std::nullopt)->Prefix(), "lab/tables");
}

TEST(InitCatalog, TakesNoPrefixThatABackupWouldNotTakeAndMakesNothing) {
  TestClock clock;
  TestRandom random;
  const WriteContext context{"Ursa/test", std::chrono::seconds{5}, 1, {}, clock, random};
  store::MemoryStore assets(clock);
  ASSERT_TRUE(assets.Put("home/x/_delta_log/00000000000000000000.json", "another engine's table",
                         store::PutCondition::kNone));
  for (const char* prefix : {"", "..", "/x", "a//b", "a b", "ursa", "ursa/active_catalog",
                             "ursa/work/x", "s3://b/c", "home/x/y"}) {
    const auto made = InitCatalog(assets, prefix, context);
    ASSERT_FALSE(made) << prefix;
    EXPECT_EQ(ErrorCodeName(made.error().code), ErrorCodeName(ErrorCode::kUsage)) << prefix;
  }
  EXPECT_EQ(store::ListAll(assets, "")->size(), 1U);
}

TEST_F(WriterTest, TheNewestPointerNamesTheActivePrefix) {
  const auto put = [&](const std::string& generation, const std::string& prefix) {
    ASSERT_TRUE(assets_.Put("ursa/active_catalog/" + generation + ".json",
                            "{\"prefix\":\"" + prefix + "\"}", store::PutCondition::kIfAbsent));
  };
  put("00000000000000000009", "nine");
  put("00000000000000000010", "ten");
  put("99", "no pointer");
  EXPECT_EQ(ReadPointer(assets_)->prefix, "ten");
}

TEST_F(WriterTest, APointerThatNamesNothingIsDamaged) {
  ASSERT_TRUE(assets_.Put("ursa/active_catalog/00000000000000000001.json", "{\"prefix\":\"../x\"}",
                          store::PutCondition::kIfAbsent));
  const auto pointer = ReadPointer(assets_);
  ASSERT_FALSE(pointer);
  EXPECT_EQ(pointer.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(pointer.error().message, HasSubstr("00000000000000000001.json"));
}

TEST_F(WriterTest, APrefixThatIsNotTheActiveOneCanOnlyBeRead) {
  ASSERT_TRUE(assets_.Put("ursa/active_catalog/00000000000000000001.json",
                          "{\"prefix\":\"elsewhere\"}", store::PutCondition::kIfAbsent));
  auto pinned = Catalog::Open(assets_, std::string(kDefaultPrefix));
  ASSERT_TRUE(pinned);
  const auto writer = Writer::Open(assets_, *pinned, Context());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().rule, "prefix_pinned");
}

TEST_F(WriterTest, RegistersABatchAsOneCommitWithItsStamps) {
  const auto outcome = RegisterRecordings({TestRecording(1, 10), TestRecording(2, {})});
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->inserted, 2U);
  EXPECT_EQ(Version(), 1);
  EXPECT_FALSE(Column("registered_at").at(TestHash(1)).IsNull());
  EXPECT_TRUE(Column("duration_us").at(TestHash(2)).IsNull());
}

TEST_F(WriterTest, AConflictThatIsAnErrorWritesNothing) {
  ASSERT_TRUE(RegisterRecordings({TestRecording(1, 10)}));
  const auto outcome = RegisterRecordings({TestRecording(2, 20), TestRecording(1, 11)});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(Column("duration_us").size(), 1U);
}

TEST_F(WriterTest, AConflictCanBeSkipped) {
  ASSERT_TRUE(RegisterRecordings({TestRecording(1, 10)}));
  const auto outcome =
      RegisterRecordings({TestRecording(2, 20), TestRecording(1, 11)}, OnConflict::kSkip);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->skipped, 1U);
  EXPECT_EQ(Column("duration_us").at(TestHash(1)), Value(int64_t{10}));
}

TEST_F(WriterTest, AnOverwriteKeepsWhenTheRowWasRegistered) {
  ASSERT_TRUE(RegisterRecordings({TestRecording(1, 10)}));
  const auto registered = Column("registered_at");
  clock_.Sleep(std::chrono::hours{1}, {});
  ASSERT_TRUE(RegisterRecordings({TestRecording(1, 11)}, OnConflict::kOverwrite));
  EXPECT_EQ(Column("registered_at"), registered);
  EXPECT_NE(Column("updated_at"), registered);
  EXPECT_EQ(Column("duration_us").at(TestHash(1)), Value(int64_t{11}));
}

TEST_F(WriterTest, ARowThatBreaksARuleIsNamedAndNothingIsWritten) {
  Recording bad = TestRecording(2, 5);
  bad.recording_id = "no id";
  const auto outcome = RegisterRecordings({TestRecording(1, 1), bad});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(outcome.error().ToString(), HasSubstr("row 2"));
  EXPECT_THAT(outcome.error().ToString(), HasSubstr("recordings.recording_id"));
  EXPECT_EQ(Version(), 0);
}

TEST_F(WriterTest, AMissingTableIsCreatedAtItsFirstWrite) {
  store::MemoryStore bare(clock_);
  ASSERT_TRUE(delta::CreateTable(bare, "ursa/catalog/recordings", FindTable(kRecordings)->schema,
                                 "Ursa/test", clock_, random_));
  auto writer = Writer::Open(bare, *Catalog::Open(bare, std::nullopt), Context());
  Participant maya{"maya-chen", "Maya Chen", {}, {}};
  ASSERT_TRUE(writer->Register(*FindTable(kParticipants), {ToRow(maya)}, OnConflict::kError));
  EXPECT_EQ((*writer->Tables().Table(kParticipants))->RowCount(), 1U);
}

TEST_F(WriterTest, ATableThatLacksAColumnIsRefusedByNamingIt) {
  delta::Schema schema = FindTable(kRecordings)->schema;
  std::erase_if(schema.fields, [](const auto& field) { return field.name == "duration_us"; });
  store::MemoryStore old(clock_);
  ASSERT_TRUE(
      delta::CreateTable(old, "ursa/catalog/recordings", schema, "Ursa/test", clock_, random_));
  const auto table = Catalog::Open(old, std::nullopt)->Table(kRecordings);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(table.error().message, HasSubstr("duration_us"));
}

// Whoever reads the members by their places would take an interval's end for its start.
TEST_F(WriterTest, ATableWhoseColumnHoldsOtherThingsIsRefusedByNamingIt) {
  const delta::Field start{"start", delta::TypeKind::kDouble, true, "{}"};
  const delta::Field end{"end", delta::TypeKind::kDouble, true, "{}"};
  const delta::Field more{"confidence", delta::TypeKind::kDouble, true, "{}"};
  for (const delta::Type& type :
       {delta::Type::Struct({end, start}), delta::Type::Struct({start, end, more}),
        delta::Type::Struct({start}), delta::Type(delta::TypeKind::kDouble)}) {
    delta::Schema schema = FindTable(kModalities)->schema;
    schema.fields[*schema.IndexOf("domain_intervals")].type = delta::Type::Array(type, true);
    store::MemoryStore old(clock_);
    ASSERT_TRUE(delta::CreateTable(old, "ursa/catalog/recordings", FindTable(kRecordings)->schema,
                                   "Ursa/test", clock_, random_));
    ASSERT_TRUE(
        delta::CreateTable(old, "ursa/catalog/modalities", schema, "Ursa/test", clock_, random_));
    const auto table = Catalog::Open(old, std::nullopt)->Table(kModalities);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(table.error().message, HasSubstr("domain_intervals"));
  }
}

// A store that takes the condition and ignores it.
class OverwritingStore final : public store::ObjectStore {
 public:
  explicit OverwritingStore(store::ObjectStore& store) : store_(store) {}
  using ReadableStore::Get;
  Result<store::Object> Get(std::string_view key, store::ByteRange range,
                            std::string_view if_match) const override {
    return store_.Get(key, range, if_match);
  }
  Result<store::ObjectInfo> Head(std::string_view key) const override { return store_.Head(key); }
  Result<store::ListPage> List(std::string_view prefix,
                               const store::ListOptions& options) const override {
    return store_.List(prefix, options);
  }
  [[nodiscard]] std::string Uri() const override { return store_.Uri(); }
  Result<void> Put(std::string_view key, std::string_view bytes, store::PutCondition) override {
    return store_.Put(key, bytes, store::PutCondition::kNone);
  }
  Result<void> Delete(std::string_view key) override { return store_.Delete(key); }

 private:
  store::ObjectStore& store_;
};

TEST_F(WriterTest, RefusesAStoreThatIgnoresPutIfAbsent) {
  OverwritingStore careless(assets_);
  auto writer = Writer::Open(careless, OpenCatalog(), Context());
  const auto outcome =
      writer->Register(*FindTable(kRecordings), {ToRow(TestRecording(1, 1))}, OnConflict::kError);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "probe_failed");
  EXPECT_EQ(Version(), 0);
}

// An unreadable catalog is no missing one: a pointer to an empty catalog would hide it.
TEST_F(WriterTest, AnInitThatCantTellWhetherThereIsACatalogWritesNothing) {
  store::FaultInjectingStore failing(assets_);
  failing.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    return call.key.find("_delta_log") != call.key.npos
               ? std::optional(Error{ErrorCode::kUnavailable, "no answer", {}, {}})
               : std::nullopt;
  });
  const auto made = InitCatalog(failing, "ursa/other", Context());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(ReadPointer(assets_)->generation, 0);
  for (const auto& call : failing.Calls()) {
    EXPECT_NE(call.kind, store::StoreCall::Kind::kPut) << call.key;
  }
}

TEST_F(WriterTest, AProbeWithoutAnAnswerIsRepeatedAndBlamesNobody) {
  store::FaultInjectingStore failing(assets_);
  const auto lose = [](size_t, const store::StoreCall& call) -> std::optional<Error> {
    return call.key.ends_with("_probe")
               ? std::optional(Error{ErrorCode::kUnknownOutcome, "no answer", {}, {}})
               : std::nullopt;
  };
  failing.SetRule(lose);
  auto writer = Writer::Open(failing, OpenCatalog(), Context());
  const auto write = [&] {
    return writer->Register(*FindTable(kRecordings), {ToRow(TestRecording(1, 1))},
                            OnConflict::kError);
  };
  const auto refused = write();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(Version(), 0);
  int lost = 0;
  failing.SetRule([&](size_t number, const store::StoreCall& call) {
    return lost < 2 && call.key.ends_with("_probe") && ++lost > 0 ? lose(number, call)
                                                                  : std::nullopt;
  });
  EXPECT_TRUE(write());
}

TEST_F(WriterTest, ACommitThatAFlipOvertookHoldsAndSaysSo) {
  store::FaultInjectingStore racing(assets_);
  racing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kPut && call.key.find("_delta_log") != call.key.npos) {
      (void)assets_.Put("ursa/active_catalog/00000000000000000001.json",
                        "{\"prefix\":\"elsewhere\"}", store::PutCondition::kIfAbsent);
    }
    return std::nullopt;
  });
  auto writer = Writer::Open(racing, OpenCatalog(), Context());
  const auto registered =
      writer->Register(*FindTable(kRecordings), {ToRow(TestRecording(1, 1))}, OnConflict::kError);
  ASSERT_TRUE(registered) << registered.error().ToString();
  EXPECT_EQ(registered->table_version, 1);
}

}  // namespace
}  // namespace ursa::catalog
