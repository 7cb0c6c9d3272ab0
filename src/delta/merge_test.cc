#include "delta/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <atomic>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "delta/checkpoint.h"
#include "delta/commit.h"
#include "delta/scan.h"
#include "store/fault_injecting.h"
#include "store/memory.h"

namespace ursa::delta {
namespace {

using testing::HasSubstr;

// Time that stands still but for sleeping, so that no test waits.
class FakeClock final : public Clock {
 public:
  TimeNs Now() override { return TimeNs{std::chrono::seconds{1'778'000'000}} + slept_.load(); }
  Nanoseconds Steady() override { return slept_.load(); }
  void Sleep(Nanoseconds duration, std::stop_token) override {
    slept_ = slept_.load() + duration + Nanoseconds{1};
  }

 private:
  std::atomic<Nanoseconds> slept_{Nanoseconds{0}};
};

class CountingRandom final : public Random {
 public:
  uint64_t Next() override { return ++state_ * 0x9E3779B97F4A7C15ULL; }

 private:
  std::atomic<uint64_t> state_{0};
};

// Rows of (id, name, count): `id` is the key, `name` the locator, `extra` a column that no source
// knows about.
Schema TestSchema() {
  return Schema{{{"id", TypeKind::kString, false, "{}"},
                 {"name", TypeKind::kString, false, "{}"},
                 {"count", TypeKind::kLong, true, "{}"},
                 {"extra", Type::Array(TypeKind::kString, true), true, "{}"}}};
}

struct TestChange {
  std::string id;
  std::string name;
  std::optional<int64_t> count;  // none: delete
};

// Upserts or deletes rows; remembers what it was asked.
class TestSource final : public MergeSource {
 public:
  explicit TestSource(std::vector<TestChange> changes) : changes_(std::move(changes)) {}

  [[nodiscard]] size_t Count() const override { return changes_.size(); }
  [[nodiscard]] std::string_view Key(size_t change) const override { return changes_[change].id; }
  [[nodiscard]] std::string_view Locator(size_t change) const override {
    return changes_[change].name;
  }
  [[nodiscard]] const std::vector<std::string>& Columns() const override { return columns_; }
  Result<bool> Begin(const Snapshot&) override {
    if (on_begin) {
      on_begin();
    }
    return true;
  }
  Result<RowDecision> Decide(size_t change, const CurrentRow* row) override {
    ++decisions;
    const TestChange& wanted = changes_[change];
    RowDecision decision;
    if (new_id && row != nullptr) {
      decision.kind = RowDecision::Kind::kUpdate;
      decision.values = {{0, Value(*new_id)}};
      return decision;
    }
    if (!wanted.count) {
      decision.kind = row == nullptr ? RowDecision::Kind::kKeep : RowDecision::Kind::kDelete;
      return decision;
    }
    if (row != nullptr && row->At(0) == Value(*wanted.count)) {
      return decision;
    }
    decision.kind = row == nullptr ? RowDecision::Kind::kInsert : RowDecision::Kind::kUpdate;
    decision.values = {{2, Value(*wanted.count)}};
    if (row == nullptr) {
      decision.values.emplace_back(0, Value(wanted.id));
      decision.values.emplace_back(1, Value(wanted.name));
    }
    return decision;
  }
  Result<bool> PassOver(size_t change) override {
    passed_over.push_back(change);
    return passes_over;
  }
  Result<std::string> BeforeCommit(const MergeCounts&) override {
    if (before_commit) {
      before_commit();
    }
    return R"({"ursa":{"run_id":"test"}})";
  }

  std::atomic<int> decisions{0};
  std::optional<std::string> new_id;  // what rows that are there get instead
  bool passes_over = false;
  std::vector<size_t> passed_over;
  std::function<void()> on_begin;
  std::function<void()> before_commit;

 private:
  std::vector<TestChange> changes_;
  std::vector<std::string> columns_{"count"};
};

class MergeTest : public testing::Test {
 protected:
  MergeTest() {
    EXPECT_TRUE(CreateTable(memory_, "t", TestSchema(), "Ursa/test", clock_, random_));
  }

  MergeOptions Options(size_t jobs = 2) {
    return MergeOptions{{"id"}, "name", "MERGE", {},     "Ursa/test", std::chrono::seconds{5},
                        jobs,   {},     clock_,  random_};
  }
  SnapshotPtr Newest() { return LoadSnapshot(memory_, "t").value(); }
  Result<MergeOutcome> MergeChanges(std::vector<TestChange> changes) {
    TestSource source(std::move(changes));
    return Merge(memory_, Newest(), source, Options());
  }
  // Gives the row `id` the key of another, as an append of another engine may.
  void Rename(const std::string& id, const std::string& name, const std::string& new_id) {
    TestSource source({{id, name, 0}});
    source.new_id = new_id;
    ASSERT_TRUE(Merge(memory_, Newest(), source, Options()));
  }
  // All rows, sorted.
  std::vector<std::pair<std::string, int64_t>> AllRows() {
    std::vector<std::pair<std::string, int64_t>> rows;
    EXPECT_TRUE(Scan(memory_, *Newest(), {{"id", "count"}, {}, 2, {}},
                     [&](const RowBatch& batch) -> Result<void> {
                       for (size_t i = 0; i < batch.RowCount(); ++i) {
                         rows.emplace_back(batch.String(0, i), batch.Long(1, i));
                       }
                       return {};
                     }));
    std::ranges::sort(rows);
    return rows;
  }
  std::map<std::string, Value> Counts(const Snapshot& snapshot) {
    std::map<std::string, Value> counts;
    EXPECT_TRUE(Scan(memory_, snapshot, {{"id", "count"}, {}, 2, {}},
                     [&](const RowBatch& batch) -> Result<void> {
                       for (size_t i = 0; i < batch.RowCount(); ++i) {
                         const auto [at, fresh] =
                             counts.emplace(std::string(batch.String(0, i)), batch.At(1, i));
                         EXPECT_TRUE(fresh) << "two rows with the key " << at->first;
                       }
                       return {};
                     }));
    return counts;
  }
  std::map<std::string, Value> Counts() { return Counts(*Newest()); }

  FakeClock clock_;
  CountingRandom random_;
  store::MemoryStore memory_{clock_};
};

TEST_F(MergeTest, InsertsRowsThatTheTableDoesNotHave) {
  const auto outcome = MergeChanges({{"b", "n2", 2}, {"a", "n1", 1}});
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_TRUE(outcome->committed);
  EXPECT_EQ(outcome->counts.inserted, 2U);
  EXPECT_EQ(outcome->version, 1);
  EXPECT_EQ(Counts(), (std::map<std::string, Value>{{"a", int64_t{1}}, {"b", int64_t{2}}}));
}

TEST_F(MergeTest, UpdatesOnlyTheColumnsAndRowsThatAreDecided) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"b", "n2", 2}}));
  const auto outcome = MergeChanges({{"b", "n2", 20}});
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->counts.updated, 1U);
  EXPECT_EQ(Counts(), (std::map<std::string, Value>{{"a", int64_t{1}}, {"b", int64_t{20}}}));
}

TEST_F(MergeTest, DeletesRowsAndLeavesNoEmptyFileBehind) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"b", "n2", 2}}));
  ASSERT_TRUE(MergeChanges({{"a", "n1", {}}}));
  EXPECT_EQ(Counts(), (std::map<std::string, Value>{{"b", int64_t{2}}}));
  ASSERT_TRUE(MergeChanges({{"b", "n2", {}}}));
  EXPECT_TRUE(Newest()->files.empty());
}

TEST_F(MergeTest, CommitsNothingWhereNothingChanges) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}}));
  const auto outcome = MergeChanges({{"a", "n1", 1}});
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->committed);
  EXPECT_EQ(Newest()->version, 1);
}

TEST_F(MergeTest, RefusesTwoChangesWithOneKey) {
  const auto outcome = MergeChanges({{"a", "n1", 1}, {"a", "n2", 2}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kInvalid);
}

TEST_F(MergeTest, EndsWhereSeveralRowsHaveTheKeyOfAChangeThatTheSourceDoesNotPassOver) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"b", "n2", 2}}));
  Rename("b", "n2", "a");
  const auto outcome = MergeChanges({{"a", "n1", 10}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(Newest()->version, 2);
}

TEST_F(MergeTest, WritesNoneOfTheRowsOfOneFileThatShareAKeyAndAllOthers) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"b", "n1", 2}, {"c", "n1", 3}}));
  Rename("b", "n1", "a");
  TestSource source({{"a", "n1", 10}, {"c", "n1", 30}});
  source.passes_over = true;
  const auto outcome = Merge(memory_, Newest(), source, Options());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(source.passed_over, std::vector<size_t>{0});
  EXPECT_EQ(outcome->counts.updated, 1U);
  EXPECT_EQ(AllRows(),
            (std::vector<std::pair<std::string, int64_t>>{{"a", 1}, {"a", 2}, {"c", 30}}));
}

TEST_F(MergeTest, WritesNoneOfTheRowsOfSeveralFilesThatShareAKeyAndAllOthers) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"c", "n1", 3}}));
  ASSERT_TRUE(MergeChanges({{"b", "n1", 2}, {"d", "n1", 4}}));
  Rename("b", "n1", "a");
  TestSource source({{"a", "n1", {}}, {"c", "n1", 30}, {"d", "n1", 40}, {"e", "n1", 5}});
  source.passes_over = true;
  const auto outcome = Merge(memory_, Newest(), source, Options());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(source.passed_over, std::vector<size_t>{0});
  EXPECT_EQ(outcome->counts.Total(), 3U);
  EXPECT_EQ(AllRows(), (std::vector<std::pair<std::string, int64_t>>{
                           {"a", 1}, {"a", 2}, {"c", 30}, {"d", 40}, {"e", 5}}));
}

TEST_F(MergeTest, LeavesNoFileBehindThatItWroteBeforeItSawThatAKeyStandsTwice) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}}));
  ASSERT_TRUE(MergeChanges({{"b", "n1", 2}}));
  Rename("b", "n1", "a");
  const size_t before = store::ListAll(memory_, "t/")->size();
  TestSource source({{"a", "n1", 10}});
  source.passes_over = true;
  const auto outcome = Merge(memory_, Newest(), source, Options());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_FALSE(outcome->committed);
  EXPECT_EQ(store::ListAll(memory_, "t/")->size(), before);
}

TEST_F(MergeTest, PassesOverARowOnceAWinnerAddedAnotherWithItsKey) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"c", "n1", 3}}));
  ASSERT_TRUE(MergeChanges({{"b", "n1", 2}}));
  TestSource source({{"a", "n1", 10}, {"c", "n1", 30}});
  source.passes_over = true;
  source.before_commit = [&, raced = false]() mutable {
    if (!std::exchange(raced, true)) {
      Rename("b", "n1", "a");
    }
  };
  ASSERT_TRUE(Merge(memory_, Newest(), source, Options()));
  EXPECT_EQ(source.passed_over, std::vector<size_t>{0});
  EXPECT_EQ(AllRows(),
            (std::vector<std::pair<std::string, int64_t>>{{"a", 1}, {"a", 2}, {"c", 30}}));
}

TEST_F(MergeTest, DecidesARowAgainOnceAWinnerMadeItTheOnlyOneWithItsKey) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"c", "n1", 3}}));
  const std::string first = Newest()->files.begin()->first;
  ASSERT_TRUE(MergeChanges({{"b", "n1", 2}}));
  Rename("b", "n1", "a");
  TestSource source({{"a", "n1", 10}, {"c", "n1", 30}});
  source.passes_over = true;
  source.before_commit = [&, raced = false]() mutable {
    if (!std::exchange(raced, true)) {
      const SnapshotPtr table = Newest();
      std::vector<Action> removal{
          DescribeCommit({"DELETE", table->version, "Other", "winner", clock_.Now()})};
      for (const auto& [path, file] : table->files) {
        if (path != first) {
          removal.emplace_back(RemoveFile{path, 0, true, {}, file.size_bytes});
        }
      }
      const store::Patience patience{std::chrono::hours{1}, {}, clock_, random_};
      ASSERT_TRUE(PutCommit(memory_, "t", table->version + 1, removal, "winner", patience));
    }
  };
  ASSERT_TRUE(Merge(memory_, Newest(), source, Options()));
  EXPECT_EQ(AllRows(), (std::vector<std::pair<std::string, int64_t>>{{"a", 10}, {"c", 30}}));
}

TEST_F(MergeTest, ReadsOnlyFilesThatMayHoldAChangedRow) {
  for (const char* name : {"n1", "n2", "n3", "n4"}) {
    ASSERT_TRUE(MergeChanges({{std::string("id-") + name, name, 1}}));
  }
  store::FaultInjectingStore counting(memory_);
  TestSource source({{"id-n3", "n3", 30}});
  ASSERT_TRUE(Merge(counting, Newest(), source, Options(1)));
  std::set<std::string> read;
  for (const auto& call : counting.Calls()) {
    if (call.kind == store::StoreCall::Kind::kGet && call.key.ends_with(".parquet")) {
      read.insert(call.key);
    }
  }
  EXPECT_EQ(read.size(), 1U);
}

TEST_F(MergeTest, PassesOverAFileWhoseBloomFilterHasNoneOfTheKeys) {
  // The range of names covers "n2", but no row has it.
  ASSERT_TRUE(MergeChanges({{"k1", "n1", 1}, {"k9", "n3", 3}}));
  TestSource source({{"k5", "n2", 2}});
  const auto outcome = Merge(memory_, Newest(), source, Options());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->counts.inserted, 1U);
  EXPECT_EQ(source.decisions, 1);
}

TEST_F(MergeTest, SortsTheRowsOfAFileByLocatorAndKey) {
  ASSERT_TRUE(MergeChanges({{"c", "n1", 1}, {"a", "n3", 2}, {"b", "n1", 3}}));
  std::vector<std::string> ids;
  ASSERT_TRUE(
      Scan(memory_, *Newest(), {{"id"}, {}, 1, {}}, [&](const RowBatch& batch) -> Result<void> {
        for (size_t i = 0; i < batch.RowCount(); ++i) {
          ids.emplace_back(batch.String(0, i));
        }
        return {};
      }));
  EXPECT_EQ(ids, (std::vector<std::string>{"b", "c", "a"}));
}

TEST_F(MergeTest, MovesOnlyTheVersionWhereAWinnerDidNotConcernIt) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"z", "n9", 9}}));
  TestSource source({{"a", "n1", 10}});
  source.before_commit = [&, raced = false]() mutable {
    if (!std::exchange(raced, true)) {
      ASSERT_TRUE(MergeChanges({{"other", "n5", 5}}));
    }
  };
  const auto outcome = Merge(memory_, Newest(), source, Options());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->tries, 2U);
  EXPECT_EQ(source.decisions, 1) << "what was found in a live file stays known";
  EXPECT_EQ(outcome->version, 3);
  EXPECT_EQ(Counts().size(), 3U);
}

TEST_F(MergeTest, DecidesAgainWhereAWinnerRewroteItsRow) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"z", "n9", 9}}));
  TestSource source({{"a", "n1", 10}});
  source.before_commit = [&, raced = false]() mutable {
    if (!std::exchange(raced, true)) {
      ASSERT_TRUE(MergeChanges({{"z", "n9", 90}}));
    }
  };
  ASSERT_TRUE(Merge(memory_, Newest(), source, Options()));
  EXPECT_EQ(source.decisions, 2);
  EXPECT_EQ(Counts(), (std::map<std::string, Value>{{"a", int64_t{10}}, {"z", int64_t{90}}}));
}

TEST_F(MergeTest, FindsARowThatAWinnerInsertedWithItsKey) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}}));
  TestSource source({{"new", "n5", 5}});
  source.before_commit = [&, raced = false]() mutable {
    if (!std::exchange(raced, true)) {
      ASSERT_TRUE(MergeChanges({{"new", "n5", 4}}));
    }
  };
  const auto outcome = Merge(memory_, Newest(), source, Options());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->counts.inserted, 0U);
  EXPECT_EQ(outcome->counts.updated, 1U);
  EXPECT_EQ(Counts().at("new"), Value(int64_t{5}));
}

TEST_F(MergeTest, GivesUpAfterItsTimeWithNothingWritten) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}}));
  TestSource source({{"a", "n1", 10}});
  int64_t winners = 0;
  source.before_commit = [&] {
    ASSERT_TRUE(MergeChanges({{"w" + std::to_string(winners++), "n5", 5}}));
    clock_.Sleep(std::chrono::seconds{1}, {});
  };
  const auto outcome = Merge(memory_, Newest(), source, Options());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Counts().at("a"), Value(int64_t{1}));
}

TEST_F(MergeTest, ThreadsThatUpsertAtOnceLoseNothing) {
  ASSERT_TRUE(MergeChanges({{"shared", "n0", 0}}));
  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < 4; ++writer) {
      threads.emplace_back([&, writer] {
        for (int i = 0; i < 5; ++i) {
          const std::string id = "w" + std::to_string(writer) + "-" + std::to_string(i);
          EXPECT_TRUE(MergeChanges({{id, "n" + id, i}, {"shared", "n0", writer * 100 + i + 1}}));
        }
      });
    }
  }
  EXPECT_EQ(Counts().size(), 21U);
  EXPECT_EQ(Newest()->version, 21);
}

TEST_F(MergeTest, WritesACheckpointAfterEveryTenthVersion) {
  for (int i = 0; i < 21; ++i) {
    ASSERT_TRUE(MergeChanges({{"id" + std::to_string(i), "n" + std::to_string(i), i}}));
  }
  EXPECT_TRUE(memory_.Head("t/_delta_log/00000000000000000010.checkpoint.parquet"));
  EXPECT_TRUE(memory_.Head("t/_delta_log/00000000000000000020.checkpoint.parquet"));
  EXPECT_EQ(Newest()->checkpoint_version, 20);
  EXPECT_EQ(Counts().size(), 21U);
}

TEST_F(MergeTest, RemovesTheFilesOfAMergeThatWasNeverSent) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}}));
  store::FaultInjectingStore failing(memory_);
  failing.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kPut && call.key.ends_with(".json")) {
      return Error{ErrorCode::kDenied, "no", {}, {}};
    }
    return std::nullopt;
  });
  TestSource source({{"a", "n1", 2}, {"b", "n2", 2}});
  source.before_commit = [&] {
    failing.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
      if (call.kind == store::StoreCall::Kind::kDelete) {
        return std::nullopt;
      }
      return Error{ErrorCode::kDenied, "no more", {}, {}};
    });
  };
  EXPECT_FALSE(Merge(failing, Newest(), source, Options()));
  EXPECT_EQ(Counts(), (std::map<std::string, Value>{{"a", int64_t{1}}}));
}

TEST_F(MergeTest, SettlesAnUnknownOutcomeByReadingTheEntryBack) {
  store::FaultInjectingStore lying(memory_);
  lying.SetFailAfterPut(true);
  lying.SetRule([](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kPut && call.key.ends_with(".json")) {
      return Error{ErrorCode::kUnknownOutcome, "no answer", {}, {}};
    }
    return std::nullopt;
  });
  TestSource source({{"a", "n1", 1}});
  const auto outcome = Merge(lying, Newest(), source, Options());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_TRUE(outcome->committed);
  EXPECT_EQ(Newest()->version, 1);
}

TEST_F(MergeTest, CommitsOnceThoughTheServiceAsksForFewerRequestsAndLosesAnswers) {
  store::FaultInjectingStore busy(memory_);
  int puts = 0;
  busy.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind != store::StoreCall::Kind::kPut || !call.key.ends_with(".json") || ++puts > 4) {
      return std::nullopt;
    }
    return Error{
        puts % 2 == 0 ? ErrorCode::kThrottled : ErrorCode::kUnknownOutcome, "busy", {}, {}};
  });
  TestSource source({{"a", "n1", 1}});
  const auto outcome = Merge(busy, Newest(), source, Options());
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ(outcome->tries, 1U);
  EXPECT_EQ(Newest()->version, 1);
  EXPECT_EQ(Counts(), (std::map<std::string, Value>{{"a", int64_t{1}}}));
}

TEST_F(MergeTest, AgreesWithAMapWhateverIsMerged) {
  EXPECT_TRUE(rc::check("a table is a map", [this] {
    store::MemoryStore memory(clock_);
    RC_ASSERT(CreateTable(memory, "t", TestSchema(), "Ursa/test", clock_, random_).has_value());
    std::map<std::string, Value> expected;
    const auto batches = *rc::gen::inRange(1, 5);
    for (int b = 0; b < batches; ++b) {
      std::map<int, std::optional<int64_t>> wanted;
      for (const int id : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) {
        const auto count = *rc::gen::inRange<int64_t>(-2, 5);
        wanted[id] = count < 0 ? std::nullopt : std::optional(count);
      }
      std::vector<TestChange> changes;
      for (const auto& [id, count] : wanted) {
        const std::string text = std::to_string(id);
        changes.push_back({text, "n" + std::to_string(id % 3), count});
        if (count) {
          expected[text] = Value(*count);
        } else {
          expected.erase(text);
        }
      }
      TestSource source(std::move(changes));
      const auto merged = Merge(memory, LoadSnapshot(memory, "t").value(), source, Options(1));
      RC_ASSERT(merged.has_value());
    }
    std::map<std::string, Value> counts;
    RC_ASSERT(Scan(memory, *LoadSnapshot(memory, "t").value(), {{"id", "count"}, {}, 1, {}},
                   [&](const RowBatch& batch) -> Result<void> {
                     for (size_t i = 0; i < batch.RowCount(); ++i) {
                       counts[std::string(batch.String(0, i))] = batch.At(1, i);
                     }
                     return {};
                   })
                  .has_value());
    RC_ASSERT(counts == expected);
  }));
}

}  // namespace
}  // namespace ursa::delta
