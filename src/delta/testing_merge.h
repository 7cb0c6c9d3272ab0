// A table in memory and a source of changes to it, for tests of merges.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "delta/commit.h"
#include "delta/merge.h"
#include "delta/scan.h"
#include "store/memory.h"

namespace ursa::delta {

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
inline Schema TestSchema() {
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

}  // namespace ursa::delta
