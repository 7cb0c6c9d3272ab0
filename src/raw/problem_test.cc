#include "raw/problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace ursa::raw {
namespace {

using testing::HasSubstr;

TEST(ProblemCode, HasAStableName) {
  const std::vector<std::pair<ProblemCode, std::string_view>> names = {
      {ProblemCode::kNoSegments, "no_segments"},
      {ProblemCode::kNoRate, "no_rate"},
      {ProblemCode::kBadOffset, "bad_offset"},
      {ProblemCode::kEmpty, "empty"},
      {ProblemCode::kNoHeader, "no_header"},
      {ProblemCode::kNoColumn, "no_column"},
      {ProblemCode::kNoWholeRow, "no_whole_row"},
      {ProblemCode::kUnparseable, "unparseable"},
      {ProblemCode::kNotWav, "not_wav"},
      {ProblemCode::kLineTooLong, "line_too_long"},
      {ProblemCode::kNoTimeInName, "no_time_in_name"},
      {ProblemCode::kImplausibleTime, "implausible_time"},
      {ProblemCode::kBeforeStart, "before_start"},
      {ProblemCode::kAfterModified, "after_modified"},
      {ProblemCode::kMtimeImplausible, "mtime_implausible"},
      {ProblemCode::kReadFailed, "read_failed"},
      {ProblemCode::kRawGone, "raw_gone"},
      {ProblemCode::kOutlier, "outlier"}};
  for (const auto& [code, name] : names) {
    EXPECT_EQ(ProblemCodeName(code), name);
  }
}

TEST(ToReading, ShowsTheTextEscapedAndCut) {
  const auto reading = ToReading({std::nullopt, TimeFault::kUnparseable}, "a\x1B[31m\n");
  EXPECT_EQ(reading.error().code, ProblemCode::kUnparseable);
  EXPECT_EQ(reading.error().message.find('\x1B'), std::string::npos);
  EXPECT_EQ(reading.error().message.find('\n'), std::string::npos);
  const auto cut = ToReading({std::nullopt, TimeFault::kImplausible}, std::string(1'000, '9'));
  EXPECT_EQ(cut.error().code, ProblemCode::kImplausibleTime);
  EXPECT_LT(cut.error().message.size(), 200U);
  EXPECT_THAT(cut.error().message, HasSubstr("999..."));
}

TEST(ToReading, IsASentenceInUtf8WhateverTheBytes) {
  const std::string split = std::string(39, 'x') + "\xC3\xA4";
  const auto reading = ToReading({std::nullopt, TimeFault::kUnparseable}, split);
  EXPECT_TRUE(IsValidUtf8(reading.error().message));
}

}  // namespace
}  // namespace ursa::raw
