// When a recording counts as arrived: nothing came for a while, by the clock of its bucket.
#pragma once

#include "base/time.h"

namespace ursa::maintenance {

struct QuietTime {
  Nanoseconds length{std::chrono::minutes{60}};
  Nanoseconds clock_ahead{0};  // this machine's clock, of the bucket's

  // Whether what was written at `modified` is so new that more may come; `now` is this machine's.
  // The bucket's clock is known to the second only: without a quiet time no age is asked for.
  [[nodiscard]] bool IsTooYoung(TimeNs modified, TimeNs now) const {
    return length > Nanoseconds{0} && modified > SaturatingAdd(BucketTime(now), -length);
  }
  [[nodiscard]] TimeNs BucketTime(TimeNs now) const { return SaturatingAdd(now, -clock_ahead); }
};

}  // namespace ursa::maintenance
