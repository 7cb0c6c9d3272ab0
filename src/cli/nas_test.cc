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

}  // namespace
}  // namespace ursa::cli
