#include "store/put_if_absent.h"

#include <gmock/gmock.h>

#include <memory>

#include "store/fault_injecting.h"
#include "store/memory.h"

namespace ursa::store {
namespace {

// Time passes by sleeping.
class SleepingClock final : public Clock {
 public:
  TimeNs Now() override { return TimeNs{std::chrono::seconds{1'778'300'000}}; }
  Nanoseconds Steady() override { return slept; }
  void Sleep(Nanoseconds duration, std::stop_token) override { slept += duration; }
  Nanoseconds slept{0};
};

class PutIfAbsentTest : public testing::Test {
 protected:
  Result<PutOutcome> Put(bool patiently = true) {
    const auto is_ours = [&]() -> Result<bool> {
      URSA_TRY(const Object object, failing_.Get("k"));
      return object.bytes == "mine";
    };
    std::optional<Patience> patience;
    if (patiently) {
      patience.emplace(
          Patience{std::chrono::seconds{30}, stop_.get_token(), clock_, SystemRandom()});
    }
    return PutIfAbsent(failing_, "k", "mine", is_ours, patience);
  }

  // The first `count` puts end so; with `arrives` the object is there all the same.
  void FailPuts(size_t count, ErrorCode code, bool arrives = false) {
    failing_.SetFailAfterPut(arrives);
    failing_.SetRule([count, code, puts = std::make_shared<size_t>(0)](
                         size_t, const StoreCall& call) -> std::optional<Error> {
      const bool fails = call.kind == StoreCall::Kind::kPut && (*puts)++ < count;
      return fails ? std::optional(Error{code, "the put failed", {}, {}}) : std::nullopt;
    });
  }

  size_t Puts() const {
    size_t puts = 0;
    for (const StoreCall& call : failing_.Calls()) {
      puts += call.kind == StoreCall::Kind::kPut ? 1 : 0;
    }
    return puts;
  }

  SleepingClock clock_;
  std::stop_source stop_;
  MemoryStore memory_{clock_};
  FaultInjectingStore failing_{memory_};
};

TEST_F(PutIfAbsentTest, GoesOnUntilTheServiceTakesIt) {
  for (const ErrorCode code : {ErrorCode::kThrottled, ErrorCode::kUnknownOutcome}) {
    FailPuts(3, code);
    EXPECT_EQ(Put(), PutOutcome::kDone);
    EXPECT_EQ(memory_.Get("k")->bytes, "mine");
    ASSERT_TRUE(memory_.Delete("k"));
  }
  EXPECT_EQ(Puts(), 8U);
}

TEST_F(PutIfAbsentTest, EndsWhenItsTimeIsOverAndSaysWhatItKnows) {
  FailPuts(1000, ErrorCode::kThrottled);
  EXPECT_EQ(Put().error().code, ErrorCode::kThrottled);
  EXPECT_GE(clock_.slept, std::chrono::seconds{30});
  clock_.slept = {};
  FailPuts(1000, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(Put().error().code, ErrorCode::kUnknownOutcome);
}

TEST_F(PutIfAbsentTest, StaysUnknownWhatAnEarlierAttemptLeftOpen) {
  int puts = 0;
  failing_.SetRule([&](size_t, const StoreCall& call) -> std::optional<Error> {
    if (call.kind != StoreCall::Kind::kPut) {
      return std::nullopt;
    }
    return Error{puts++ == 0 ? ErrorCode::kUnknownOutcome : ErrorCode::kDenied, "no", {}, {}};
  });
  EXPECT_EQ(Put().error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(Puts(), 2U);
}

TEST_F(PutIfAbsentTest, PutsNothingAgainThatNeverCanBePut) {
  for (const ErrorCode code : {ErrorCode::kDenied, ErrorCode::kUnavailable, ErrorCode::kInvalid}) {
    failing_.ForgetCalls();
    FailPuts(1000, code);
    EXPECT_EQ(Put().error().code, code);
    EXPECT_EQ(Puts(), 1U);
  }
}

TEST_F(PutIfAbsentTest, PutsNothingAgainWhereItCanNotBeReadBackOrAfterAStop) {
  failing_.SetRule([](size_t, const StoreCall& call) -> std::optional<Error> {
    return Error{
        call.kind == StoreCall::Kind::kPut ? ErrorCode::kUnknownOutcome : ErrorCode::kUnavailable,
        "no",
        {},
        {}};
  });
  EXPECT_EQ(Put().error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(Puts(), 1U);
  failing_.ForgetCalls();
  stop_.request_stop();
  FailPuts(1000, ErrorCode::kThrottled);
  EXPECT_EQ(Put().error().code, ErrorCode::kThrottled);
  EXPECT_EQ(Puts(), 1U);
}

TEST_F(PutIfAbsentTest, IsOneAttemptWithoutPatience) {
  FailPuts(1, ErrorCode::kThrottled);
  EXPECT_EQ(Put(false).error().code, ErrorCode::kThrottled);
  EXPECT_EQ(Puts(), 1U);
}

}  // namespace
}  // namespace ursa::store
