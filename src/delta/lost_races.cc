#include "delta/lost_races.h"

namespace ursa::delta {
namespace {

constexpr Nanoseconds kFirstWait = std::chrono::milliseconds{4};
constexpr Nanoseconds kLongestWait = std::chrono::seconds{1};

}  // namespace

LostRaces::LostRaces(Nanoseconds timeout, Clock& clock, Random& random, const std::stop_token& stop)
    : patience_{clock.Steady() + timeout, stop, clock, random},
      backoff_(kFirstWait, kLongestWait, clock, random, stop) {}

Result<void> LostRaces::Wait(const std::string& table_path) {
  if (patience_.clock.Steady() >= patience_.deadline) {
    return Fail(ErrorCode::kConflict, "other writers were faster " + std::to_string(tries_) +
                                          " times within the time limit; nothing was written to " +
                                          table_path + ": run the command again");
  }
  ++tries_;
  return backoff_.Wait()
             ? Result<void>()
             : Fail(ErrorCode::kInterrupted, "interrupted before the commit; nothing was written");
}

}  // namespace ursa::delta
