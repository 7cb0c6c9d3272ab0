#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace ursa::cli {
namespace {

// What may follow a command, "" being the program itself: the words of a group, or nothing.
struct Position {
  std::map<std::string, std::string> words;  // with what they are for
  std::vector<OptionDescription> options;
  bool takes_files = false;
};

bool IsFile(const std::string& value_name) {
  return value_name.find("FILE") != std::string::npos ||
         value_name.find("DIR") != std::string::npos;
}

// By command: "", "catalog", "catalog show".
std::map<std::string, Position> PositionsOf(const ProgramDescription& program) {
  std::map<std::string, Position> positions;
  positions[""];
  for (const CommandDescription& command : program.commands) {
    const size_t space = command.name.find(' ');
    const std::string first = command.name.substr(0, space);
    if (space == std::string::npos) {
      positions[""].words[first] = command.summary;
    } else {
      positions[""].words.emplace(first, "commands of this name");
      positions[first].words[command.name.substr(space + 1)] = command.summary;
    }
    Position& position = positions[command.name];
    position.options = command.options;
    position.takes_files = std::ranges::any_of(
        command.arguments, [](const ArgumentDescription& a) { return IsFile(a.name); });
  }
  for (auto& [name, position] : positions) {
    position.options.insert(position.options.end(), program.options.begin(), program.options.end());
  }
  return positions;
}

// `text` in single quotes, for all three shells.
std::string Quote(std::string_view text, std::string_view quote) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? std::string(quote) : std::string(1, c);
  }
  return quoted + "'";
}
std::string ShQuote(std::string_view text) { return Quote(text, R"('\'')"); }
std::string FishQuote(std::string_view text) { return Quote(text, R"(\')"); }

// Cases of a shell's `case "$command/$word"` that lead on to another command.
std::string StepCases(const std::map<std::string, Position>& positions) {
  std::string cases;
  for (const auto& [name, position] : positions) {
    for (const auto& [word, what] : position.words) {
      cases += (cases.empty() ? "" : "|") + ShQuote(fmt::format("{}/{}", name, word));
    }
  }
  return cases;
}

std::string Join(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// How bash and zsh complete the value of one option.
std::string ValueAction(const OptionDescription& option, std::string_view of_choices,
                        std::string_view of_files) {
  if (!option.choices.empty()) {
    return fmt::format(fmt::runtime(of_choices), Join(option.choices));
  }
  return IsFile(option.value_name) ? std::string(of_files) : ":";
}

// `case` branches for the options that take a value, each once.
std::string ValueCases(const std::map<std::string, Position>& positions,
                       std::string_view of_choices, std::string_view of_files) {
  std::string cases;
  for (const auto& [name, position] : positions) {
    for (const OptionDescription& option : position.options) {
      if (!option.value_name.empty()) {
        cases += fmt::format("    {}) {}; return ;;\n", ShQuote(name + "/" + option.name),
                             ValueAction(option, of_choices, of_files));
      }
    }
  }
  return cases;
}

std::string BashScript(const std::map<std::string, Position>& positions) {
  std::string branches;
  for (const auto& [name, position] : positions) {
    std::vector<std::string> words;
    for (const auto& [word, what] : position.words) {
      words.push_back(word);
    }
    std::vector<std::string> options;
    for (const OptionDescription& option : position.options) {
      options.push_back(option.name);
    }
    branches += fmt::format("    {}) words={} options={} files={} ;;\n", ShQuote(name),
                            ShQuote(Join(words)), ShQuote(Join(options)),
                            position.takes_files ? "yes" : "''");
  }
  return fmt::format(
      R"(# Completes ursa in bash; made by `ursa completion bash`.
_ursa() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local command='' words options files i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$command/${{COMP_WORDS[i]}}" in
      {}) command=${{command:+$command }}${{COMP_WORDS[i]}} ;;
    esac
  done
  case "$command/$previous" in
{}  esac
  case $command in
{}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $files ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}}
complete -o filenames -F _ursa ursa
)",
      StepCases(positions),
      ValueCases(positions, R"(COMPREPLY=($(compgen -W '{}' -- "$current")))",
                 R"(COMPREPLY=($(compgen -f -- "$current")))"),
      branches);
}

std::string ZshScript(const std::map<std::string, Position>& positions) {
  std::string branches;
  for (const auto& [name, position] : positions) {
    branches += fmt::format("    {})\n", ShQuote(name));
    branches += "      found=(";
    for (const auto& [word, what] : position.words) {
      branches += fmt::format(" {}", ShQuote(fmt::format("{}:{}", word, what)));
    }
    branches += " )\n      options=(";
    for (const OptionDescription& option : position.options) {
      branches += fmt::format(" {}", ShQuote(option.name + ":" + option.help));
    }
    branches += fmt::format(" )\n      files={} ;;\n", position.takes_files ? "yes" : "''");
  }
  return fmt::format(
      R"(#compdef ursa
# Completes ursa in zsh; made by `ursa completion zsh`.
_ursa() {{
  local command='' word files
  local -a found options
  for word in ${{words[2,CURRENT-1]}}; do
    case "$command/$word" in
      {}) command=${{command:+$command }}$word ;;
    esac
  done
  case "$command/${{words[CURRENT-1]}}" in
{}  esac
  case $command in
{}  esac
  (( $#found )) && _describe -t commands command found
  [[ -n $files ]] && _files
  _describe -o -t options option options
}}
_ursa "$@"
)",
      StepCases(positions), ValueCases(positions, "compadd {}", "_files"), branches);
}

std::string FishOption(const std::string& condition, const OptionDescription& option) {
  std::string line = fmt::format("complete -c ursa -n {} -l {} -d {}", condition,
                                 option.name.substr(2), FishQuote(option.help));
  if (option.value_name.empty()) {
    return line + "\n";
  }
  if (!option.choices.empty()) {
    return line + fmt::format(" -x -a {}\n", FishQuote(Join(option.choices)));
  }
  return line + (IsFile(option.value_name) ? " -r -F\n" : " -x\n");
}

std::string FishScript(const std::map<std::string, Position>& positions) {
  std::string steps;
  std::string lines;
  for (const auto& [name, position] : positions) {
    const std::string path = "ursa" + (name.empty() ? "" : " " + name);
    const std::string condition = FishQuote("test (__ursa_command) = \"" + path + "\"");
    for (const auto& [word, what] : position.words) {
      steps += " " + FishQuote(fmt::format("{}/{}", path, word));
      lines += fmt::format("complete -c ursa -n {} -a {} -d {}\n", condition, FishQuote(word),
                           FishQuote(what));
    }
    if (position.takes_files) {
      lines += fmt::format("complete -c ursa -n {} -F\n", condition);
    }
    for (const OptionDescription& option : position.options) {
      lines += FishOption(condition, option);
    }
  }
  return fmt::format(
      R"(# Completes ursa in fish; made by `ursa completion fish`.
function __ursa_command
    set -l command ursa
    for word in (commandline -opc)[2..-1]
        switch "$command/$word"
            case{}
                set command "$command $word"
        end
    end
    echo $command
end
complete -c ursa -f
{})",
      steps, lines);
}

}  // namespace

std::string CompletionScript(Shell shell, const ProgramDescription& program) {
  const auto positions = PositionsOf(program);
  switch (shell) {
    case Shell::kBash:
      return BashScript(positions);
    case Shell::kZsh:
      return ZshScript(positions);
    case Shell::kFish:
      break;
  }
  return FishScript(positions);
}

}  // namespace ursa::cli
