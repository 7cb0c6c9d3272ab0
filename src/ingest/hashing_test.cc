#include "ingest/hashing.h"

#include "ingest/testing_bucket.h"
#include "store/fault_injecting.h"

namespace ursa::ingest {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kPiece = uint64_t{8} << 20;

Error Down() { return Error{ErrorCode::kUnavailable, "down", {}, {}}; }

class HashingTest : public BucketTest {
 protected:
  HashingTest() {
    bytes_.resize(2 * kPiece + 5);
    for (size_t i = 0; i < bytes_.size(); ++i) {
      bytes_[i] = static_cast<char>(i * 7 / 3);
    }
    Put("mic_0/m.wav", bytes_);
    object_ = raw_.Head(Key("mic_0/m.wav")).value();
  }

  auto Hash(ReadLimits limits = {}, std::stop_token stop = {}) {
    ReadBudget budget(clock_, limits, object_.size_bytes);
    NoProgress progress;
    return HashObject({faulty_, clock_, random_, progress, stop}, object_, budget);
  }
  void ExpectProblem(std::string_view code, ReadLimits limits = {}) {
    const auto hashed = Hash(limits);
    ASSERT_TRUE(hashed.has_value());
    ASSERT_FALSE(hashed->has_value());
    EXPECT_EQ(hashed->error().code, code) << hashed->error().message;
    EXPECT_EQ(hashed->error().key, object_.key);
  }
  // Each byte that was read, as often as it was.
  uint64_t BytesRead() {
    uint64_t bytes = 0;
    for (const store::StoreCall& call : faulty_.Calls()) {
      bytes += call.bytes;
    }
    return bytes;
  }

  std::string bytes_;
  store::ObjectInfo object_;
  store::FaultInjectingStore faulty_{raw_};
};

TEST_F(HashingTest, GivesTheDigestAndReadsEveryByteOnce) {
  EXPECT_EQ(Hash().value().value(), Sha256Hex(bytes_));
  EXPECT_EQ(BytesRead(), bytes_.size());
}

TEST_F(HashingTest, GoesOnWhereAConnectionBroke) {
  (void)Hash();
  const size_t calls = faulty_.Calls().size();
  for (size_t number = 1; number <= calls; ++number) {
    faulty_.ForgetCalls();
    faulty_.SetRule(store::FailOnce(number, Down()));
    EXPECT_EQ(Hash().value().value(), Sha256Hex(bytes_)) << "call " << number;
    EXPECT_EQ(BytesRead(), bytes_.size()) << "call " << number;
  }
}

TEST_F(HashingTest, GivesUpAReadThatBreaksAgainAndAgain) {
  faulty_.SetRule(store::FailFrom(2, Down()));
  ExpectProblem(code::kReadFailed);
}

TEST_F(HashingTest, DoesNotTryAgainWhatIsDenied) {
  faulty_.SetRule(store::FailFrom(1, Error{ErrorCode::kDenied, "denied", {}, {}}));
  ExpectProblem(code::kReadFailed);
  EXPECT_EQ(faulty_.Calls().size(), 1U);
}

TEST_F(HashingTest, NeverMixesTwoVersionsOfAnObject) {
  bool changed = false;
  faulty_.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kGet && !changed) {
      changed = true;
      return std::nullopt;
    }
    if (changed) {
      Put("mic_0/m.wav", std::string(bytes_.size(), 'x'));
    }
    return std::nullopt;
  });
  ExpectProblem(code::kObjectChanged);
}

TEST_F(HashingTest, SaysThatAnObjectIsGone) {
  ASSERT_TRUE(raw_.Delete(object_.key));
  ExpectProblem(code::kObjectChanged);
}

TEST_F(HashingTest, TimesOutWhereNothingMoves) {
  faulty_.SetRule([&](size_t number, const store::StoreCall&) -> std::optional<Error> {
    if (number == 3) {
      clock_.Sleep(61s, {});
    }
    return std::nullopt;
  });
  ExpectProblem(code::kTimeout, {60s, 1});
}

TEST_F(HashingTest, TimesOutWhereItIsTooSlow) {
  faulty_.SetRule([&](size_t, const store::StoreCall&) -> std::optional<Error> {
    clock_.Sleep(25s, {});
    return std::nullopt;
  });
  ExpectProblem(code::kTimeout, {60s, 1'000'000});
  faulty_.ForgetCalls();
  EXPECT_TRUE(Hash({60s, 100'000}).value().has_value());
}

TEST_F(HashingTest, CountsOnlyTheTimeInWhichItsOwnReadsRun) {
  ReadBudget budget(clock_, {60s, 1'000'000}, 1'000'000);
  EXPECT_EQ(budget.Allowed(), 61s);
  budget.Begin();
  clock_.Sleep(10s, {});
  budget.Begin();
  clock_.Sleep(10s, {});
  budget.End();
  budget.End();
  clock_.Sleep(1000s, {});
  EXPECT_GE(budget.Spent(), 20s);
  EXPECT_LT(budget.Spent(), 21s);
  EXPECT_FALSE(budget.IsSpent());
}

TEST_F(HashingTest, StopsWhenItIsToldTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto hashed = Hash({}, stop.get_token());
  ASSERT_FALSE(hashed);
  EXPECT_EQ(hashed.error().code, ErrorCode::kInterrupted);
}

TEST_F(HashingTest, GivesTheDigestOfNothing) {
  Put("mic_0/m.wav", "");
  object_ = raw_.Head(Key("mic_0/m.wav")).value();
  EXPECT_EQ(Hash().value().value(), Sha256Hex(""));
}

}  // namespace
}  // namespace ursa::ingest
