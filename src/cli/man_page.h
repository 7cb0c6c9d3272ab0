// The manual page, made from the declarations of the commands. Source: commands.md, "Output".
#pragma once

#include <string>

#include "cli/program.h"

namespace ursa::cli {

// ursa(1), in the man macros of roff.
std::string ManPage(const ProgramDescription& program, const std::string& version);

}  // namespace ursa::cli
