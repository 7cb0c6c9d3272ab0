#include "cli/exit_code.h"

#include <gtest/gtest.h>

namespace ursa::cli {
namespace {

// commands.md, "Exit codes".
TEST(ExitCodeOf, IsTwoForARefusal) { EXPECT_EQ(ToInt(ExitCodeOf(ErrorCode::kRefused)), 2); }

TEST(ExitCodeOf, IsThreeForWrongUsageOrConfiguration) {
  EXPECT_EQ(ToInt(ExitCodeOf(ErrorCode::kUsage)), 3);
}

TEST(ExitCodeOf, IsFourForEverythingThatTheStoreOrTheCatalogDid) {
  for (const ErrorCode code :
       {ErrorCode::kNotFound, ErrorCode::kPreconditionFailed, ErrorCode::kAlreadyExists,
        ErrorCode::kDenied, ErrorCode::kThrottled, ErrorCode::kUnavailable,
        ErrorCode::kUnknownOutcome, ErrorCode::kCorrupt, ErrorCode::kUnsupported,
        ErrorCode::kInvalid, ErrorCode::kConflict}) {
    EXPECT_EQ(ToInt(ExitCodeOf(code)), 4) << ErrorCodeName(code);
  }
}

TEST(ExitCodeOf, Is130ForAnInterruption) {
  EXPECT_EQ(ToInt(ExitCodeOf(ErrorCode::kInterrupted)), 130);
}

TEST(NeedsPerson, HoldsForTheRowsThatTheTableOfExitCodesNames) {
  for (const char* word : {"read_failed", "unreadable", "failed", "timeout", "stale_lock",
                           "changed_since_plan", "dropped", "refused"}) {
    EXPECT_TRUE(NeedsPerson(word)) << word;
  }
}

TEST(NeedsPerson, HoldsForNothingElse) {
  for (const char* word : {"", "update", "flag", "indeterminate", "still_arriving", "unchanged",
                           "skipped", "deferred", "underivable", "out_of_window", "failed "}) {
    EXPECT_FALSE(NeedsPerson(word)) << word;
  }
}

}  // namespace
}  // namespace ursa::cli
