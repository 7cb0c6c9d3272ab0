#include "demo/seeded_random.h"

#include <string_view>

namespace ursa::demo {
namespace {

constexpr uint64_t kGoldenGamma = 0x9E3779B97F4A7C15;

uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

}  // namespace

SeededRandom::SeededRandom(uint64_t seed, uint64_t index, uint64_t purpose)
    : state_(Mix(Mix(Mix(seed + kGoldenGamma) + index) + purpose)) {}

uint64_t SeededRandom::Next() {
  state_ += kGoldenGamma;
  return Mix(state_);
}

int64_t SeededRandom::Between(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
}

std::string SeededRandom::Hex(size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(digits);
  for (size_t i = 0; i < digits; ++i) {
    text += kDigits[Below(kDigits.size())];
  }
  return text;
}

std::string SeededRandom::Bytes(size_t count) {
  std::string bytes;
  bytes.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    bytes += static_cast<char>(Below(256));
  }
  return bytes;
}

}  // namespace ursa::demo
