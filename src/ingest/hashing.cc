#include "ingest/hashing.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/digest.h"

namespace ursa::ingest {
namespace {

using Hashed = tl::expected<std::string, Problem>;

// Tries that move nothing, one after the other, before a read has failed.
constexpr int kFruitlessTriesMax = 8;
constexpr Nanoseconds kFirstPause = std::chrono::milliseconds{500};
constexpr Nanoseconds kLongestPause = std::chrono::seconds{20};

Nanoseconds AllowedTime(const ReadLimits& limits, uint64_t bytes) {
  constexpr double kLongest = 1e9;  // seconds
  const double seconds =
      limits.bytes_per_second_min == 0
          ? kLongest
          : static_cast<double>(bytes) / static_cast<double>(limits.bytes_per_second_min);
  return limits.base + Nanoseconds{static_cast<int64_t>(std::min(seconds, kLongest) * 1e9)};
}

double Seconds(Nanoseconds duration) { return static_cast<double>(duration.count()) / 1e9; }

// The reads of one object.
class Hashing {
 public:
  Hashing(const HashContext& context, const store::ObjectInfo& object, const ReadBudget& budget)
      : context_(context), object_(object), budget_(budget), moved_at_(context.clock.Steady()) {}

  Result<Hashed> Run() {
    int fruitless = 0;
    while (true) {
      const uint64_t before = offset_;
      const auto stream = Stream();
      if (problem_) {
        return Hashed(tl::unexpected(std::move(*problem_)));
      }
      if (context_.stop.stop_requested()) {
        return Fail(ErrorCode::kInterrupted, "interrupted");
      }
      if (stream || HasAll()) {
        return offset_ == object_.size_bytes
                   ? Hashed(digest_.HexDigest())
                   : Changed(fmt::format("it ended after {} of its {} bytes", offset_,
                                         object_.size_bytes));
      }
      fruitless = offset_ > before ? 0 : fruitless + 1;
      if (!MayTryAgain(stream.error(), fruitless)) {
        return Hashed(tl::unexpected(std::move(*problem_)));
      }
      Pause(fruitless);
    }
  }

 private:
  // A connection may break after the last byte, which leaves nothing to ask for.
  [[nodiscard]] bool HasAll() const { return offset_ > 0 && offset_ == object_.size_bytes; }

  Result<store::ObjectInfo> Stream() {
    // One plain GET; only what is left of a broken one is a range.
    const auto range = offset_ == 0 ? store::ByteRange::Whole()
                                    : store::ByteRange::From(offset_, object_.size_bytes - offset_);
    return context_.raw.GetStream(object_.key, range, object_.etag,
                                  [this](const store::ObjectPiece& piece) { return Take(piece); });
  }

  Result<void> Take(const store::ObjectPiece& piece) {
    if (context_.stop.stop_requested()) {
      return Fail(ErrorCode::kInterrupted, "interrupted");
    }
    if (piece.offset != offset_ || piece.object.size_bytes != object_.size_bytes) {
      return Fail(ErrorCode::kPreconditionFailed, "it is not what was listed");
    }
    if (!CheckTime()) {
      return Fail(ErrorCode::kUnavailable, "out of time");
    }
    moved_at_ = context_.clock.Steady();
    digest_.Update(piece.bytes);
    offset_ += piece.bytes.size();
    context_.progress.Advance(piece.bytes.size(), piece.bytes.size());
    return {};
  }

  bool CheckTime() {
    const Nanoseconds still = context_.clock.Steady() - moved_at_;
    if (still > budget_.Patience()) {
      problem_ = MakeProblem(code::kTimeout, object_.key,
                             fmt::format("nothing moved for {:.0f} s, after {} of its {} bytes",
                                         Seconds(still), offset_, object_.size_bytes));
    } else if (budget_.IsSpent()) {
      problem_ = MakeProblem(code::kTimeout, object_.key,
                             fmt::format("the recording's reads took {:.0f} s, more than {:.0f} s",
                                         Seconds(budget_.Spent()), Seconds(budget_.Allowed())));
    }
    return !problem_;
  }

  Result<Hashed> Changed(std::string message) {
    return Hashed(
        tl::unexpected(MakeProblem(code::kObjectChanged, object_.key, std::move(message))));
  }

  // Whether a read that broke is worth another try; else `problem_` says what it ended with.
  bool MayTryAgain(const Error& error, int fruitless) {
    if (error.code == ErrorCode::kPreconditionFailed || error.code == ErrorCode::kNotFound) {
      problem_ = MakeProblem(code::kObjectChanged, object_.key,
                             "it was changed or removed while it was read");
      return false;
    }
    const bool may_pass = error.code == ErrorCode::kUnavailable ||
                          error.code == ErrorCode::kThrottled || error.code == ErrorCode::kCorrupt;
    if (!may_pass || fruitless >= kFruitlessTriesMax) {
      problem_ = MakeProblem(code::kReadFailed, object_.key, error.ToString());
      return false;
    }
    return CheckTime();
  }

  // Full jitter, doubling with every try that moved nothing.
  void Pause(int fruitless) {
    const Nanoseconds longest =
        std::min({kFirstPause * (int64_t{1} << fruitless), kLongestPause, budget_.Patience()});
    const uint64_t jitter = context_.random.Next() % static_cast<uint64_t>(longest.count());
    context_.clock.Sleep(Nanoseconds{static_cast<int64_t>(jitter)}, context_.stop);
  }

  const HashContext& context_;
  const store::ObjectInfo& object_;
  const ReadBudget& budget_;
  Nanoseconds moved_at_;
  uint64_t offset_ = 0;
  Sha256 digest_;
  std::optional<Problem> problem_;
};

}  // namespace

ReadBudget::ReadBudget(Clock& clock, const ReadLimits& limits, uint64_t bytes)
    : clock_(clock), patience_(limits.base), allowed_(AllowedTime(limits, bytes)) {}

void ReadBudget::Begin() {
  const std::lock_guard lock(mutex_);
  if (running_++ == 0) {
    since_ = clock_.Steady();
  }
}

void ReadBudget::End() {
  const std::lock_guard lock(mutex_);
  if (--running_ == 0) {
    before_ += clock_.Steady() - since_;
  }
}

Nanoseconds ReadBudget::Spent() const {
  const std::lock_guard lock(mutex_);
  return running_ == 0 ? before_ : before_ + (clock_.Steady() - since_);
}

Result<Hashed> HashObject(const HashContext& context, const store::ObjectInfo& object,
                          ReadBudget& budget) {
  budget.Begin();
  auto hashed = Hashing(context, object, budget).Run();
  budget.End();
  return hashed;
}

}  // namespace ursa::ingest
