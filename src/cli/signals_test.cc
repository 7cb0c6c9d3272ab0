#include "cli/signals.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace ursa::cli {
namespace {

// Waits as long as it takes: the test's own time limit ends what hangs.
void WaitForStop(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, token, [] { return false; });
}

int Nowhere() { return open("/dev/null", O_WRONLY | O_CLOEXEC); }

TEST(InterruptSignals, AsksToStopAtTheFirstCtrlC) {
  const InterruptSignals signals(Nowhere());
  EXPECT_FALSE(signals.Token().stop_requested());
  kill(getpid(), SIGINT);
  WaitForStop(signals.Token());
  EXPECT_TRUE(signals.Token().stop_requested());
}

TEST(InterruptSignals, AsksToStopWhenItIsTerminated) {
  const InterruptSignals signals(Nowhere());
  kill(getpid(), SIGTERM);
  WaitForStop(signals.Token());
  EXPECT_TRUE(signals.Token().stop_requested());
}

TEST(InterruptSignalsDeathTest, EndTheProcessWith130AtTheSecond) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const InterruptSignals signals(STDERR_FILENO);
        kill(getpid(), SIGINT);
        WaitForStop(signals.Token());
        for (;;) {
          usleep(100'000);
          kill(getpid(), SIGINT);
        }
      },
      testing::ExitedWithCode(130), "stopping");
}

TEST(InterruptSignalsDeathTest, TakeTwoOfOneMomentForOne) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const InterruptSignals signals(STDERR_FILENO);
        kill(getpid(), SIGINT);
        WaitForStop(signals.Token());
        kill(getpid(), SIGTERM);
        usleep(100'000);
        std::exit(7);
      },
      testing::ExitedWithCode(7), "stopping");
}

TEST(InterruptSignalsDeathTest, LeaveASignalAloneThatWasIgnoredBefore) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_IGN);
        const InterruptSignals signals(STDERR_FILENO);
        kill(getpid(), SIGINT);
        kill(getpid(), SIGINT);
        kill(getpid(), SIGTERM);
        WaitForStop(signals.Token());
        std::exit(7);
      },
      testing::ExitedWithCode(7), "stopping");
}

TEST(InterruptSignals, OneThatComesAtTheVeryEndKillsNobody) {
  // Which thread is quicker is chance: now and then the waiting one has ended before the signal.
  const int nowhere = Nowhere();
  for (int attempt = 0; attempt < 500; ++attempt) {
    const InterruptSignals signals(nowhere);
    kill(getpid(), SIGINT);
  }
}

TEST(InterruptSignals, GivesTheSignalsBack) {
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  { const InterruptSignals signals(Nowhere()); }
  sigset_t after;
  pthread_sigmask(SIG_BLOCK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
  EXPECT_EQ(sigismember(&after, SIGINT), 0);
}

}  // namespace
}  // namespace ursa::cli
