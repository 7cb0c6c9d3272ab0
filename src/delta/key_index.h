// Numbers found by text that somebody else keeps: a million keys of a plan cost sixteen MiB here,
// where a map of them would cost sixty.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace ursa::delta {

// `key_at` gives the key of a number that was added, the same each time. Finding is thread-safe
// once nothing is added any more.
class KeyIndex {
 public:
  // For at most `count` numbers, each below 2^32 - 1.
  explicit KeyIndex(size_t count) : slots_(std::bit_ceil(2 * count + 1)) {}

  // False, and nothing is added, where a number with that key is there already.
  template <typename KeyAt>
  bool Add(std::string_view key, size_t number, const KeyAt& key_at) {
    Slot& slot = slots_[Place(key, key_at)];
    if (slot.number_from_one != 0) {
      return false;
    }
    slot = {TagOf(HashOf(key)), static_cast<uint32_t>(number + 1)};
    return true;
  }

  // The number that has this key.
  template <typename KeyAt>
  [[nodiscard]] std::optional<size_t> Find(std::string_view key, const KeyAt& key_at) const {
    const Slot& slot = slots_[Place(key, key_at)];
    return slot.number_from_one == 0 ? std::nullopt
                                     : std::optional<size_t>(slot.number_from_one - 1);
  }

 private:
  struct Slot {
    uint32_t tag = 0;              // of the key: most others are told apart by it
    uint32_t number_from_one = 0;  // 0: empty
  };

  static size_t HashOf(std::string_view key) { return std::hash<std::string_view>()(key); }
  static uint32_t TagOf(size_t hash) { return static_cast<uint32_t>(hash >> 32); }

  // The slot that has this key, or the empty one where it would be: never more than half are full.
  template <typename KeyAt>
  [[nodiscard]] size_t Place(std::string_view key, const KeyAt& key_at) const {
    const size_t hash = HashOf(key);
    size_t place = hash & (slots_.size() - 1);
    while (slots_[place].number_from_one != 0 &&
           (slots_[place].tag != TagOf(hash) || key_at(slots_[place].number_from_one - 1) != key)) {
      place = (place + 1) & (slots_.size() - 1);
    }
    return place;
  }

  std::vector<Slot> slots_;
};

}  // namespace ursa::delta
