#include "participants/lines.h"

#include <gmock/gmock.h>

namespace ursa::participants {
namespace {

using testing::ElementsAre;

TEST(SplitLines, EndAtLfCrlfAndCr) {
  EXPECT_THAT(SplitLines("a\nb\r\nc\rd"), ElementsAre("a", "b", "c", "d"));
}

TEST(SplitLines, OfAFileThatEndsInALineBreakHaveNoEmptyLastOne) {
  EXPECT_THAT(SplitLines("a\r"), ElementsAre("a"));
  EXPECT_THAT(SplitLines("a\n\n"), ElementsAre("a", ""));
  EXPECT_THAT(SplitLines(""), ElementsAre());
}

TEST(WithoutByteOrderMark, DropsOneAtTheStartOnly) {
  EXPECT_EQ(WithoutByteOrderMark("\xEF\xBB\xBFmaya"), "maya");
  EXPECT_EQ(WithoutByteOrderMark("maya\xEF\xBB\xBF"), "maya\xEF\xBB\xBF");
}

}  // namespace
}  // namespace ursa::participants
