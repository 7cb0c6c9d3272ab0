// The list of all commands. A new one is a file of its own and a line in commands.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"

namespace ursa::cli {

// Commands whose name begins with one word, e.g. "catalog show", "catalog history".
struct CommandGroup {
  std::string name;
  std::string summary;
};

struct CommandList {
  std::vector<std::unique_ptr<Command>> commands;
  std::vector<CommandGroup> groups;  // every first word of a name with two
};

// In the order in which `ursa --help` shows them.
CommandList AllCommands();

}  // namespace ursa::cli
