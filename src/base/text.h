// Text from outside, made safe to show; and small text helpers.
#pragma once

#include <string>
#include <string_view>

namespace ursa {

// `text` for a terminal or a log: control, format and bidi characters, line and paragraph
// separators, unassigned and private ones, and bytes that are not UTF-8 become \n, \t, \u{202E} or
// \xFF, so that no name can forge a line, move the cursor or reorder what stands beside it. A
// backslash is doubled, so that what is shown is unambiguous.
// Source: commands.md, "Output".
std::string EscapeForDisplay(std::string_view text);

// How many columns `text` (already escaped) takes on a terminal: wide characters count two,
// combining marks none.
size_t DisplayWidth(std::string_view text);

// The length of the valid UTF-8 sequence that `text` starts with, 0 where it starts with none.
size_t Utf8SequenceLength(std::string_view text);
bool IsValidUtf8(std::string_view text);

// 1234567 -> "1,234,567"
std::string WithThousands(long long number);

}  // namespace ursa
