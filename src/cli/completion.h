// Scripts that complete a command line in a shell, made from the declarations of the commands.
// Source: commands.md, "Output" ("Shell completion for bash, zsh, fish").
#pragma once

#include <string>

#include "cli/program.h"

namespace ursa::cli {

enum class Shell { kBash, kZsh, kFish };

// The script, to be put where the shell looks for it. It runs nothing of Ursa's.
std::string CompletionScript(Shell shell, const ProgramDescription& program);

}  // namespace ursa::cli
