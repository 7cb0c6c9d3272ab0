#include "base/packed_strings.h"

#include <gtest/gtest.h>

namespace ursa {
namespace {

TEST(PackedStrings, GivesBackWhatWasAddedInTheOrderOfBytes) {
  PackedStrings texts;
  texts.Add("b", "/");
  texts.Add("");
  texts.Add("b");
  texts.Sort();
  ASSERT_EQ(texts.Count(), 3U);
  EXPECT_EQ(texts.At(0), "");
  EXPECT_EQ(texts.At(1), "b");
  EXPECT_EQ(texts.At(2), "b/");
}

TEST(PackedStrings, KnowsWhatItHas) {
  PackedStrings texts;
  EXPECT_FALSE(texts.Contains(""));
  texts.Add("b");
  texts.Add("a");
  texts.Sort();
  EXPECT_TRUE(texts.Contains("a"));
  EXPECT_TRUE(texts.Contains("b"));
  EXPECT_FALSE(texts.Contains("ab"));
  EXPECT_FALSE(texts.Contains("c"));
}

}  // namespace
}  // namespace ursa
