// Pairs of names that may be one person, or two people with one id: what a person has to look at
// before names are attached. Source: raw-recordings.md section 5, "Collisions are of pairs".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace ursa::participants {

// A canonical name and its id; no two of them are equal in both.
struct NamedId {
  std::string name;
  std::string participant_id;
  bool is_attached = false;  // by this run; else only the catalog has it
};

enum class PairKind {
  kSlug,           // two names with one id
  kNearDuplicate,  // two ids whose names are all but equal, or one begins with the other
};

struct NamePair {
  PairKind kind = PairKind::kSlug;
  size_t first = 0;  // numbers in the list, first < second
  size_t second = 0;
  bool operator==(const NamePair&) const = default;
  bool operator<(const NamePair& other) const {
    return std::tie(kind, first, second) < std::tie(other.kind, other.first, other.second);
  }
};

// More pairs than this are not looked for: nobody reads them, and one refuses the commit.
inline constexpr size_t kPairsMax = 2'000'000;

// All pairs of which this run attaches a name, ordered by kind and numbers.
//
// Near-duplicates are found by index, never by comparing all pairs: names at edit distance 1 share
// a form with one character deleted, or one is the other's; names of which one begins with the
// other's words are found by the hashes of those words.
std::vector<NamePair> FindPairs(const std::vector<NamedId>& names);

// Whether two forms (ComparableWords, joined) are at Levenshtein distance 1 or equal. Linear time.
bool IsWithinOneEdit(std::u32string_view a, std::u32string_view b);

}  // namespace ursa::participants
