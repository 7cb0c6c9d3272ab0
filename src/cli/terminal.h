// Asking a person, at the terminal that the process was started from.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ursa::cli {

// Writes `prompt` to /dev/tty and reads one line from there, so that neither a pipe nor a file can
// answer. The line comes without its end. kRefused `confirmation` where there is no terminal, or
// where it ends before the line does; kInterrupted on `stop`.
Result<std::string> AskAtTerminal(std::string_view prompt, const std::stop_token& stop);

}  // namespace ursa::cli
