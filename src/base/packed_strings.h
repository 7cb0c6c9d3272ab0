// Many short texts in one: what a million of them cost is their bytes and two numbers each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ursa {

// Not thread-safe while it is added to or sorted.
class PackedStrings {
 public:
  // Adds `text` followed by `suffix`.
  void Add(std::string_view text, std::string_view suffix = {});
  // In the order of bytes; costs one look where they are in order already.
  void Sort();

  [[nodiscard]] size_t Count() const { return places_.size(); }
  // Lives as long as nothing is added.
  [[nodiscard]] std::string_view At(size_t number) const { return TextAt(places_[number]); }
  // To be asked once they are sorted.
  [[nodiscard]] bool Contains(std::string_view text) const;

 private:
  using Place = std::pair<size_t, size_t>;  // of a text's first byte, and how many
  [[nodiscard]] std::string_view TextAt(const Place& place) const {
    return std::string_view(bytes_).substr(place.first, place.second);
  }

  std::string bytes_;
  std::vector<Place> places_;
};

}  // namespace ursa
