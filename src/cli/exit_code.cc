#include "cli/exit_code.h"

#include <algorithm>
#include <array>

namespace ursa::cli {

std::span<const ExitCodeMeaning> ExitCodeMeanings() {
  static constexpr std::array<ExitCodeMeaning, 6> kMeanings = {{
      {ExitCode::kDone, "Done; nothing wrong."},
      {ExitCode::kNeedsPerson, "Done; something needs a person."},
      {ExitCode::kRefused,
       "Refused before anything was written: a guard, a brake, a confirmation, a failed probe."},
      {ExitCode::kUsage, "Wrong usage or configuration."},
      {ExitCode::kFailed,
       "The store or the catalog failed; what had been committed stays, and is named."},
      {ExitCode::kInterrupted, "Interrupted; safe to run again."},
  }};
  return kMeanings;
}

ExitCode ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kRefused:
      return ExitCode::kRefused;
    case ErrorCode::kUsage:
      return ExitCode::kUsage;
    case ErrorCode::kInterrupted:
      return ExitCode::kInterrupted;
    case ErrorCode::kNotFound:
    case ErrorCode::kPreconditionFailed:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kDenied:
    case ErrorCode::kThrottled:
    case ErrorCode::kUnavailable:
    case ErrorCode::kUnknownOutcome:
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
    case ErrorCode::kInvalid:
    case ErrorCode::kConflict:
      return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

bool NeedsPerson(std::string_view action_or_reason) {
  static constexpr std::array<std::string_view, 8> kWords = {
      "read_failed", "unreadable",         "failed",  "timeout",
      "stale_lock",  "changed_since_plan", "dropped", "refused"};
  return std::find(kWords.begin(), kWords.end(), action_or_reason) != kWords.end();
}

}  // namespace ursa::cli
