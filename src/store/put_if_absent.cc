// The object itself decides, wherever it can be read:
//
//   put            object read back      outcome
//   done           -                     done
//   exists         ours                  done: on NFS a link(2) whose answer got lost is sent again
//                                        by the client, and then finds itself
//   exists         another's             taken: for good, ours can't arrive later
//   no answer      ours                  done
//   no answer      another's             taken
//   either         not there             unknown: "not there" means only "not there yet", as the
//                                        request may still be under way in a proxy or in the store.
//                                        So the very same bytes are put again: whichever of the two
//                                        arrives, it is ours, and the other one is refused
//   either         not read              unknown
//   throttled      -                     certainly not put, however often the store tried: put
//   again other failure  -                     that error, unless an attempt before it is unknown
//
// Nothing else is ever put again: other bytes at this key, or these at another one, could make two
// of one.

#include "store/put_if_absent.h"

#include <utility>

#include "base/backoff.h"

namespace ursa::store {
namespace {

constexpr Nanoseconds kFirstWait = std::chrono::milliseconds{200};
constexpr Nanoseconds kLongestWait = std::chrono::seconds{5};
constexpr int kAttemptsMax = 100;

// The waits before the attempts after the first. What the service asked for has been waited for by
// the store.
class Attempts {
 public:
  explicit Attempts(const std::optional<Patience>& patience) : patience_(patience) {
    if (patience) {
      backoff_.emplace(kFirstWait, kLongestWait, patience->clock, patience->random, patience->stop);
    }
  }
  // False where there is no further one.
  bool WaitForNext() {
    return backoff_ && ++attempts_ < kAttemptsMax &&
           patience_->clock.Steady() < patience_->deadline && backoff_->Wait();
  }

 private:
  const std::optional<Patience>& patience_;
  std::optional<Backoff> backoff_;
  int attempts_ = 0;
};

}  // namespace

Result<PutOutcome> PutIfAbsent(ObjectStore& store, std::string_view key, std::string_view bytes,
                               const std::function<Result<bool>()>& is_ours,
                               const std::optional<Patience>& patience, PutOrder order) {
  std::optional<Error> unknown;  // of an attempt that may still arrive
  Attempts attempts(patience);
  while (true) {
    auto put = order == PutOrder::kAhead ? store.PutAhead(key, bytes)
                                         : store.Put(key, bytes, PutCondition::kIfAbsent);
    if (put) {
      return PutOutcome::kDone;
    }
    Error error = std::move(put).error();
    const bool is_open =
        error.code == ErrorCode::kAlreadyExists || error.code == ErrorCode::kUnknownOutcome;
    bool may_put_again = error.code == ErrorCode::kThrottled;
    if (is_open) {
      const auto ours = is_ours();
      if (ours) {
        return *ours ? PutOutcome::kDone : PutOutcome::kTaken;
      }
      may_put_again = ours.error().code == ErrorCode::kNotFound;
      unknown = Error{
          ErrorCode::kUnknownOutcome, error.ToString() + "; " + ours.error().ToString(), {}, {}};
    }
    if (!may_put_again || !attempts.WaitForNext()) {
      return tl::unexpected(unknown ? *std::move(unknown) : std::move(error));
    }
  }
}

}  // namespace ursa::store
