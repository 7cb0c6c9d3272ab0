// What a mistyped word was probably meant to be. Nothing is ever matched by it: it stands in an
// error message only. Source: commands.md, introduction ("An unknown word gets a suggestion").
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ursa::cli {

// How many single-character insertions, deletions, replacements and swaps of neighbours lead from
// one word to the other (optimal string alignment distance, over bytes).
size_t EditDistance(std::string_view a, std::string_view b);

// "; did you mean 'fix-durations-inplace'?", or nothing where no candidate is near: within a third
// of its length, or else one that begins with `word` (of three letters and more). Words over 100
// bytes are not compared.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ursa::cli
