#include "recovery/stream.h"

#include <gtest/gtest.h>

#include <string>

namespace ursa::recovery {
namespace {

TEST(Stream, ThereAreSixInTheOrderInWhichTheyWinTies) {
  std::string names;
  for (size_t i = 0; i < kStreamCount; ++i) {
    names += std::string(StreamName(static_cast<Stream>(i))) + " ";
  }
  EXPECT_EQ(names, "eeg camera screen mic samsungwatch environment ");
}

TEST(Stream, IsThatOfItsFamilyAndMostFamiliesHaveNone) {
  EXPECT_EQ(StreamOfFamily("eeg"), Stream::kEeg);
  EXPECT_EQ(StreamOfFamily("environment"), Stream::kEnvironment);
  for (const char* family : {"", "EEG", "pupillabs", "keyboard", "webcam", "eeg_0"}) {
    EXPECT_FALSE(StreamOfFamily(family)) << family;
  }
}

}  // namespace
}  // namespace ursa::recovery
