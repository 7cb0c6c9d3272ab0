#include "base/packed_strings.h"

#include <algorithm>

namespace ursa {

void PackedStrings::Add(std::string_view text, std::string_view suffix) {
  places_.emplace_back(bytes_.size(), text.size() + suffix.size());
  bytes_ += text;
  bytes_ += suffix;
}

void PackedStrings::Sort() {
  const auto text = [this](const Place& place) { return TextAt(place); };
  if (!std::ranges::is_sorted(places_, {}, text)) {
    std::ranges::sort(places_, {}, text);
  }
}

bool PackedStrings::Contains(std::string_view text) const {
  const auto found = std::ranges::lower_bound(places_, text, {},
                                              [this](const Place& place) { return TextAt(place); });
  return found != places_.end() && TextAt(*found) == text;
}

}  // namespace ursa
