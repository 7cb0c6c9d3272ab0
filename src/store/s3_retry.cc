#include "store/s3_retry.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace ursa::store {
namespace {

constexpr Nanoseconds kRetryAfterMax = std::chrono::minutes{1};

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
  if (tries_ >= tries_max_) {
    return false;
  }
  ++tries_;
  return backoff_.Wait(retry_after.value_or(Nanoseconds{0}));
}

}  // namespace ursa::store
