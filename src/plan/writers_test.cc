// Many writers of one catalog in a real directory, each with a store of its own as a process has.

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "plan/testing_plan.h"
#include "store/directory.h"

namespace ursa::plan {
namespace {

constexpr int kWriters = 8;
constexpr int kRowsEach = 5;

class WritersTest : public PlanCatalogTest {
 protected:
  WritersTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ursa-writers-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    store_ = store::OpenDirectory(root_).value();
    EXPECT_TRUE(catalog::InitCatalog(*store_, "ursa/catalog", SystemContext()));
  }
  ~WritersTest() override { std::filesystem::remove_all(root_); }

  static catalog::WriteContext SystemContext() {
    return {"Ursa/test", std::chrono::seconds{120}, 1, {}, SystemClock(), SystemRandom()};
  }

  Plan PlanOf(const std::vector<Change>& changes) const {
    PlanHeader header;
    header.command = "ingest";
    header.catalog_uri = store_->Uri() + "/ursa/catalog";
    return MakePlan(changes, std::move(header));
  }

  // One thread a writer; `changes_of` says what each of them does.
  std::vector<ApplyOutcome> ApplyAtOnce(
      const std::function<std::vector<Change>(int writer)>& changes_of) {
    std::vector<ApplyOutcome> outcomes(kWriters);
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([&, writer] {
        const auto store = store::OpenDirectory(root_).value();
        auto open = catalog::Writer::Open(
            *store, catalog::Catalog::Open(*store, std::nullopt).value(), SystemContext());
        const auto outcome = Apply(PlanOf(changes_of(writer)), {}, *open);
        ASSERT_TRUE(outcome) << outcome.error().ToString();
        ASSERT_FALSE(outcome->stopped_by) << outcome->stopped_by->ToString();
        outcomes[static_cast<size_t>(writer)] = *outcome;
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return outcomes;
  }

  std::map<std::string, Value> Durations() {
    std::map<std::string, Value> durations;
    const auto table =
        catalog::Catalog::Open(*store_, std::nullopt)->Table(catalog::kRecordings).value();
    EXPECT_TRUE(delta::Scan(
        *store_, *table, {{"recording_hash", "duration_us"}, {}, 1, {}},
        [&](const delta::RowBatch& batch) -> Result<void> {
          for (size_t i = 0; i < batch.RowCount(); ++i) {
            EXPECT_TRUE(durations.emplace(std::string(batch.String(0, i)), batch.At(1, i)).second);
          }
          return {};
        }));
    return durations;
  }

  std::filesystem::path root_;
  std::unique_ptr<store::ObjectStore> store_;
};

TEST_F(WritersTest, InsertsOfDifferentRowsAllArrive) {
  const auto outcomes = ApplyAtOnce([](int writer) {
    std::vector<Change> changes;
    for (int i = 0; i < kRowsEach; ++i) {
      changes.push_back(InsertRecording(100 * writer + i, writer));
    }
    return changes;
  });
  for (const ApplyOutcome& outcome : outcomes) {
    EXPECT_EQ(outcome.committed, static_cast<uint64_t>(kRowsEach));
  }
  EXPECT_EQ(Durations().size(), static_cast<size_t>(kWriters * kRowsEach));
}

TEST_F(WritersTest, OfInsertsOfOneKeyOneIsWrittenAndTheOthersSaySo) {
  const auto outcomes = ApplyAtOnce([](int writer) {
    return std::vector<Change>{InsertRecording(7, 1000 + writer), InsertRecording(8, 5),
                               InsertRecording(100 + writer, 1)};
  });
  uint64_t first = 0;
  uint64_t equal = 0;
  for (const ApplyOutcome& outcome : outcomes) {
    first += outcome.fates[0] == Fate::kCommitted ? 1 : 0;
    equal += outcome.fates[1] == Fate::kCommitted ? 1 : 0;
    EXPECT_TRUE(outcome.fates[0] == Fate::kCommitted ||
                outcome.fates[0] == Fate::kChangedSincePlan);
    EXPECT_TRUE(outcome.fates[1] == Fate::kCommitted || outcome.fates[1] == Fate::kAlready);
    EXPECT_EQ(outcome.fates[2], Fate::kCommitted);
  }
  EXPECT_EQ(first, 1U);
  EXPECT_EQ(equal, 1U);
  EXPECT_EQ(Durations().size(), static_cast<size_t>(2 + kWriters));
}

TEST_F(WritersTest, OfUpdatesOfOneRowOneIsWrittenAndNoOtherRowSuffers) {
  ASSERT_EQ(ApplyAtOnce([](int writer) {
              return std::vector<Change>{InsertRecording(writer, 100 + writer)};
            }).size(),
            static_cast<size_t>(kWriters));
  ASSERT_EQ(Durations().size(), static_cast<size_t>(kWriters));
  const auto outcomes = ApplyAtOnce([](int writer) {
    std::vector<Change> changes{DurationChange(0, 100, 5000 + writer)};
    if (writer > 0) {
      changes.push_back(DurationChange(writer, 100 + writer, 9000 + writer));
    }
    return changes;
  });
  uint64_t won = 0;
  for (int writer = 0; writer < kWriters; ++writer) {
    const ApplyOutcome& outcome = outcomes[static_cast<size_t>(writer)];
    if (outcome.fates[0] == Fate::kCommitted) {
      ++won;
      EXPECT_EQ(Durations().at(TestHash(0)), Value(int64_t{5000 + writer}));
    }
    if (writer > 0) {
      EXPECT_EQ(outcome.fates[1], Fate::kCommitted);
      EXPECT_EQ(Durations().at(TestHash(writer)), Value(int64_t{9000 + writer}));
    }
  }
  EXPECT_EQ(won, 1U);
}

}  // namespace
}  // namespace ursa::plan
