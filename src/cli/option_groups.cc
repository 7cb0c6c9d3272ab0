#include "cli/option_groups.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"

namespace ursa::cli {
namespace {

// About 30 years: far within int64 nanoseconds.
constexpr uint64_t kSecondsMax = 1'000'000'000;
constexpr uint64_t kCommitTimeoutSecondsMax = 86'400;

}  // namespace

Result<Nanoseconds> ParseSeconds(const std::string& text) {
  const auto wrong = [&text] {
    return Fail(
        ErrorCode::kUsage,
        fmt::format("'{}' is no number of seconds with at most nine digits after the point", text));
  };
  const size_t point = std::min(text.find('.'), text.size());
  const auto whole = ParseWhole(text.substr(0, point), {0, kSecondsMax});
  std::string fraction = point == text.size() ? "0" : text.substr(point + 1);
  if (!whole || fraction.empty() || fraction.size() > 9) {
    return wrong();
  }
  fraction.resize(9, '0');
  const auto nanoseconds = ParseWhole(fraction, {});
  if (!nanoseconds) {
    return wrong();
  }
  return std::chrono::seconds{*whole} + Nanoseconds{*nanoseconds};
}

void AddCommitOptions(Options& options, CommitOptions& values, CommitOptionSet set) {
  options.Flag("--commit", "write; without it this is a dry run, which writes nothing",
               values.commit);
  if (set.guard) {
    options.Flag("--i-know-this-targets-prod", "needed by --commit on a production catalog",
                 values.targets_production);
  }
  if (set.typed_guard) {
    options.Flag(
        "--confirm-prod",
        "needed to commit names to a production catalog; the assets bucket's name is asked "
        "for at the terminal",
        values.confirm_production);
  }
  options.Whole("--max-changes", "N", "refuse to commit more than N changes", values.max_changes);
  options.Whole("--commit-timeout-seconds", "S", "give up a commit that others keep overtaking",
                values.commit_timeout_seconds, {1, kCommitTimeoutSecondsMax});
  if (!set.plan) {
    return;
  }
  options.Value("--expect", "DIGEST", "commit only if changes_digest is still this one",
                [&values](const std::string& text) -> Result<void> {
                  std::string digest = text;
                  std::ranges::transform(digest, digest.begin(), [](char c) {
                    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
                  });
                  if (!IsSha256Hex(digest)) {
                    return Fail(ErrorCode::kUsage,
                                fmt::format("'{}' is no digest; give the 64 hex digits that the "
                                            "dry run showed as changes_digest",
                                            text));
                  }
                  values.expect = std::move(digest);
                  return {};
                });
  options.Text("--plan-out", "FILE", "save the dry run's plan there, for ursa apply",
               values.plan_out);
  options.Exclude("--plan-out", "--commit");
}

void AddShardOption(Options& options, std::optional<maintenance::Shard>& value) {
  options.Value("--shard", "I/N", "only the I-th of N parts of the recordings, from 0",
                [&value](const std::string& text) -> Result<void> {
                  URSA_TRY(value, maintenance::ParseShard(text));
                  return {};
                });
}

void AddSinceOption(Options& options, std::optional<TimeNs>& value) {
  options.Time("--since", "DATE", "only recordings that started then or later (a date or a time)",
               value);
}

}  // namespace ursa::cli
