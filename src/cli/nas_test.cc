#include "cli/nas.h"

#include <gtest/gtest.h>

#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

TEST(OpenNas, FindsADirectoryWithARecording) {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path / "rec_20260507_143022_a1b2");
  EXPECT_NE(OpenNas(directory.path).value(), nullptr);
}

TEST(OpenNas, FindsNothingWhereItIsAbsentEmptyOrHoldsNoRecording) {
  const TemporaryDirectory directory;
  EXPECT_EQ(OpenNas(directory.path / "absent").value(), nullptr);
  EXPECT_EQ(OpenNas(directory.path).value(), nullptr);
  directory.Write("rec_1", "a file");
  directory.Write("other/x", "");
  EXPECT_EQ(OpenNas(directory.path).value(), nullptr);
  EXPECT_EQ(OpenNas(directory.path / "rec_1").value(), nullptr);
}

TEST(OpenNas, NeverTakesADirectoryForAnAbsentFile) {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path / "rec_1/participant.txt");
  std::filesystem::create_directories(directory.path / "rec_2");
  const auto nas = OpenNas(directory.path).value();
  EXPECT_EQ(nas->Get("rec_1/participant.txt").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(nas->Head("rec_1/participant.txt").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(nas->Get("rec_2/participant.txt").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace ursa::cli
