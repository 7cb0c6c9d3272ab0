// One run of Ursa, from its arguments to its exit code.
#pragma once

#include "cli/commands.h"
#include "cli/process.h"

namespace ursa::cli {

// Runs what the arguments ask for, with the commands of commands.h; the exit code is one of
// commands.md, "Exit codes". Does not throw.
int Run(const Process& process);

// The same with other commands; for tests.
int Run(const Process& process, CommandList& list);

}  // namespace ursa::cli
