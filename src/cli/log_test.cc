#include "cli/log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

TEST(Log, AppendsALineWithTimeAndProcess) {
  const TemporaryDirectory directory;
  const auto file = directory.Write("run.log", "before\n");
  FakeClock clock;
  Result<Log> log = Log::Open(file, clock);
  ASSERT_TRUE(log.has_value());
  log->Write("catalog opened");
  EXPECT_EQ(ReadFile(file), "before\n2026-05-07T14:30:22.000000Z [" + std::to_string(getpid()) +
                                "] catalog opened\n");
}

TEST(Log, IsCreatedForItsOwnerOnly) {
  const TemporaryDirectory directory;
  FakeClock clock;
  ASSERT_TRUE(Log::Open(directory.path / "new.log", clock).has_value());
  struct stat status {};
  ASSERT_EQ(stat((directory.path / "new.log").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(Log, EscapesWhatComesFromOutside) {
  const TemporaryDirectory directory;
  FakeClock clock;
  Result<Log> log = Log::Open(directory.path / "run.log", clock);
  ASSERT_TRUE(log.has_value());
  log->Write("name\nforged line");
  EXPECT_NE(ReadFile(directory.path / "run.log").find("] name\\nforged line\n"), std::string::npos);
}

TEST(Log, NamesAFileThatCannotBeOpened) {
  const TemporaryDirectory directory;
  FakeClock clock;
  const Result<Log> log = Log::Open(directory.path / "no" / "run.log", clock);
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().code, ErrorCode::kUsage);
  EXPECT_NE(log.error().message.find("no/run.log"), std::string::npos);
}

TEST(Log, SaysWhyALineWasLost) {
  FakeClock clock;
  Result<Log> log = Log::Open("/dev/full", clock);
  ASSERT_TRUE(log.has_value());
  EXPECT_FALSE(log->Failure());
  log->Write("catalog opened");
  const Log moved = *std::move(log);
  ASSERT_TRUE(moved.Failure());
  EXPECT_NE(moved.Failure()->message.find("/dev/full"), std::string::npos);
  EXPECT_NE(moved.Failure()->message.find("No space left"), std::string::npos);
}

}  // namespace
}  // namespace ursa::cli
