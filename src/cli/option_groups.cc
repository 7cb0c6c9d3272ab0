#include "cli/option_groups.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace ursa::cli {
namespace {

constexpr uint64_t kShardsMax = 1'000'000;
constexpr uint64_t kCommitTimeoutSecondsMax = 86'400;

}  // namespace

Result<Shard> ParseShard(const std::string& text) {
  const auto wrong = [&text] {
    return Fail(
        ErrorCode::kUsage,
        fmt::format("'{}' is not I/N with I from 0 to N - 1 and N up to {}", text, kShardsMax));
  };
  const size_t slash = text.find('/');
  if (slash == std::string::npos) {
    return wrong();
  }
  const auto index = ParseWhole(text.substr(0, slash), {0, kShardsMax});
  const auto count = ParseWhole(text.substr(slash + 1), {1, kShardsMax});
  if (!index || !count || *index >= *count) {
    return wrong();
  }
  return Shard{*index, *count};
}

void AddCommitOptions(Options& options, CommitOptions& values, CommitOptionSet set) {
  options.Flag("--commit", "write; without it this is a dry run, which writes nothing",
               values.commit);
  if (set.guard) {
    options.Flag("--i-know-this-targets-prod", "needed by --commit on a production catalog",
                 values.targets_production);
  }
  options.Whole("--max-changes", "N", "refuse to commit more than N changes", values.max_changes);
  options.Whole("--commit-timeout-seconds", "S", "give up a commit that others keep overtaking",
                values.commit_timeout_seconds, {1, kCommitTimeoutSecondsMax});
  if (!set.plan) {
    return;
  }
  options.Value("--expect", "DIGEST", "commit only if changes_digest is still this one",
                [&values](const std::string& text) -> Result<void> {
                  if (!IsSha256Hex(text)) {
                    return Fail(ErrorCode::kUsage,
                                fmt::format("'{}' is no digest; give the 64 hex digits that the "
                                            "dry run showed as changes_digest",
                                            text));
                  }
                  values.expect = text;
                  return {};
                });
  options.Text("--plan-out", "FILE", "save the dry run's plan there, for ursa apply",
               values.plan_out);
  options.Exclude("--plan-out", "--commit");
}

void AddShardOption(Options& options, std::optional<Shard>& value) {
  options.Value("--shard", "I/N", "only the I-th of N parts of the recordings, from 0",
                [&value](const std::string& text) -> Result<void> {
                  URSA_TRY(value, ParseShard(text));
                  return {};
                });
}

void AddSinceOption(Options& options, std::optional<TimeNs>& value) {
  options.Time("--since", "DATE", "only recordings that started then or later (a date or a time)",
               value);
}

}  // namespace ursa::cli
