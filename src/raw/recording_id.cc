#include "raw/recording_id.h"

#include <algorithm>

namespace ursa::raw {
namespace {

constexpr std::string_view kShape = "rec_dddddddd_dddddd_";
constexpr size_t kHexDigitsMin = 4;
constexpr size_t kHexDigitsMax = 32;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLowerHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }

bool HasShape(std::string_view text) {
  if (text.size() < kShape.size() + kHexDigitsMin || text.size() > kShape.size() + kHexDigitsMax) {
    return false;
  }
  for (size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'd' ? !IsDigit(text[i]) : text[i] != kShape[i]) {
      return false;
    }
  }
  return std::ranges::all_of(text.substr(kShape.size()), IsLowerHex);
}

// The number in `count` digits from `begin` on.
int Number(std::string_view text, size_t begin, size_t count) {
  int value = 0;
  for (const char digit : text.substr(begin, count)) {
    value = value * 10 + (digit - '0');
  }
  return value;
}

}  // namespace

std::optional<std::chrono::local_seconds> ParseRecordingId(std::string_view text) {
  if (!HasShape(text)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year{Number(text, 4, 4)},
      std::chrono::month{static_cast<unsigned>(Number(text, 8, 2))},
      std::chrono::day{static_cast<unsigned>(Number(text, 10, 2))}};
  const int hour = Number(text, 13, 2);
  const int minute = Number(text, 15, 2);
  const int second = Number(text, 17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  return std::chrono::local_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

TimeNs StampAsUtc(std::chrono::local_seconds stamp) {
  constexpr auto kEarliest = std::chrono::ceil<std::chrono::seconds>(Nanoseconds::min());
  constexpr auto kLatest = std::chrono::floor<std::chrono::seconds>(Nanoseconds::max());
  return TimeNs{std::clamp(stamp.time_since_epoch(), kEarliest, kLatest)};
}

}  // namespace ursa::raw
