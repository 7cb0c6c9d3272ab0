#include "base/backoff.h"

#include <algorithm>
#include <utility>

namespace ursa {

Backoff::Backoff(Nanoseconds first, Nanoseconds longest, Clock& clock, Random& random,
                 std::stop_token stop)
    : bound_(std::min(first, longest)),
      longest_(longest),
      clock_(clock),
      random_(random),
      stop_(std::move(stop)) {}

bool Backoff::Wait(Nanoseconds at_least) {
  if (stop_.stop_requested()) {
    return false;
  }
  const auto part = random_.Next() % (static_cast<uint64_t>(bound_.count()) + 1);
  clock_.Sleep(at_least + Nanoseconds{static_cast<int64_t>(part)}, stop_);
  bound_ = bound_ > longest_ / 2 ? longest_ : bound_ * 2;
  return !stop_.stop_requested();
}

}  // namespace ursa
