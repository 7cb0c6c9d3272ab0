// completion and man: what a package of Ursa installs beside it. Source: commands.md, "Output".

#include "cli/all_commands.h"
#include "cli/completion.h"
#include "cli/man_page.h"

namespace ursa::cli {
namespace {

class Completion final : public Command {
 public:
  Completion()
      : Command({.name = "completion",
                 .section = CommandSection::kLaboratory,
                 .summary = "print a script that completes command lines in a shell",
                 .description = "Prints the script for bash, zsh or fish. It is made from the\n"
                                "commands that this program has, and runs nothing of it.",
                 .examples = {{"In this bash",
                               "completion bash > ~/.ursa-completion; "
                               "source ~/.ursa-completion"}}}) {}

  void Configure(Options& options) override {
    options.Argument("SHELL", "bash, zsh or fish", shell_);
  }

  Result<void> Run(Invocation& invocation) override {
    if (invocation.globals.json) {
      return Fail(ErrorCode::kUsage, "a completion script is no JSON: leave --json out");
    }
    Shell shell = Shell::kBash;
    if (shell_ == "zsh") {
      shell = Shell::kZsh;
    } else if (shell_ == "fish") {
      shell = Shell::kFish;
    } else if (shell_ != "bash") {
      return Fail(ErrorCode::kUsage,
                  "there is no completion for '" + shell_ + "', only for bash, zsh and fish");
    }
    CommandList list = AllCommands();
    invocation.process.out.output.Write(CompletionScript(shell, DescribeProgram(list)));
    return {};
  }

 private:
  std::string shell_;
};

class Man final : public Command {
 public:
  Man()
      : Command({.name = "man",
                 .section = CommandSection::kLaboratory,
                 .summary = "print the manual page",
                 .description = "Prints ursa(1), made from the commands that this program has.",
                 .examples = {{"Read it", "man | man -l -"}}}) {}

  Result<void> Run(Invocation& invocation) override {
    if (invocation.globals.json) {
      return Fail(ErrorCode::kUsage, "a manual page is no JSON: leave --json out");
    }
    CommandList list = AllCommands();
    invocation.process.out.output.Write(ManPage(DescribeProgram(list), URSA_VERSION));
    return {};
  }
};

}  // namespace

std::unique_ptr<Command> MakeCompletion() { return std::make_unique<Completion>(); }
std::unique_ptr<Command> MakeMan() { return std::make_unique<Man>(); }

}  // namespace ursa::cli
