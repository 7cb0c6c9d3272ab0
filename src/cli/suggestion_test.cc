#include "cli/suggestion.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ursa::cli {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
}

TEST(EditDistance, CountsASwapOfNeighboursAsOne) {
  EXPECT_EQ(EditDistance("profiel", "profile"), 1U);
}

TEST(EditDistance, IsSymmetricAndZeroForEqualWordsOnly) {
  EXPECT_TRUE(
      rc::check("EditDistance is symmetric", [](const std::string& a, const std::string& b) {
        RC_ASSERT(EditDistance(a, b) == EditDistance(b, a));
        RC_ASSERT((EditDistance(a, b) == 0) == (a == b));
      }));
}

TEST(DidYouMean, NamesTheNearestCandidate) {
  EXPECT_EQ(DidYouMean("adressing", {"region", "addressing", "endpoint"}),
            "; did you mean 'addressing'?");
}

TEST(DidYouMean, SaysNothingWhereNoCandidateIsNear) {
  EXPECT_EQ(DidYouMean("zebra", {"region", "addressing"}), "");
}

TEST(DidYouMean, NamesACandidateThatBeginsWithTheWord) {
  EXPECT_EQ(DidYouMean("backfill", {"doctor", "backfill-participants"}),
            "; did you mean 'backfill-participants'?");
  EXPECT_EQ(DidYouMean("ba", {"doctor", "backfill-participants"}), "");
}

TEST(DidYouMean, DoesNotCompareWordsOfAnyLength) {
  EXPECT_EQ(DidYouMean(std::string(101, 'a'), {std::string(100, 'a')}), "");
}

}  // namespace
}  // namespace ursa::cli
