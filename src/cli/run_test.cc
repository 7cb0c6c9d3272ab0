#include "cli/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "cli/fake_command.h"
#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class RunTest : public testing::Test {
 protected:
  int Run(const std::vector<std::string>& arguments) {
    process_.arguments = arguments;
    const Process process = process_.Make();
    return cli::Run(process, fakes_.list);
  }

  // The last line of standard output, which has to be the only summary.
  Json Summary() const {
    std::istringstream lines(process_.out.text);
    int summaries = 0;
    Json last;
    for (std::string line; std::getline(lines, line);) {
      last = Json::parse(line, nullptr, false);
      summaries += last.value("record", "") == "summary" ? 1 : 0;
    }
    EXPECT_EQ(summaries, 1) << process_.out.text;
    EXPECT_EQ(last.value("record", ""), "summary");
    return last;
  }

  FakeProcess process_;
  FakeCommands fakes_;
};

TEST_F(RunTest, EndsWithZeroWhereNothingIsWrong) {
  EXPECT_EQ(Run({"fix-durations-inplace"}), 0);
  EXPECT_THAT(process_.err.text, IsEmpty());
}

TEST_F(RunTest, EndsWithOneWhereARowNeedsAPerson) {
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    invocation.report.Row({.values = {{"recording_id", "rec_1"}, {"action", "read_failed"}}});
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace"}), 1);
  EXPECT_EQ(process_.out.text, "recording  action\nrec_1      read_failed\n");
}

TEST_F(RunTest, EndsWithTwoWhereItIsRefused) {
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    invocation.report.Summary({{"examined", 3}});
    return Refuse("max_changes", "4 changes, and --max-changes is 3");
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--json"}), 2);
  const Json summary = Summary();
  EXPECT_EQ(summary["refused"], "max_changes");
  EXPECT_EQ(summary["message"], "4 changes, and --max-changes is 3");
  EXPECT_EQ(summary["examined"], 3);
  EXPECT_EQ(summary["command"], "fix-durations-inplace");
  EXPECT_EQ(process_.err.text, "ursa: refused (max_changes): 4 changes, and --max-changes is 3\n");
}

TEST_F(RunTest, EndsWithThreeForAnUnknownCommand) {
  EXPECT_EQ(Run({"fix-duration-inplace"}), 3);
  EXPECT_THAT(process_.err.text,
              StartsWith("ursa: error: unknown command 'fix-duration-inplace'; did you mean "
                         "'fix-durations-inplace'?"));
  EXPECT_THAT(process_.out.text, IsEmpty());
}

TEST_F(RunTest, EndsWithASummaryForAnUnknownCommand) {
  EXPECT_EQ(Run({"nonsense", "--json"}), 3);
  const Json summary = Summary();
  EXPECT_EQ(summary["error"]["code"], "usage");
  EXPECT_THAT(summary["error"]["message"].get<std::string>(), HasSubstr("'nonsense'"));
  EXPECT_TRUE(summary["command"].is_null());
}

TEST_F(RunTest, EndsWithASummaryForAWrongOption) {
  EXPECT_EQ(Run({"fix-durations-inplace", "--jobs", "x", "--json"}), 3);
  EXPECT_EQ(Summary()["command"], "fix-durations-inplace");
}

TEST_F(RunTest, EndsWithFourWhereTheStoreFails) {
  fakes_.fix->run = [](Invocation&) -> Result<void> {
    return Propagate({ErrorCode::kDenied, "permission denied", {}, {}}, "reading a/b");
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--json"}), 4);
  EXPECT_EQ(Summary()["error"]["code"], "denied");
  EXPECT_EQ(process_.err.text, "ursa: error: reading a/b: permission denied\n");
}

TEST_F(RunTest, EndsWith130WhereItIsInterrupted) {
  process_.stop.request_stop();
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    if (invocation.process.stop.stop_requested()) {
      return Fail(ErrorCode::kInterrupted, "stopped while reading");
    }
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--json"}), 130);
  EXPECT_EQ(Summary()["error"]["code"], "interrupted");
  EXPECT_THAT(process_.err.text, HasSubstr("safe to run this again"));
}

TEST_F(RunTest, EndsWithTheErrorEvenIfRowsNeedAPerson) {
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    invocation.report.Row({.values = {{"action", "failed"}}});
    return Fail(ErrorCode::kUnavailable, "unreachable");
  };
  EXPECT_EQ(Run({"fix-durations-inplace"}), 4);
}

TEST_F(RunTest, TellsOfAnExceptionAsOfAnyFailure) {
  fakes_.fix->run = [](Invocation&) -> Result<void> { throw std::runtime_error("surprise"); };
  EXPECT_EQ(Run({"fix-durations-inplace", "--json"}), 4);
  EXPECT_THAT(Summary()["error"]["message"].get<std::string>(), HasSubstr("surprise"));
}

// commands.md: `ursa` without a command is wrong usage, and shows the help.
TEST_F(RunTest, ShowsTheHelpWithoutACommandAndEndsWithThree) {
  EXPECT_EQ(Run({}), 3);
  EXPECT_THAT(process_.err.text, HasSubstr("Maintenance:"));
  EXPECT_THAT(process_.err.text, HasSubstr("ursa: error: no command given\n"));
  EXPECT_THAT(process_.out.text, IsEmpty());
}

TEST_F(RunTest, ShowsHelpAndVersionOnStandardOutput) {
  EXPECT_EQ(Run({"--version"}), 0);
  EXPECT_THAT(process_.out.text, testing::MatchesRegex("ursa [0-9.]+\n"));
  EXPECT_EQ(Run({"fix-durations-inplace", "--help"}), 0);
  EXPECT_THAT(process_.out.text, HasSubstr("--min-delta-seconds"));
  EXPECT_THAT(process_.err.text, IsEmpty());
}

TEST_F(RunTest, EscapesWhatAnErrorQuotes) {
  EXPECT_EQ(Run({"a\nb\x1b[2J"}), 3);
  EXPECT_THAT(process_.err.text, StartsWith("ursa: error: unknown command 'a\\nb\\u{1B}[2J'"));
}

TEST_F(RunTest, WritesOnlyJsonToStandardOutputWhereItIsAskedTo) {
  process_.terminal_columns = 80;
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    invocation.progress.Begin("reading", "recordings", 2);
    invocation.report.Row({.values = {{"action", "update"}}});
    invocation.OfferCommit(Environment::kStaging);
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--json"}), 0);
  EXPECT_EQ(Summary()["record_version"], 1);
  EXPECT_THAT(process_.out.text, Not(HasSubstr("reading")));
  EXPECT_THAT(process_.err.text, HasSubstr("reading: 0 of 2 recordings"));
}

TEST_F(RunTest, ShowsNoProgressWhereItIsNotWanted) {
  process_.terminal_columns = 80;
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    invocation.progress.Begin("reading", "recordings", 2);
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--no-progress"}), 0);
  EXPECT_THAT(process_.err.text, IsEmpty());
}

TEST_F(RunTest, ShowsAsManyRowsAsTopSays) {
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    for (int i = 0; i < 5; ++i) {
      invocation.report.Row({.values = {{"recording_id", i}, {"action", "update"}}});
    }
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--top", "1"}), 0);
  EXPECT_THAT(process_.out.text, HasSubstr("and 4 more\n"));
}

TEST_F(RunTest, ColorsAsTheFlagSays) {
  fakes_.fix->run = [](Invocation&) -> Result<void> {
    return Fail(ErrorCode::kUnavailable, "unreachable");
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--color", "always"}), 4);
  EXPECT_THAT(process_.err.text, StartsWith("\x1b[1;31mursa:\x1b[0m error: "));
}

TEST_F(RunTest, DoesNotEndAsASuccessWhereItsOutputWasLost) {
  process_.out.failure = Error{ErrorCode::kUnavailable, "no space", {}, {}};
  EXPECT_EQ(Run({"fix-durations-inplace"}), 4);
  EXPECT_EQ(process_.err.text, "ursa: error: no space\n");
}

TEST_F(RunTest, EndsAsItWouldHaveWhereThePersonWhoReadsItHasSeenEnough) {
  process_.out.reader_has_gone = true;
  EXPECT_EQ(Run({"fix-durations-inplace"}), 0);
  EXPECT_EQ(process_.err.text, "");
}

TEST_F(RunTest, DoesNotEndAsASuccessWhereAProgramGotItsDataInPart) {
  process_.out.reader_has_gone = true;
  EXPECT_EQ(Run({"fix-durations-inplace", "--json"}), 4);
  EXPECT_THAT(process_.err.text, HasSubstr("ended before the output did"));
}

TEST_F(RunTest, LogsItsCommandLineAndItsEnd) {
  const TemporaryDirectory directory;
  process_.working_directory = directory.path;
  EXPECT_EQ(Run({"fix-durations-inplace", "--log-file", "run.log"}), 0);
  const std::string log = ReadFile(directory.path / "run.log");
  EXPECT_THAT(log, HasSubstr(" begins: ursa fix-durations-inplace --log-file run.log\n"));
  EXPECT_THAT(log, HasSubstr("ends with exit code 0\n"));
}

TEST_F(RunTest, LogsACommandLineThatCanBePasted) {
  const TemporaryDirectory directory;
  process_.working_directory = directory.path;
  EXPECT_EQ(Run({"fix-durations-inplace", "--log-file", "it's\n.log"}), 0);
  EXPECT_THAT(ReadFile(directory.path / "it's\n.log"),
              HasSubstr(" begins: ursa fix-durations-inplace --log-file $'it\\047s\\012.log'\n"));
}

TEST_F(RunTest, DoesNotBeginWhereItsLogCannotBeWritten) {
  fakes_.fix->run = [](Invocation&) -> Result<void> {
    ADD_FAILURE() << "the command was run";
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--log-file", "/no/such/directory/run.log"}), 3);
  EXPECT_THAT(process_.err.text, HasSubstr("/no/such/directory/run.log"));
}

TEST_F(RunTest, DoesNotEndAsASuccessWhereItsLogWasLost) {
  EXPECT_EQ(Run({"fix-durations-inplace", "--log-file", "/dev/full"}), 4);
  EXPECT_THAT(process_.err.text, HasSubstr("--log-file: /dev/full could not be written"));
  // Once, however many lines were lost.
  EXPECT_EQ(process_.err.text.find("--log-file"), process_.err.text.rfind("--log-file"));
}

TEST_F(RunTest, KeepsTheExitCodeOfAFailureWhereItsLogWasLostToo) {
  fakes_.fix->run = [](Invocation&) -> Result<void> {
    return Fail(ErrorCode::kUsage, "wrong in itself");
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--log-file", "/dev/full"}), 3);
  EXPECT_THAT(process_.err.text, HasSubstr("wrong in itself"));
  EXPECT_THAT(process_.err.text, HasSubstr("--log-file: /dev/full"));
}

TEST_F(RunTest, OffersTheCommandLineThatCommits) {
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    invocation.OfferCommit(Environment::kProduction);
    return {};
  };
  EXPECT_EQ(Run({"--profile", "r2", "fix-durations-inplace"}), 0);
  EXPECT_EQ(process_.out.text,
            "Nothing was written. To commit:\n"
            "  ursa --profile r2 fix-durations-inplace --commit --i-know-this-targets-prod\n");
}

// It may be pasted where the variable is not set, and must not commit to another catalog there.
TEST_F(RunTest, OffersACommandLineThatNamesTheProfileOfTheEnvironment) {
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    invocation.OfferCommit(Environment::kStaging);
    return {};
  };
  process_.environment["URSA_PROFILE"] = "b";
  EXPECT_EQ(Run({"fix-durations-inplace"}), 0);
  EXPECT_THAT(process_.out.text, HasSubstr("  ursa --profile b fix-durations-inplace --commit\n"));
  process_.out.text.clear();
  EXPECT_EQ(Run({"fix-durations-inplace", "--profile", "a"}), 0);
  EXPECT_THAT(process_.out.text, HasSubstr("  ursa fix-durations-inplace --profile a --commit\n"));
}

// commands.md, "Configuration".
TEST_F(RunTest, MakesAnotherCommandLineThatNamesConfigurationAndProfile) {
  std::string line;
  fakes_.fix->run = [&](Invocation& invocation) -> Result<void> {
    Profile profile;
    profile.name = "b";
    line = invocation.CommandLine(profile, {"catalog", "flip", "my backup"});
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--config", "it's.toml"}), 0);
  EXPECT_EQ(line, "ursa --config 'it'\\''s.toml' --profile b catalog flip 'my backup'");
}

TEST_F(RunTest, OffersNoGuardOnStaging) {
  fakes_.fix->run = [](Invocation& invocation) -> Result<void> {
    invocation.OfferCommit(Environment::kStaging);
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace"}), 0);
  EXPECT_THAT(process_.out.text, HasSubstr("  ursa fix-durations-inplace --commit\n"));
}

// architecture.md, "Concurrency": --jobs is the number of cores on a directory, 32 on S3.
TEST_F(RunTest, DoesAsManyThingsAtOnceAsThePlaceAllows) {
  std::vector<size_t> jobs;
  fakes_.fix->run = [&](Invocation& invocation) -> Result<void> {
    Profile profile;
    profile.place = DirectoryPlace{};
    jobs.push_back(invocation.Jobs(profile));
    profile.place = S3Place{};
    jobs.push_back(invocation.Jobs(profile));
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace"}), 0);
  EXPECT_EQ(Run({"fix-durations-inplace", "--jobs", "7"}), 0);
  EXPECT_THAT(jobs, testing::ElementsAre(3, 32, 7, 7));
}

TEST_F(RunTest, LoadsTheProfileThatTheFlagsName) {
  const TemporaryDirectory directory;
  directory.Write("lab.toml", "[profile.a]\nroot = \"a\"\n[profile.b]\nroot = \"b\"\n");
  process_.working_directory = directory.path;
  std::string name;
  fakes_.fix->run = [&](Invocation& invocation) -> Result<void> {
    URSA_TRY(const Profile profile, invocation.LoadProfile());
    name = profile.name;
    return {};
  };
  EXPECT_EQ(Run({"fix-durations-inplace", "--config", "lab.toml", "--profile", "b"}), 0);
  EXPECT_EQ(name, "b");
}

}  // namespace
}  // namespace ursa::cli
