// The words of the command line, understood: which command, which options, or why not.
//
// Global options stand before or after the command. A maintenance command is also found by the
// name of the script that it replaces, with underscores and with `.py`. Nothing is matched by
// prefix; a word that is not known gets a suggestion. Source: commands.md, introduction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands.h"

namespace ursa::cli {

struct CommandLine {
  // What was asked for, one of: a command to run; text to show and be done (--help, --version);
  // nothing at all (then `text` is the help); or something wrong.
  enum class Kind { kRun, kShow, kNothing, kWrong };
  Kind kind = Kind::kWrong;
  Command* command = nullptr;  // also of kWrong, as far as it was recognised
  GlobalOptions globals;
  std::string text;
  Error error;  // of kWrong; kUsage
};

// Understands `arguments` (without the program's name). The options of the command in question
// are written to its object in `list`, which must live longer.
CommandLine ParseCommandLine(const std::vector<std::string>& arguments, CommandList& list);

// A command's name in JSON: "catalog show" -> "catalog-show".
std::string KebabName(const Command& command);

}  // namespace ursa::cli
