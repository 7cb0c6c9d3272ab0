// A participant's name as text: cleaned, compared, written in title case.
//
// Every function takes UTF-8 and gives NFC UTF-8; bytes that are not UTF-8 become U+FFFD (callers
// refuse them before). Pure; thread-safe. Source: raw-recordings.md section 5, steps 1, 2 and 4.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ursa::participants {

// Step 1: NFC, white space of every kind turned into spaces, control and format characters removed,
// runs of spaces folded to one, trimmed. Cleaning twice is cleaning once.
std::string CleanName(std::string_view text);

// The case-folded form of a clean name: two names with the same are the same but for their case.
std::string FoldName(std::string_view name);

// Step 4. Each piece between spaces, ', U+2019 and - gets an upper-case first letter and lower-case
// others; one that starts upper-case, has a lower-case letter and another upper-case one
// ("McDonald") is kept. A piece whose letters stand behind a digit ("3rd") gets no upper-case
// letter. U+02BC is a letter and parts nothing. Idempotent; never changes FoldName.
std::string TitleCaseName(std::string_view name);

// What near-duplicates are compared by: the words of a name (between spaces), each case-folded,
// without accents and punctuation; words of which nothing is left are dropped.
std::vector<std::u32string> ComparableWords(std::string_view name);

// `text` without white space of any kind at its ends.
std::string_view TrimWhiteSpace(std::string_view text);

}  // namespace ursa::participants
