#include "participants/collisions.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <unordered_map>

#include "participants/name.h"

namespace ursa::participants {
namespace {

// Below this length one edit is a large part of a name: "Anna", "Anne".
constexpr size_t kEditedLengthMin = 6;

// What a name is compared by.
struct Form {
  std::vector<std::u32string> words;
  std::u32string text;  // the words, joined
};

Form FormOf(const std::string& name) {
  Form form{ComparableWords(name), {}};
  for (const std::u32string& word : form.words) {
    form.text += word;
  }
  return form;
}

// Polynomial hashes modulo 2^64 of a text's beginnings, from which that of any part, and of the
// text without one character, follow in constant time. Equal hashes are only candidates: they are
// compared afterwards.
class RollingHash {
 public:
  explicit RollingHash(std::u32string_view text) {
    hashes_.reserve(text.size() + 1);
    powers_.reserve(text.size() + 1);
    hashes_.push_back(0);
    powers_.push_back(1);
    for (const char32_t point : text) {
      hashes_.push_back(hashes_.back() * kBase + point + 1);
      powers_.push_back(powers_.back() * kBase);
    }
  }

  [[nodiscard]] uint64_t Whole() const { return hashes_.back(); }
  [[nodiscard]] uint64_t WithoutCharacter(size_t position) const {
    const size_t rest = hashes_.size() - 2 - position;
    return hashes_[position] * powers_[rest] + hashes_.back() -
           hashes_[position + 1] * powers_[rest];
  }

 private:
  static constexpr uint64_t kBase = 0x9E3779B97F4A7C15ULL;
  std::vector<uint64_t> hashes_;
  std::vector<uint64_t> powers_;
};

// Names that share a hash; `number` is the name's.
struct IndexEntry {
  uint64_t hash = 0;
  uint32_t number = 0;
  bool operator==(const IndexEntry&) const = default;
  bool operator<(const IndexEntry& other) const {
    return std::tie(hash, number) < std::tie(other.hash, other.number);
  }
};

class PairFinder {
 public:
  explicit PairFinder(const std::vector<NamedId>& names) : names_(names) {
    forms_.reserve(names.size());
    for (const NamedId& name : names) {
      forms_.push_back(FormOf(name.name));
    }
  }

  std::vector<NamePair> Find() && {
    FindSlugs();
    FindEdited();
    FindPrefixes();
    std::sort(pairs_.begin(), pairs_.end());
    pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
    return std::move(pairs_);
  }

 private:
  void Add(PairKind kind, size_t a, size_t b) {
    if (pairs_.size() < kPairsMax) {
      pairs_.push_back({kind, std::min(a, b), std::max(a, b)});
    }
  }

  // Calls look(a, b) for all pairs of a group of which one is attached, each once.
  template <typename Look>
  void ForEachPair(std::vector<uint32_t>& group, Look look) {
    const auto others = std::partition(group.begin(), group.end(),
                                       [&](uint32_t number) { return names_[number].is_attached; });
    for (auto a = group.begin(); a != others; ++a) {
      for (auto b = a + 1; b != group.end() && pairs_.size() < kPairsMax; ++b) {
        look(*a, *b);
      }
    }
  }

  void FindSlugs() {
    std::unordered_map<std::string_view, std::vector<uint32_t>> by_id;
    for (size_t i = 0; i < names_.size(); ++i) {
      by_id[names_[i].participant_id].push_back(static_cast<uint32_t>(i));
    }
    for (auto& [id, group] : by_id) {
      ForEachPair(group, [&](size_t a, size_t b) { Add(PairKind::kSlug, a, b); });
    }
  }

  [[nodiscard]] bool HaveOneId(size_t a, size_t b) const {
    return names_[a].participant_id == names_[b].participant_id;
  }

  // Forms that are equal, or of six characters or more and at distance 1.
  void FindEdited() {
    std::vector<IndexEntry> index;
    for (size_t i = 0; i < forms_.size(); ++i) {
      AddNeighbourhood(static_cast<uint32_t>(i), index);
    }
    std::sort(index.begin(), index.end());
    index.erase(std::unique(index.begin(), index.end()), index.end());
    std::vector<uint32_t> group;
    for (size_t begin = 0, end = 0; begin < index.size(); begin = end) {
      group.clear();
      for (end = begin; end < index.size() && index[end].hash == index[begin].hash; ++end) {
        group.push_back(index[end].number);
      }
      ForEachPair(group, [&](size_t a, size_t b) {
        if (!HaveOneId(a, b) && AreAllButEqual(forms_[a].text, forms_[b].text)) {
          Add(PairKind::kNearDuplicate, a, b);
        }
      });
    }
  }

  void AddNeighbourhood(uint32_t number, std::vector<IndexEntry>& index) const {
    const std::u32string& text = forms_[number].text;
    if (text.empty()) {
      return;
    }
    const RollingHash hash(text);
    index.push_back({hash.Whole(), number});
    if (text.size() < kEditedLengthMin) {
      return;
    }
    for (size_t i = 0; i < text.size(); ++i) {
      // Of a run of one character it doesn't matter which is deleted.
      if (i == 0 || text[i] != text[i - 1]) {
        index.push_back({hash.WithoutCharacter(i), number});
      }
    }
  }

  static bool AreAllButEqual(const std::u32string& a, const std::u32string& b) {
    return a == b || (std::min(a.size(), b.size()) >= kEditedLengthMin && IsWithinOneEdit(a, b));
  }

  // Names that begin with all words of another one, and have more.
  void FindPrefixes() {
    std::unordered_map<uint64_t, std::vector<uint32_t>> by_words;
    for (size_t i = 0; i < forms_.size(); ++i) {
      if (!forms_[i].words.empty()) {
        by_words[HashesOfBeginnings(forms_[i]).back()].push_back(static_cast<uint32_t>(i));
      }
    }
    for (size_t i = 0; i < forms_.size() && pairs_.size() < kPairsMax; ++i) {
      const std::vector<uint64_t> hashes = HashesOfBeginnings(forms_[i]);
      for (size_t words = 1; words < hashes.size(); ++words) {
        if (const auto found = by_words.find(hashes[words - 1]); found != by_words.end()) {
          AddPrefixes(i, found->second);
        }
      }
    }
  }

  void AddPrefixes(size_t longer, const std::vector<uint32_t>& candidates) {
    for (const uint32_t shorter : candidates) {
      if ((names_[longer].is_attached || names_[shorter].is_attached) &&
          !HaveOneId(longer, shorter) && BeginsWith(forms_[longer], forms_[shorter])) {
        Add(PairKind::kNearDuplicate, longer, shorter);
      }
    }
  }

  static bool BeginsWith(const Form& longer, const Form& shorter) {
    return longer.words.size() > shorter.words.size() &&
           std::equal(shorter.words.begin(), shorter.words.end(), longer.words.begin());
  }

  // Of the first word, the first two, and so on.
  static std::vector<uint64_t> HashesOfBeginnings(const Form& form) {
    std::vector<uint64_t> hashes;
    uint64_t hash = 0;
    for (const std::u32string& word : form.words) {
      hash = (hash + RollingHash(word).Whole()) * 0xD6E8FEB86659FD93ULL + word.size();
      hashes.push_back(hash);
    }
    return hashes;
  }

  const std::vector<NamedId>& names_;
  std::vector<Form> forms_;
  std::vector<NamePair> pairs_;
};

}  // namespace

bool IsWithinOneEdit(std::u32string_view a, std::u32string_view b) {
  if (a.size() > b.size()) {
    std::swap(a, b);
  }
  if (b.size() - a.size() > 1) {
    return false;
  }
  const auto first = std::mismatch(a.begin(), a.end(), b.begin());
  const auto rest_of_b = first.second == b.end() ? b.end() : first.second + 1;
  // What differs is replaced where both are equally long, else it is left out.
  const auto rest_of_a =
      a.size() == b.size() && first.first != a.end() ? first.first + 1 : first.first;
  return std::equal(rest_of_a, a.end(), rest_of_b, b.end());
}

std::vector<NamePair> FindPairs(const std::vector<NamedId>& names) {
  return PairFinder(names).Find();
}

}  // namespace ursa::participants
