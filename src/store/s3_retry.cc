#include "store/s3_retry.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace ursa::store {
namespace {

constexpr Nanoseconds kRetryAfterMax = std::chrono::minutes{1};
constexpr uint32_t kDoublingsMax = 20;

}  // namespace

std::optional<Nanoseconds> ParseRetryAfter(std::string_view text, TimeNs now) {
  uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::result_out_of_range) {
    return kRetryAfterMax;
  }
  if (error == std::errc{} && end == text.data() + text.size()) {
    return std::min<Nanoseconds>(std::chrono::seconds{seconds}, kRetryAfterMax);
  }
  const time_t date = curl_getdate(std::string(text).c_str(), nullptr);
  if (date < 0) {
    return std::nullopt;
  }
  return std::clamp<Nanoseconds>(TimeNs{std::chrono::seconds{date}} - now, Nanoseconds{0},
                                 kRetryAfterMax);
}

bool Retries::WaitForNext(std::optional<Nanoseconds> retry_after) {
  if (tries_ >= settings_.tries_max || settings_.stop.stop_requested()) {
    return false;
  }
  const uint32_t doublings = std::min(tries_ - 1, kDoublingsMax);
  const Nanoseconds bound = std::min<Nanoseconds>(
      settings_.backoff_base * (int64_t{1} << doublings), settings_.backoff_max);
  const auto jitter = Nanoseconds{
      static_cast<int64_t>(settings_.random.Next() % (static_cast<uint64_t>(bound.count()) + 1))};
  settings_.clock.Sleep(retry_after.value_or(Nanoseconds{0}) + jitter, settings_.stop);
  ++tries_;
  return !settings_.stop.stop_requested();
}

}  // namespace ursa::store
