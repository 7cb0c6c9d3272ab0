// Command lines to copy: what a dry run ends with. Source: commands.md, "Output" ("a dry run ends
// with the exact command that commits it").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/process.h"

namespace ursa::cli {

// `word` so that bash, zsh and ksh read it as exactly these bytes, and safe to show: what could
// forge or reorder a line stands in $'...' as octal escapes.
std::string ShellQuote(std::string_view word);

// The program and words, each quoted.
std::string CommandLineOf(const Process& process, const std::vector<std::string>& words);

// The run's own command line with the words of `globals` before it and `flags` added where they are
// not there yet (before a `--`), and without --plan-out, which a commit does not take.
std::string CommitCommandLine(const Process& process, std::vector<std::string> globals,
                              const std::vector<std::string>& flags);

}  // namespace ursa::cli
