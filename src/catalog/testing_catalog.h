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
