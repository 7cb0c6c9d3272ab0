// Everything that a run takes from outside. main.cc fills it from the real process, tests fill it
// from fakes; nothing else in Ursa reads the environment, the terminal or the clock.
// Source: architecture.md, "Rooms" (last paragraph).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "cli/output.h"

namespace ursa::cli {

// Standard output or standard error.
struct Stream {
  Output& output;
  std::optional<size_t> terminal_columns;  // none: not a terminal that can be written over
};

struct Process {
  std::string program;                 // as it was called, e.g. "ursa" or "build/ursa"
  std::vector<std::string> arguments;  // without the program
  // The value of an environment variable; none where it is not set.
  std::function<std::optional<std::string>(std::string_view name)> environment;
  std::filesystem::path working_directory;
  Stream out;
  Stream err;
  Clock& clock;
  std::function<Random&()> random;  // called only by what needs it: `--version` costs nothing
  std::stop_token stop;             // requested by Ctrl-C
  size_t cores = 1;
  // Asks at the controlling terminal, whatever standard input and output are, and gives the line
  // that was typed, without its end. kRefused `confirmation` where nobody can be asked.
  std::function<Result<std::string>(std::string_view prompt)> ask = {};
  std::string host = {};  // the machine's name; empty: not known
  // The name of the user whom the process runs as, else the number; asked for where the environment
  // names none.
  std::function<std::string()> user = {};
};

}  // namespace ursa::cli
