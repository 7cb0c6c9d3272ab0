#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "cli/fake_command.h"

namespace ursa::cli {
namespace {

using Kind = CommandLine::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

class CommandLineTest : public testing::Test {
 protected:
  CommandLine Parse(const std::string& text) { return ParseCommandLine(Words(text), fakes_.list); }

  // The message of a command line that has to be wrong.
  std::string WrongOf(const std::string& text) {
    const CommandLine line = Parse(text);
    EXPECT_EQ(line.kind, Kind::kWrong) << text;
    EXPECT_EQ(line.error.code, ErrorCode::kUsage) << text;
    return line.error.message;
  }

  FakeCommands fakes_;
};

// commands.md, introduction: global options may also follow the command.
TEST_F(CommandLineTest, TakesGlobalOptionsBeforeTheCommand) {
  const CommandLine line = Parse(
      "--config c.toml --profile r2 --json --jobs 4 --log-file run.log --no-progress "
      "--color never --top 7 fix-durations-inplace --skip-raw-gone");
  ASSERT_EQ(line.kind, Kind::kRun) << line.error.message;
  EXPECT_EQ(line.command, fakes_.fix);
  EXPECT_EQ(line.globals.config, "c.toml");
  EXPECT_EQ(line.globals.profile, "r2");
  EXPECT_TRUE(line.globals.json);
  EXPECT_EQ(line.globals.jobs, 4U);
  EXPECT_EQ(line.globals.log_file, "run.log");
  EXPECT_TRUE(line.globals.no_progress);
  EXPECT_EQ(line.globals.color, ColorWhen::kNever);
  EXPECT_EQ(line.globals.top, 7U);
  EXPECT_TRUE(fakes_.fix->skip_raw_gone);
}

TEST_F(CommandLineTest, TakesGlobalOptionsBehindTheCommand) {
  const CommandLine line = Parse("fix-durations-inplace --profile r2 --commit --json --top=3");
  ASSERT_EQ(line.kind, Kind::kRun) << line.error.message;
  EXPECT_EQ(line.globals.profile, "r2");
  EXPECT_TRUE(line.globals.json);
  EXPECT_EQ(line.globals.top, 3U);
  EXPECT_TRUE(fakes_.fix->commit.commit);
}

TEST_F(CommandLineTest, TakesGlobalOptionsBehindACommandOfAGroup) {
  const CommandLine line = Parse("catalog show recordings --profile r2");
  ASSERT_EQ(line.kind, Kind::kRun) << line.error.message;
  EXPECT_EQ(line.command, fakes_.show);
  EXPECT_EQ(line.globals.profile, "r2");
}

TEST_F(CommandLineTest, HasFiftyRowsAndNoOtherDefaults) {
  const CommandLine line = Parse("fix-durations-inplace");
  EXPECT_EQ(line.globals.top, 50U);
  EXPECT_EQ(line.globals.color, ColorWhen::kAuto);
  EXPECT_FALSE(line.globals.profile.has_value());
  EXPECT_FALSE(line.globals.json);
  EXPECT_EQ(fakes_.fix->min_delta_seconds, 60.0);
  EXPECT_EQ(fakes_.fix->commit.commit_timeout_seconds, 120U);
}

// commands.md, introduction: fix_durations_inplace and fix_durations_inplace.py are accepted.
TEST_F(CommandLineTest, FindsAMaintenanceCommandByItsScriptsName) {
  for (const char* name :
       {"fix-durations-inplace", "fix_durations_inplace", "fix_durations_inplace.py"}) {
    const CommandLine line = Parse(name);
    EXPECT_EQ(line.kind, Kind::kRun) << name;
    EXPECT_EQ(line.command, fakes_.fix) << name;
  }
}

TEST_F(CommandLineTest, FindsNoOtherCommandByAScriptsName) {
  EXPECT_THAT(WrongOf("ingest.py"), StartsWith("unknown command 'ingest.py'; did you mean "
                                               "'ingest'?"));
}

// commands.md, introduction: nothing is matched by prefix.
TEST_F(CommandLineTest, MatchesNothingByPrefix) {
  EXPECT_THAT(WrongOf("fix-durations"), StartsWith("unknown command 'fix-durations'; did you mean "
                                                   "'fix-durations-inplace'?"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --comm"), StartsWith("unknown option '--comm'"));
}

TEST_F(CommandLineTest, SuggestsACommandForAnUnknownOne) {
  EXPECT_THAT(WrongOf("fix_duration_inplace.py --commit"),
              StartsWith("unknown command 'fix_duration_inplace.py'; did you mean "
                         "'fix-durations-inplace'?"));
  EXPECT_THAT(WrongOf("histroy"), Not(HasSubstr("did you mean")));
  EXPECT_THAT(WrongOf("history"), HasSubstr("did you mean 'catalog history'?"));
  EXPECT_THAT(WrongOf("catalog shwo"),
              StartsWith("unknown command 'catalog shwo'; did you mean 'catalog show'?"));
  EXPECT_THAT(WrongOf("catalogue"), HasSubstr("did you mean 'catalog'?"));
}

TEST_F(CommandLineTest, SuggestsAnOptionForAnUnknownOne) {
  EXPECT_THAT(WrongOf("fix-durations-inplace --comit"),
              StartsWith("unknown option '--comit'; did you mean '--commit'?"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --porfile=r2"),
              StartsWith("unknown option '--porfile'; did you mean '--profile'?"));
  EXPECT_THAT(WrongOf("--porfile fix-durations-inplace"), HasSubstr("'--profile'"));
}

TEST_F(CommandLineTest, NamesTheUnknownWordRatherThanWhatItLeavesMissing) {
  EXPECT_THAT(WrongOf("ingest rec_1 --day 3"), HasSubstr("did you mean '--days'?"));
  EXPECT_THAT(WrongOf("nonsense --help"), HasSubstr("unknown command 'nonsense'"));
}

TEST_F(CommandLineTest, SaysWhereTheHelpIs) {
  EXPECT_THAT(WrongOf("nonsense"), HasSubstr("see ursa --help"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --nonsense"),
              HasSubstr("see ursa fix-durations-inplace --help"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --top x"),
              HasSubstr("see ursa fix-durations-inplace --help"));
}

TEST_F(CommandLineTest, RefusesAnArgumentThatNobodyWants) {
  EXPECT_THAT(WrongOf("fix-durations-inplace rec_1"),
              StartsWith("'rec_1' is one argument too many"));
}

TEST_F(CommandLineTest, TakesACommandsNameAsAnArgument) {
  const CommandLine line = Parse("catalog show ingest");
  ASSERT_EQ(line.kind, Kind::kRun) << line.error.message;
  EXPECT_EQ(fakes_.show->table, "ingest");
}

TEST_F(CommandLineTest, ReadsArgumentsInTheirOrder) {
  ASSERT_EQ(Parse("catalog show recordings 2026-05-07 --format csv").kind, Kind::kRun);
  EXPECT_EQ(fakes_.show->table, "recordings");
  EXPECT_EQ(fakes_.show->since, "2026-05-07");
  EXPECT_EQ(fakes_.show->format, "csv");
  ASSERT_EQ(Parse("ingest --days 3 rec_1 rec_2 --commit rec_3").kind, Kind::kRun);
  EXPECT_THAT(fakes_.ingest->recordings, ElementsAre("rec_1", "rec_2", "rec_3"));
}

TEST_F(CommandLineTest, NamesAnArgumentOrOptionThatIsMissing) {
  EXPECT_THAT(WrongOf("catalog show"), HasSubstr("TABLE"));
  EXPECT_THAT(WrongOf("ingest --days 3"), HasSubstr("RECORDING_ID"));
  EXPECT_THAT(WrongOf("ingest rec_1"), HasSubstr("--days"));
}

TEST_F(CommandLineTest, ReadsARepeatedOptionOneValueAtATime) {
  ASSERT_EQ(Parse("fix-durations-inplace --recording rec_1 --recording=rec_2").kind, Kind::kRun);
  EXPECT_THAT(fakes_.fix->recordings, ElementsAre("rec_1", "rec_2"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --recording rec_1 rec_2"), HasSubstr("'rec_2'"));
}

TEST_F(CommandLineTest, RefusesAnOptionWithTwoValues) {
  EXPECT_THAT(WrongOf("--profile a fix-durations-inplace --profile b"), HasSubstr("--profile"));
}

TEST_F(CommandLineTest, NamesTheOptionWhoseValueIsWrong) {
  EXPECT_THAT(WrongOf("fix-durations-inplace --max-indeterminate -1"),
              StartsWith("--max-indeterminate: '-1' is not a whole number"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --min-delta-seconds x"),
              StartsWith("--min-delta-seconds: 'x' is not a number"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --jobs 0"), StartsWith("--jobs: 0 is not in 1 to"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --color atuo"),
              StartsWith("--color: 'atuo' is none of auto, always, never; did you mean 'auto'?"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --since 07.05.2026"), StartsWith("--since: "));
  EXPECT_THAT(WrongOf("fix-durations-inplace --shard 4/4"), StartsWith("--shard: "));
  EXPECT_THAT(WrongOf("fix-durations-inplace --expect abc"), StartsWith("--expect: 'abc'"));
  EXPECT_THAT(WrongOf("fix-durations-inplace --profile"), HasSubstr("--profile"));
}

TEST_F(CommandLineTest, DoesNotTakeAFlagForAValueThatIsMissing) {
  EXPECT_THAT(WrongOf("fix-durations-inplace --plan-out --commit"), StartsWith("--plan-out: "));
  EXPECT_THAT(WrongOf("fix-durations-inplace --plan-out= --commit"),
              StartsWith("--plan-out: the value is empty"));
  EXPECT_EQ(ParseCommandLine({"fix-durations-inplace", "--profile", ""}, fakes_.list).kind,
            Kind::kWrong);
}

TEST_F(CommandLineTest, TakesNoValueForAFlag) {
  EXPECT_THAT(WrongOf("fix-durations-inplace --commit=false"),
              StartsWith("--commit takes no value, and '--commit=false' gives it one"));
  EXPECT_THAT(WrongOf("--json=1 fix-durations-inplace"), StartsWith("--json takes no value"));
}

// commands.md, "Plans, guards, undo": --plan-out goes not with --commit.
TEST_F(CommandLineTest, RefusesPlanOutWithCommit) {
  const std::string message = WrongOf("fix-durations-inplace --plan-out p.jsonl --commit");
  EXPECT_THAT(message, HasSubstr("--plan-out"));
  EXPECT_THAT(message, HasSubstr("--commit"));
}

TEST_F(CommandLineTest, ReadsTheCommitOptions) {
  const std::string digest(64, 'a');
  const CommandLine line =
      Parse("fix-durations-inplace --commit --i-know-this-targets-prod --max-changes 5 --expect " +
            digest + " --commit-timeout-seconds 7 --shard 1/3 --since 2026-05-07");
  ASSERT_EQ(line.kind, Kind::kRun) << line.error.message;
  EXPECT_TRUE(fakes_.fix->commit.commit);
  EXPECT_TRUE(fakes_.fix->commit.targets_production);
  EXPECT_EQ(fakes_.fix->commit.max_changes, 5U);
  EXPECT_EQ(fakes_.fix->commit.expect, digest);
  EXPECT_EQ(fakes_.fix->commit.commit_timeout_seconds, 7U);
  ASSERT_TRUE(fakes_.fix->shard.has_value());
  EXPECT_EQ(fakes_.fix->shard->index, 1U);
  EXPECT_EQ(FormatTime(fakes_.fix->since.value()).substr(0, 10), "2026-05-07");
}

// commands.md: --plan-out and --expect are exit 3 for reconstruct-all-recent, and
// backfill-participants has a guard of its own.
TEST_F(CommandLineTest, RefusesCommitOptionsThatACommandDoesNotHave) {
  EXPECT_THAT(WrongOf("ingest rec_1 --days 1 --plan-out x"), HasSubstr("unknown option"));
  EXPECT_THAT(WrongOf("ingest rec_1 --days 1 --i-know-this-targets-prod"),
              HasSubstr("unknown option"));
}

TEST_F(CommandLineTest, ShowsTheHelpOfEverything) {
  const CommandLine line = Parse("--help");
  EXPECT_EQ(line.kind, Kind::kShow);
  for (const char* part : {"--config FILE", "--top N", "Maintenance:", "fix-durations-inplace",
                           "correct recording durations", "catalog", "the catalog itself"}) {
    EXPECT_THAT(line.text, HasSubstr(part));
  }
  EXPECT_THAT(line.text, Not(HasSubstr("fix_durations_inplace.py")));
}

TEST_F(CommandLineTest, ShowsTheHelpOfACommandWithItsExamples) {
  const CommandLine line = Parse("fix-durations-inplace --help");
  EXPECT_EQ(line.kind, Kind::kShow);
  for (const char* part :
       {"Derives every recording's end time again.", "ursa fix-durations-inplace",
        "--min-delta-seconds S", "(default 60)", "--shard I/N", "--plan-out FILE ",
        "Examples:", "  ursa fix-durations-inplace --profile r2\n", "see what would change"}) {
    EXPECT_THAT(line.text, HasSubstr(part));
  }
}

TEST_F(CommandLineTest, ShowsWhatIsRequired) {
  const CommandLine line = Parse("ingest --help");
  EXPECT_THAT(line.text, HasSubstr("Usage: ursa ingest [OPTIONS] RECORDING_ID..."));
  EXPECT_THAT(line.text, HasSubstr("--days N (required)"));
}

TEST_F(CommandLineTest, ShowsTheHelpOfAGroup) {
  for (const char* text : {"catalog --help", "catalog"}) {
    EXPECT_THAT(Parse(text).text, HasSubstr("history")) << text;
  }
  EXPECT_EQ(Parse("catalog --help").kind, Kind::kShow);
  EXPECT_EQ(Parse("catalog").kind, Kind::kNothing);
}

TEST_F(CommandLineTest, ShowsTheVersion) {
  const CommandLine line = Parse("--version");
  EXPECT_EQ(line.kind, Kind::kShow);
  EXPECT_THAT(line.text, testing::MatchesRegex("ursa [0-9]+[.][0-9]+[.][0-9]+\n"));
}

TEST_F(CommandLineTest, LetsACommandHaveAVersionOfItsOwn) {
  const CommandLine line = Parse("catalog show recordings --version 3");
  ASSERT_EQ(line.kind, Kind::kRun) << line.error.message;
  EXPECT_EQ(fakes_.show->version, "3");
}

TEST_F(CommandLineTest, ShowsTheHelpWhereNothingIsAskedFor) {
  const CommandLine line = Parse("");
  EXPECT_EQ(line.kind, Kind::kNothing);
  EXPECT_THAT(line.text, HasSubstr("Maintenance:"));
}

TEST_F(CommandLineTest, AnswersInJsonHoweverWrongTheRestIs) {
  EXPECT_TRUE(Parse("--top --json nonsense").globals.json);
  EXPECT_TRUE(Parse("fix-durations-inplace --nonsense --json").globals.json);
  EXPECT_EQ(Parse("fix-durations-inplace --nonsense --json").command, fakes_.fix);
}

TEST_F(CommandLineTest, AnswersInJsonWhereTheCommandWantsTo) {
  EXPECT_FALSE(Parse("catalog show recordings").globals.json);
  EXPECT_TRUE(Parse("catalog show recordings --format json").globals.json);
}

TEST_F(CommandLineTest, NamesACommandOfAGroupInKebabCase) {
  EXPECT_EQ(KebabName(*fakes_.show), "catalog-show");
}

// commands.md, "Output": --help of every command with examples.
class EveryCommandTest : public testing::TestWithParam<bool> {};

TEST_P(EveryCommandTest, IsDescribedAndHasExamplesThatParse) {
  FakeCommands fakes;
  CommandList list = GetParam() ? std::move(fakes.list) : AllCommands();
  std::set<std::string> names;
  for (const auto& command : list.commands) {
    const CommandInfo& info = command->info();
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.summary.empty()) << info.name;
    EXPECT_FALSE(info.description.empty()) << info.name;
    EXPECT_FALSE(info.examples.empty()) << info.name;
    const CommandLine help = ParseCommandLine(Words(info.name + " --help"), list);
    EXPECT_EQ(help.kind, Kind::kShow) << info.name;
  }
  EXPECT_EQ(ParseCommandLine({"--help"}, list).kind, Kind::kShow);
}

INSTANTIATE_TEST_SUITE_P(FakeAndReal, EveryCommandTest, testing::Bool());

}  // namespace
}  // namespace ursa::cli
