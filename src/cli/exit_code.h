// The exit codes, one table for every command. Source: commands.md, "Exit codes".
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"

namespace ursa::cli {

enum class ExitCode {
  kDone = 0,          // nothing wrong
  kNeedsPerson = 1,   // done; something needs a person
  kRefused = 2,       // before anything was written
  kUsage = 3,         // wrong usage or configuration
  kFailed = 4,        // the store or the catalog failed
  kInterrupted = 130  // safe to run again
};

// What the process returns.
constexpr int ToInt(ExitCode code) { return static_cast<int>(code); }

struct ExitCodeMeaning {
  ExitCode code;
  std::string_view meaning;
};
// Every code with its meaning, ascending.
std::span<const ExitCodeMeaning> ExitCodeMeanings();

// The exit code of a run that ended with an error.
ExitCode ExitCodeOf(ErrorCode code);

// True for a row's action or reason that needs a person, so that the run ends with 1:
// read_failed, unreadable, failed, timeout, stale_lock, changed_since_plan, dropped, refused.
bool NeedsPerson(std::string_view action_or_reason);

}  // namespace ursa::cli
