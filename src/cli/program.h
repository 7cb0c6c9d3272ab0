// The program's commands and options as data, for what is made from them: shell completion and the
// manual page. Taken from the declarations that the command line is parsed by, so that they agree.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"

namespace ursa::cli {

struct OptionDescription {
  std::string name;                  // "--jobs"
  std::string value_name;            // "N"; empty: a flag
  std::vector<std::string> choices;  // all values that it takes, where they are few
  std::string help;
};

struct ArgumentDescription {
  std::string name;  // "RECORDING_ID"
  std::string help;
};

struct CommandDescription {
  std::string name;  // "catalog show"
  std::string section;
  std::string summary;
  std::string description;
  std::vector<CommandExample> examples;
  std::vector<OptionDescription> options;
  std::vector<ArgumentDescription> arguments;
};

struct ProgramDescription {
  std::string summary;
  std::vector<OptionDescription> options;  // of every command
  std::vector<CommandDescription> commands;
};

ProgramDescription DescribeProgram(CommandList& list);

}  // namespace ursa::cli
