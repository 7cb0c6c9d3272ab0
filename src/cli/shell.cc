#include "cli/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace ursa::cli {
namespace {

bool NeedsNoQuotes(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-";
  return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

// True where every character may be shown as it is; a backslash may, inside single quotes.
bool IsShowable(std::string_view word) {
  std::string without_backslashes(word);
  std::erase(without_backslashes, '\\');
  return EscapeForDisplay(without_backslashes) == without_backslashes;
}

std::string InSingleQuotes(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// Every byte that is not plain ASCII as \ooo: three octal digits cannot run into what follows.
std::string InAnsiQuotes(std::string_view word) {
  std::string quoted = "$'";
  for (const char c : word) {
    if (c >= ' ' && c < 0x7F && c != '\'' && c != '\\') {
      quoted += c;
    } else {
      quoted += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    }
  }
  return quoted + "'";
}

}  // namespace

std::string ShellQuote(std::string_view word) {
  if (NeedsNoQuotes(word)) {
    return std::string(word);
  }
  return IsShowable(word) ? InSingleQuotes(word) : InAnsiQuotes(word);
}

std::string CommandLineOf(const Process& process, const std::vector<std::string>& words) {
  std::string line = ShellQuote(process.program);
  for (const std::string& word : words) {
    line += ' ' + ShellQuote(word);
  }
  return line;
}

std::string CommitCommandLine(const Process& process, std::vector<std::string> globals,
                              const std::vector<std::string>& flags) {
  constexpr std::string_view kPlanOut = "--plan-out";
  std::vector<std::string> words = std::move(globals);
  const auto& given = process.arguments;
  const auto end_of_options = std::find(given.begin(), given.end(), "--");
  for (auto word = given.begin(); word != end_of_options; ++word) {
    if (*word == kPlanOut && word + 1 != end_of_options) {
      ++word;
    } else if (*word != kPlanOut && !word->starts_with(std::string(kPlanOut) + "=")) {
      words.push_back(*word);
    }
  }
  for (const std::string& flag : flags) {
    if (std::find(words.begin(), words.end(), flag) == words.end()) {
      words.push_back(flag);
    }
  }
  words.insert(words.end(), end_of_options, given.end());
  return CommandLineOf(process, words);
}

}  // namespace ursa::cli
