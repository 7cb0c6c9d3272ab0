#include "cli/suggestion.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace ursa::cli {
namespace {

constexpr size_t kWordBytesMax = 100;
constexpr size_t kPrefixBytesMin = 3;

std::string Question(std::string_view candidate) {
  return "; did you mean '" + std::string(candidate) + "'?";
}

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b) {
  // Three rows of the usual matrix: a swap looks two rows back.
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, above);
    std::swap(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kWordBytesMax) {
    return {};
  }
  const std::string* nearest = nullptr;
  size_t nearest_distance = SIZE_MAX;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance <= candidate.size() / 3 && distance < nearest_distance) {
      nearest = &candidate;
      nearest_distance = distance;
    }
  }
  if (nearest != nullptr) {
    return Question(*nearest);
  }
  if (word.size() >= kPrefixBytesMin) {
    for (const std::string& candidate : candidates) {
      if (candidate.starts_with(word)) {
        return Question(candidate);
      }
    }
  }
  return {};
}

}  // namespace ursa::cli
