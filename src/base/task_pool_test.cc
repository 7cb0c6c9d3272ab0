#include "base/task_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <numeric>
#include <thread>
#include <vector>

namespace ursa {
namespace {

using namespace std::chrono_literals;

// Tasks 0 .. count - 1, all available from the beginning.
std::function<std::optional<PoolTask>()> Tasks(size_t count, std::function<void(size_t)> work,
                                               std::function<Result<void>(size_t)> done) {
  return [=, taken = size_t{0}]() mutable -> std::optional<PoolTask> {
    if (taken == count) {
      return std::nullopt;
    }
    const size_t task = taken++;
    return PoolTask{[=] { work(task); }, [=] { return done(task); }};
  };
}

TEST(TaskPool, RunsEveryTaskOnce) {
  std::vector<std::atomic<int>> worked(200);
  std::vector<int> done(200);
  ASSERT_TRUE(RunTasks({4, {}}, Tasks(
                                    200, [&](size_t i) { ++worked[i]; },
                                    [&](size_t i) -> Result<void> {
                                      ++done[i];
                                      return {};
                                    })));
  for (size_t i = 0; i < worked.size(); ++i) {
    EXPECT_EQ(worked[i], 1);
    EXPECT_EQ(done[i], 1);
  }
}

TEST(TaskPool, OneTaskThatStallsBlocksNothing) {
  std::latch others(9);
  size_t finished_before_stalled = 0;
  size_t finished = 0;
  ASSERT_TRUE(RunTasks({2, {}}, Tasks(
                                    10,
                                    [&](size_t i) {
                                      if (i == 0) {
                                        others.wait();
                                      } else {
                                        others.count_down();
                                      }
                                    },
                                    [&](size_t i) -> Result<void> {
                                      if (i == 0) {
                                        finished_before_stalled = finished;
                                      }
                                      ++finished;
                                      return {};
                                    })));
  EXPECT_EQ(finished, 10U);
  EXPECT_GE(finished_before_stalled, 8U);
}

TEST(TaskPool, NeverRunsMoreThanJobsAtOnce) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  ASSERT_TRUE(RunTasks({3, {}}, Tasks(
                                    60,
                                    [&](size_t) {
                                      const int now = ++running;
                                      int before = most;
                                      while (before < now &&
                                             !most.compare_exchange_weak(before, now)) {
                                      }
                                      std::this_thread::sleep_for(1ms);
                                      --running;
                                    },
                                    [](size_t) { return Result<void>(); })));
  EXPECT_LE(most, 3);
}

// Otherwise it would wait until the calling thread has looked at its result.
TEST(TaskPool, AThreadThatIsDoneHasItsNextTaskAtHand) {
  std::latch second_works(1);
  ASSERT_TRUE(RunTasks({1, {}}, Tasks(
                                    2,
                                    [&](size_t i) {
                                      if (i == 1) {
                                        second_works.count_down();
                                      }
                                    },
                                    [&](size_t i) -> Result<void> {
                                      if (i == 0) {
                                        second_works.wait();
                                      }
                                      return {};
                                    })));
}

TEST(TaskPool, AsksAgainForTasksThatAResultBringsAbout) {
  int left = 5;
  bool waiting = false;
  ASSERT_TRUE(RunTasks({2, {}}, [&]() -> std::optional<PoolTask> {
    if (left == 0 || waiting) {
      return std::nullopt;
    }
    waiting = true;
    return PoolTask{[] {},
                    [&]() -> Result<void> {
                      --left;
                      waiting = false;
                      return {};
                    }};
  }));
  EXPECT_EQ(left, 0);
}

TEST(TaskPool, TheFirstErrorEndsItAndNoResultOfRunningWorkIsLost) {
  std::atomic<int> worked{0};
  int done = 0;
  const auto result =
      RunTasks({4, {}}, Tasks(
                            1000, [&](size_t) { ++worked; },
                            [&](size_t i) -> Result<void> {
                              ++done;
                              return i == 3 ? Result<void>(Fail(ErrorCode::kCorrupt, "three"))
                                            : Result<void>();
                            }));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "three");
  EXPECT_EQ(done, worked);
  EXPECT_LT(worked, 1000);
}

TEST(TaskPool, StopEndsItWithInterrupted) {
  std::stop_source stop;
  int done = 0;
  const auto result = RunTasks({2, stop.get_token()}, Tasks(
                                                          1000, [](size_t) {},
                                                          [&](size_t) -> Result<void> {
                                                            if (++done == 5) {
                                                              stop.request_stop();
                                                            }
                                                            return {};
                                                          }));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInterrupted);
  EXPECT_LE(done, 9);  // those and what was at hand
}

TEST(TaskPool, RunsWorkBesideWhileEveryJobStalls) {
  std::atomic<int> worked_beside{0};
  int begun_beside = 0;
  ASSERT_TRUE(RunTasks({1, {}, 1ms},
                       Tasks(
                           1,
                           [&](size_t) {
                             while (worked_beside < 2) {
                               std::this_thread::yield();
                             }
                           },
                           [](size_t) { return Result<void>(); }),
                       {[&]() -> std::optional<PoolTask> {
                         if (begun_beside == 2) {
                           return std::nullopt;
                         }
                         ++begun_beside;
                         return PoolTask{[&] { ++worked_beside; }, [] { return Result<void>(); }};
                       }}));
  EXPECT_EQ(worked_beside, 2);
}

TEST(TaskPool, ALaneThatStallsBlocksNoOther) {
  std::atomic<bool> worked{false};
  const auto once = [](std::function<void()> work) {
    return Tasks(
        1, [=](size_t) { work(); }, [](size_t) { return Result<void>(); });
  };
  const auto stall = [&] {
    while (!worked) {
      std::this_thread::yield();
    }
  };
  ASSERT_TRUE(RunTasks({1, {}, 1ms}, once(stall), {once(stall), once([&] { worked = true; })}));
}

TEST(TaskPool, RunsOneTaskOfALaneAtATimeAndEndsWithTheLast) {
  std::atomic<int> running{0};
  int begun = 0;
  int done = 0;
  ASSERT_TRUE(RunTasks({4, {}}, [] { return std::optional<PoolTask>(); },
                       {[&]() -> std::optional<PoolTask> {
                         if (begun == 20) {
                           return std::nullopt;
                         }
                         ++begun;
                         return PoolTask{[&] {
                                           EXPECT_EQ(++running, 1);
                                           std::this_thread::yield();
                                           --running;
                                         },
                                         [&]() -> Result<void> {
                                           ++done;
                                           return {};
                                         }};
                       }}));
  EXPECT_EQ(done, 20);
}

TEST(TaskPool, AnErrorBesideEndsIt) {
  int begun = 0;
  const auto result = RunTasks(
      {1, {}},
      Tasks(
          1'000'000, [](size_t) {}, [](size_t) { return Result<void>(); }),
      {[&]() -> std::optional<PoolTask> {
        ++begun;
        return PoolTask{[] {}, [] { return Result<void>(Fail(ErrorCode::kCorrupt, "beside")); }};
      }});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "beside");
  EXPECT_EQ(begun, 1);
}

}  // namespace
}  // namespace ursa
