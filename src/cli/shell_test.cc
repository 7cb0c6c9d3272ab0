#include "cli/shell.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdio>

#include "base/text.h"
#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

// What bash reads a quoted word as.
std::string ReadByBash(const std::string& quoted) {
  const TemporaryDirectory directory;
  const auto script = directory.Write("script", "printf %s " + quoted);
  FILE* pipe = popen(("bash " + script.string()).c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    text += static_cast<char>(c);
  }
  pclose(pipe);
  return text;
}

std::string CommitOf(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& flags,
                     const std::vector<std::string>& globals = {}) {
  FakeProcess fake;
  fake.arguments = arguments;
  return CommitCommandLine(fake.Make(), globals, flags);
}

TEST(ShellQuote, LeavesPlainWordsAlone) {
  EXPECT_EQ(ShellQuote("--min-delta-seconds=60"), "--min-delta-seconds=60");
  EXPECT_EQ(ShellQuote("/data/ursa.toml"), "/data/ursa.toml");
}

TEST(ShellQuote, QuotesWhatTheShellWouldRead) {
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("a b"), "'a b'");
  EXPECT_EQ(ShellQuote("$HOME;rm"), "'$HOME;rm'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuote("Zoë\\"), "'Zoë\\'");
}

TEST(ShellQuote, ShowsNothingThatCouldForgeALine) {
  EXPECT_EQ(ShellQuote("a\nb"), "$'a\\012b'");
  EXPECT_EQ(ShellQuote("\x1b[2J"), "$'\\033[2J'");
  EXPECT_EQ(ShellQuote("\u202E"), "$'\\342\\200\\256'");
  EXPECT_EQ(ShellQuote("\xFF"), "$'\\377'");
}

TEST(ShellQuote, IsReadByBashAsTheSameBytes) {
  EXPECT_TRUE(rc::check("quoting round-trips", [] {
    const auto word = *rc::gen::container<std::string>(rc::gen::nonZero<char>());
    RC_ASSERT(ReadByBash(ShellQuote(word)) == word);
  }));
}

// commands.md, "Output": a dry run ends with the exact command that commits it.
TEST(CommitCommandLine, IsTheRunsOwnWithTheFlagsBehindIt) {
  EXPECT_EQ(CommitOf({"--profile", "my lab", "fix-durations-inplace"},
                     {"--commit", "--i-know-this-targets-prod"}),
            "ursa --profile 'my lab' fix-durations-inplace --commit --i-know-this-targets-prod");
}

TEST(CommitCommandLine, DoesNotRepeatAFlagThatWasGiven) {
  EXPECT_EQ(CommitOf({"compact", "--i-know-this-targets-prod"},
                     {"--commit", "--i-know-this-targets-prod"}),
            "ursa compact --i-know-this-targets-prod --commit");
}

TEST(CommitCommandLine, BeginsWithWhatWasChosenOtherwise) {
  EXPECT_EQ(CommitOf({"compact"}, {"--commit"}, {"--profile", "my lab"}),
            "ursa --profile 'my lab' compact --commit");
}

TEST(CommitCommandLine, PutsFlagsBeforeTheEndOfOptions) {
  EXPECT_EQ(CommitOf({"ingest", "--", "--odd"}, {"--commit"}), "ursa ingest --commit -- --odd");
}

// commands.md, "Plans, guards, undo": --plan-out goes not with --commit.
TEST(CommitCommandLine, LeavesPlanOutAway) {
  EXPECT_EQ(CommitOf({"fix", "--plan-out", "p.jsonl", "--json"}, {"--commit"}),
            "ursa fix --json --commit");
  EXPECT_EQ(CommitOf({"fix", "--plan-out=p.jsonl"}, {"--commit"}), "ursa fix --commit");
}

}  // namespace
}  // namespace ursa::cli
