// A catalog in memory, for tests of this room and of those above it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "catalog/rows.h"
#include "catalog/writer.h"
#include "delta/scan.h"
#include "store/memory.h"

namespace ursa::catalog {

// Time that passes only by sleeping.
class TestClock final : public Clock {
 public:
  TimeNs Now() override { return TimeNs{std::chrono::seconds{1'778'300'000}} + passed_.load(); }
  Nanoseconds Steady() override { return passed_.load(); }
  void Sleep(Nanoseconds duration, std::stop_token) override {
    passed_ = passed_.load() + duration + Nanoseconds{1};
  }

 private:
  std::atomic<Nanoseconds> passed_{Nanoseconds{0}};
};

class TestRandom final : public Random {
 public:
  uint64_t Next() override { return ++state_ * 0x9E3779B97F4A7C15ULL; }

 private:
  std::atomic<uint64_t> state_{0};
};

inline std::string TestHash(int number) {
  std::string digits = std::to_string(number);
  return std::string(64 - digits.size(), 'a') + digits;
}

inline Recording TestRecording(int number, std::optional<int64_t> duration_us) {
  Recording recording;
  recording.recording_hash = TestHash(number);
  recording.recording_id = "rec_20260507_143022_" + std::to_string(1000 + number);
  recording.start_time = TimeUs{Microseconds{1'778'164'222'120'000}};
  recording.duration_us = duration_us;
  return recording;
}

// Gives one row of `recordings` the key of another, as an append of another engine may.
class KeyTaker final : public delta::MergeSource {
 public:
  KeyTaker(const Recording& recording, std::string taken)
      : recording_(recording), taken_(std::move(taken)) {}
  [[nodiscard]] size_t Count() const override { return 1; }
  [[nodiscard]] std::string_view Key(size_t) const override { return recording_.recording_hash; }
  [[nodiscard]] std::string_view Locator(size_t) const override { return recording_.recording_id; }
  [[nodiscard]] const std::vector<std::string>& Columns() const override { return columns_; }
  Result<bool> Begin(const delta::Snapshot& snapshot) override {
    key_column_ = snapshot.schema.IndexOf("recording_hash").value();
    return true;
  }
  Result<delta::RowDecision> Decide(size_t, const delta::CurrentRow* row) override {
    EXPECT_NE(row, nullptr);
    return delta::RowDecision{delta::RowDecision::Kind::kUpdate, {{key_column_, taken_}}};
  }
  Result<std::string> BeforeCommit(const delta::MergeCounts&) override { return "{}"; }

 private:
  const Recording recording_;
  const std::string taken_;
  const std::vector<std::string> columns_;
  size_t key_column_ = 0;
};

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() { EXPECT_TRUE(InitCatalog(assets_, std::string(kDefaultPrefix), Context())); }

  WriteContext Context() {
    return WriteContext{"Ursa/test", std::chrono::seconds{5}, 2, {}, clock_, random_};
  }
  Catalog OpenCatalog() { return Catalog::Open(assets_, std::nullopt).value(); }
  Writer OpenWriter() { return Writer::Open(assets_, OpenCatalog(), Context()).value(); }
  Result<RegisterOutcome> RegisterRecordings(const std::vector<Recording>& recordings,
                                             OnConflict on_conflict = OnConflict::kError) {
    std::vector<NamedRow> rows;
    for (const Recording& recording : recordings) {
      rows.push_back(ToRow(recording));
    }
    return OpenWriter().Register(*FindTable(kRecordings), rows, on_conflict);
  }
  // From here on two rows have the key of the recording `taken`.
  void TakeKey(const Recording& recording, int taken) {
    KeyTaker source(recording, TestHash(taken));
    ASSERT_TRUE(OpenWriter().Merge(*FindTable(kRecordings), source, "WRITE", {}));
  }
  // Adds a row that is all but the other's twin.
  void AddTwinOf(const Recording& recording, int number) {
    Recording twin = recording;
    twin.recording_hash = std::string(64, 'f');
    ASSERT_TRUE(RegisterRecordings({twin}));
    TakeKey(twin, number);
  }
  // A column of `recordings` by hash.
  std::map<std::string, delta::Value> Column(const std::string& column) {
    std::map<std::string, delta::Value> values;
    const auto snapshot = OpenCatalog().Table(kRecordings).value();
    EXPECT_TRUE(delta::Scan(assets_, *snapshot, {{"recording_hash", column}, {}, 1, {}},
                            [&](const delta::RowBatch& batch) -> Result<void> {
                              for (size_t i = 0; i < batch.RowCount(); ++i) {
                                values[std::string(batch.String(0, i))] = batch.At(1, i);
                              }
                              return {};
                            }));
    return values;
  }
  int64_t Version() { return OpenCatalog().Table(kRecordings).value()->version; }

  TestClock clock_;
  TestRandom random_;
  store::MemoryStore assets_{clock_, "memory://test"};
};

}  // namespace ursa::catalog
