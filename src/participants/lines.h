// Lines of small text files that people type on any machine. Pure; thread-safe.
#pragma once

#include <string_view>
#include <vector>

namespace ursa::participants {

// `text` without the UTF-8 byte order mark that it may start with.
std::string_view WithoutByteOrderMark(std::string_view text);

// The lines of `text`, ended by LF, CRLF or CR; views into it. What follows the last line break is
// a line too, unless it is empty.
std::vector<std::string_view> SplitLines(std::string_view text);

}  // namespace ursa::participants
