// Options that several commands have, with one meaning.
// Source: commands.md, "Plans, guards, undo".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "cli/options.h"
#include "maintenance/planning.h"

namespace ursa::cli {

// What a command that writes is told about its commit.
struct CommitOptions {
  bool commit = false;
  bool targets_production = false;  // --i-know-this-targets-prod
  bool confirm_production = false;  // --confirm-prod
  std::optional<uint64_t> max_changes;
  std::optional<std::string> expect;    // a changes_digest, 64 lower-case hex digits
  std::optional<std::string> plan_out;  // never with `commit`
  uint64_t commit_timeout_seconds = 120;
};

// Which of them a command does not have.
struct CommitOptionSet {
  bool guard = true;  // --i-know-this-targets-prod; backfill-participants has its own guard
  bool plan = true;   // --plan-out and --expect; reconstruct-all-recent has neither
  // --confirm-prod: the guard of backfill-participants, and so of what applies or restores its runs
  bool typed_guard = false;
};

// --commit, --i-know-this-targets-prod, --confirm-prod, --max-changes, --expect, --plan-out,
// --commit-timeout-seconds.
void AddCommitOptions(Options& options, CommitOptions& values, CommitOptionSet set = {});

// --shard I/N. None where it is not given.
void AddShardOption(Options& options, std::optional<maintenance::Shard>& value);

// --since DATE, a date or a time.
void AddSinceOption(Options& options, std::optional<TimeNs>& value);

// A decimal number of seconds, not negative, to the nanosecond; kUsage for anything else.
Result<Nanoseconds> ParseSeconds(const std::string& text);

}  // namespace ursa::cli
