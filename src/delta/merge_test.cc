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
#include "delta/testing_merge.h"
#include "store/fault_injecting.h"
#include "store/memory.h"

namespace ursa::delta {
namespace {

using testing::HasSubstr;

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
