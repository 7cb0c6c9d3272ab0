// Tables in which several rows have one key.

#include <gtest/gtest.h>

#include "delta/testing_merge.h"
#include "store/object_store.h"

namespace ursa::delta {
namespace {

using MergeTwinsTest = MergeTest;

TEST_F(MergeTwinsTest, EndsWhereSeveralRowsHaveTheKeyOfAChangeThatTheSourceDoesNotPassOver) {
  ASSERT_TRUE(MergeChanges({{"a", "n1", 1}, {"b", "n2", 2}}));
  Rename("b", "n2", "a");
  const auto outcome = MergeChanges({{"a", "n1", 10}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(Newest()->version, 2);
}

TEST_F(MergeTwinsTest, WritesNoneOfTheRowsOfOneFileThatShareAKeyAndAllOthers) {
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

TEST_F(MergeTwinsTest, WritesNoneOfTheRowsOfSeveralFilesThatShareAKeyAndAllOthers) {
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

TEST_F(MergeTwinsTest, LeavesNoFileBehindThatItWroteBeforeItSawThatAKeyStandsTwice) {
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

TEST_F(MergeTwinsTest, PassesOverARowOnceAWinnerAddedAnotherWithItsKey) {
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

TEST_F(MergeTwinsTest, DecidesARowAgainOnceAWinnerMadeItTheOnlyOneWithItsKey) {
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

}  // namespace
}  // namespace ursa::delta
