// The time that a writer gives itself where others are faster. Included in this room only.
#pragma once

#include <stop_token>
#include <string>

#include "base/backoff.h"
#include "base/result.h"
#include "store/put_if_absent.h"

namespace ursa::delta {

// Not thread-safe; clock and random must live longer.
class LostRaces {
 public:
  LostRaces(Nanoseconds timeout, Clock& clock, Random& random, const std::stop_token& stop);

  // Waits after a lost race, before the next try. kConflict once the time is over, kInterrupted at
  // a stop; both say that nothing was written to the table.
  Result<void> Wait(const std::string& table_path);
  // The tries so far, with the one that is under way.
  [[nodiscard]] uint32_t Tries() const { return tries_; }
  // How long the entry of a try may be put.
  [[nodiscard]] const store::Patience& Patience() const { return patience_; }

 private:
  const store::Patience patience_;
  Backoff backoff_;
  uint32_t tries_ = 1;
};

}  // namespace ursa::delta
