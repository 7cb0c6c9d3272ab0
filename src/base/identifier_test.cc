#include "base/identifier.h"

#include <gtest/gtest.h>

namespace ursa {
namespace {

TEST(Identifier, HasLettersOfAsciiDigitsUnderscoresAndHyphensOnly) {
  for (const char* text : {"a", "rec_20260507-X", "0", "-", "_"}) {
    EXPECT_TRUE(IsId(text)) << text;
  }
  for (const char* text : {"", " ", "a b", "eeg.0", "@eaDir", "é", "a/b", "a\n"}) {
    EXPECT_FALSE(IsId(text)) << text;
  }
}

}  // namespace
}  // namespace ursa
