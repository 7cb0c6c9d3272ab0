#include "delta/commit.h"

#include <gtest/gtest.h>

#include "delta/testing_log.h"
#include "store/fault_injecting.h"

namespace ursa::delta {
namespace {

using store::StoreCall;

constexpr std::string_view kOurs = "0f8fad5b-d9cb-469f-a165-70867728950e";

std::vector<Action> OurActions() {
  return {CommitInfo{R"({"txnId":")" + std::string(kOurs) + "\"}"},
          AddFile{"x", {}, 1, 1, true, std::nullopt}};
}

std::string EntryOf(const std::string& transaction_id) {
  return R"({"commitInfo":{"txnId":")" + transaction_id + "\"}}\n" + AddLine("y") + "\n";
}

class CommitTest : public LogTest {
 protected:
  CommitTest() { PutObject("00000000000000000000.json", EntryOf("the first")); }

  Result<CommitOutcome> Commit(store::ObjectStore& store) {
    return PutCommit(store, "t", 1, OurActions(), std::string(kOurs));
  }

  // Puts of entries end like this; Gets of them too, where `on_get` says so.
  void Fail(store::FaultInjectingStore& store, ErrorCode on_put,
            std::optional<ErrorCode> on_get = std::nullopt) {
    store.SetRule([on_put, on_get](size_t, const StoreCall& call) -> std::optional<Error> {
      if (call.kind == StoreCall::Kind::kPut) {
        return Error{on_put, "the put failed", {}, {}};
      }
      return on_get && call.kind == StoreCall::Kind::kGet
                 ? std::optional(Error{*on_get, "the get failed", {}, {}})
                 : std::nullopt;
    });
  }
};

TEST_F(CommitTest, PutsTheEntryWhereThereIsNone) {
  EXPECT_EQ(Commit(memory_), CommitOutcome::kCommitted);
  EXPECT_EQ(memory_.Get(CommitKey("t", 1))->bytes, SerializeCommit(OurActions()));
}

TEST_F(CommitTest, FollowsACheckpointWhoseEntryWasCleanedUp) {
  ASSERT_TRUE(memory_.Delete(CommitKey("t", 0)));
  PutObject("00000000000000000000.checkpoint.parquet", "x");
  EXPECT_EQ(Commit(memory_), CommitOutcome::kCommitted);
}

TEST_F(CommitTest, DoesNotMakeALogAnewThatIsGone) {
  ASSERT_TRUE(memory_.Delete(CommitKey("t", 0)));
  const auto outcome = Commit(memory_);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(memory_.Head(CommitKey("t", 1)).error().code, ErrorCode::kNotFound);
}

TEST_F(CommitTest, IsLostWhereAnotherWritersEntryIs) {
  PutObject("00000000000000000001.json", EntryOf("another"));
  EXPECT_EQ(Commit(memory_), CommitOutcome::kLost);
  EXPECT_EQ(memory_.Get(CommitKey("t", 1))->bytes, EntryOf("another"));
}

TEST_F(CommitTest, IsLostToAnEntryThatUrsaCanNotRead) {
  for (const std::string& entry : {std::string("not json"), std::string(R"({"commitInfo":7})"),
                                   AddLine("s3://b/x", R"(,"deletionVector":{})"),
                                   R"({"commitInfo":{"txnId":7}})"
                                   "\n" +
                                       // The id counts only where it stands.
                                       AddLine(std::string(kOurs))}) {
    PutObject("00000000000000000001.json", entry);
    EXPECT_EQ(Commit(memory_), CommitOutcome::kLost) << entry;
  }
}

TEST_F(CommitTest, HoldsWhereAnExistingEntryTurnsOutToBeOurs) {
  // NFS: the first link(2) succeeded and its answer got lost, so the client sent it again.
  store::FaultInjectingStore nfs(memory_);
  Fail(nfs, ErrorCode::kAlreadyExists);
  nfs.SetFailAfterPut(true);
  EXPECT_EQ(Commit(nfs), CommitOutcome::kCommitted);
}

TEST_F(CommitTest, OfUnknownOutcomeHoldsWhereTheEntryIsOurs) {
  store::FaultInjectingStore lossy(memory_);
  Fail(lossy, ErrorCode::kUnknownOutcome);
  lossy.SetFailAfterPut(true);
  EXPECT_EQ(Commit(lossy), CommitOutcome::kCommitted);
  EXPECT_EQ(lossy.Calls().size(), 3U);
}

TEST_F(CommitTest, OfUnknownOutcomeIsLostWhereTheEntryIsAnothers) {
  PutObject("00000000000000000001.json", EntryOf("another"));
  store::FaultInjectingStore lossy(memory_);
  Fail(lossy, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(Commit(lossy), CommitOutcome::kLost);
}

TEST_F(CommitTest, OfUnknownOutcomeStaysUnknownWhileThereIsNoEntry) {
  store::FaultInjectingStore lossy(memory_);
  Fail(lossy, ErrorCode::kUnknownOutcome);
  ExpectError(Commit(lossy), ErrorCode::kUnknownOutcome,
              "it is not known whether version 1 of t was committed");
  // The put is not sent a second time.
  EXPECT_EQ(lossy.Calls().size(), 3U);
}

TEST_F(CommitTest, StaysUnknownWhereTheEntryCanNotBeReadBack) {
  for (const ErrorCode on_put : {ErrorCode::kUnknownOutcome, ErrorCode::kAlreadyExists}) {
    store::FaultInjectingStore failing(memory_);
    Fail(failing, on_put, ErrorCode::kUnavailable);
    const auto outcome = Commit(failing);
    ExpectError(outcome, ErrorCode::kUnknownOutcome, "run the command again");
    EXPECT_THAT(outcome.error().message, testing::HasSubstr("the get failed"));
  }
}

TEST_F(CommitTest, FailsAsTheStoreSaysWhereNothingWasWritten) {
  for (const ErrorCode code :
       {ErrorCode::kDenied, ErrorCode::kUnavailable, ErrorCode::kThrottled}) {
    store::FaultInjectingStore failing(memory_);
    Fail(failing, code);
    ExpectError(Commit(failing), code, "committing version 1 of t");
    EXPECT_EQ(failing.Calls().size(), 2U);
  }
}

TEST_F(CommitTest, IsRefusedWhereItHoldsAnythingTwice) {
  const AddFile add{"x", {}, 1, 1, true, std::nullopt};
  const RemoveFile remove{"x", 1, true, {}, 1};
  const std::vector<std::pair<std::vector<Action>, std::string>> wrong = {
      {{add, add}, "action on the file x"},
      {{remove, remove}, "action on the file x"},
      {{remove, add}, "action on the file x"},
      {{Protocol{}, Protocol{}}, "protocol"},
      {{Metadata{}, Metadata{}}, "metaData"},
      {{CommitInfo{"{}"}}, "commitInfo"},
      {{Transaction{"a", 1, {}}, Transaction{"a", 2, {}}}, "txn of a"}};
  for (const auto& [more, part] : wrong) {
    std::vector<Action> actions{OurActions()[0]};
    actions.insert(actions.end(), more.begin(), more.end());
    ExpectError(PutCommit(memory_, "t", 1, actions, std::string(kOurs)), ErrorCode::kInvalid,
                "it holds more than one " + part);
  }
  EXPECT_FALSE(memory_.Head(CommitKey("t", 1)));
}

TEST_F(CommitTest, IsRefusedWhereItCouldNotBeToldFromAnothers) {
  for (const std::vector<Action>& actions :
       {std::vector<Action>{}, {CommitInfo{"not json"}}, {CommitInfo{R"({"txnId":"other"})"}}}) {
    ExpectError(PutCommit(memory_, "t", 1, actions, std::string(kOurs)), ErrorCode::kInvalid,
                "does not carry the txnId");
  }
  ExpectError(PutCommit(memory_, "t", 1, {CommitInfo{R"({"txnId":""})"}}, ""), ErrorCode::kInvalid,
              "does not carry the txnId");
}

TEST_F(CommitTest, IsRefusedForAVersionThatCanNotBe) {
  for (const int64_t version : {int64_t{-1}, INT64_MAX}) {
    ExpectError(PutCommit(memory_, "t", version, OurActions(), std::string(kOurs)),
                ErrorCode::kInvalid, "no such version");
  }
}

TEST(FindCommitInfo, PassesOverEveryOtherLine) {
  EXPECT_EQ(FindCommitInfo("not json\n{\"commitInfo\":{\"a\":1}}\n"), R"({"a":1})");
  EXPECT_EQ(FindCommitInfo("{\"add\":{\"path\":\"\\\"commitInfo\\\"\"}}"), "{}");
  EXPECT_EQ(FindCommitInfo("{\"commitInfo\":null}"), "{}");
  EXPECT_EQ(FindCommitInfo(""), "{}");
}

TEST(FindCommitInfo, NamesTheLineThatIsDamaged) {
  ExpectError(FindCommitInfo("\n{\"commitInfo\":{"), ErrorCode::kCorrupt, "line 2");
  ExpectError(FindCommitInfo("{\"commitInfo\":[]}"), ErrorCode::kCorrupt, "line 1");
}

TEST(CommitKey, IsTheVersionWithTwentyDigits) {
  EXPECT_EQ(CommitKey("lab/t", 7), "lab/t/_delta_log/00000000000000000007.json");
}

TEST_F(CommitTest, DoesNotBeginALogAnewWhereTheEntryBeforeIsGone) {
  ASSERT_TRUE(memory_.Delete("t/_delta_log/00000000000000000000.json"));
  EXPECT_EQ(Commit(memory_).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(memory_.Head(CommitKey("t", 1)));
}

}  // namespace
}  // namespace ursa::delta
