#include "store/s3_signing.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/digest.h"

namespace ursa::store {
namespace {

constexpr size_t kDateDigits = 8;  // of "20130524T000000Z"
constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTermination = "aws4_request";
constexpr size_t kDigestBytes = 32;

std::string Hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, kDigestBytes> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// Without blanks at both ends, and single ones within.
std::string Trimmed(std::string_view value) {
  std::string trimmed;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      trimmed += c;
    } else if (!trimmed.empty() && trimmed.back() != ' ') {
      trimmed += ' ';
    }
  }
  if (trimmed.ends_with(' ')) {
    trimmed.pop_back();
  }
  return trimmed;
}

using HeaderPointers = std::vector<const HttpHeaders::value_type*>;

HeaderPointers Sorted(const HttpHeaders& headers) {
  HeaderPointers sorted;
  sorted.reserve(headers.size());
  for (const auto& header : headers) {
    sorted.push_back(&header);
  }
  std::ranges::sort(sorted, [](const auto* a, const auto* b) { return *a < *b; });
  return sorted;
}

std::string SignedHeaders(const HeaderPointers& sorted) {
  std::string names;
  for (const auto* header : sorted) {
    names.append(names.empty() ? "" : ";").append(header->first);
  }
  return names;
}

std::string Canonical(const SigningRequest& request, const HeaderPointers& headers,
                      std::string_view signed_headers) {
  std::string text;
  for (const std::string_view line : {request.method, request.path, request.query}) {
    text.append(line) += '\n';
  }
  for (const auto* header : headers) {
    text.append(header->first).append(":").append(Trimmed(header->second)) += '\n';
  }
  text += '\n';
  text.append(signed_headers) += '\n';
  return text.append(request.payload_sha256);
}

}  // namespace

std::string AmzDate(TimeNs time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(
                                              std::chrono::floor<std::chrono::seconds>(time))));
}

std::string CanonicalRequest(const SigningRequest& request) {
  const HeaderPointers headers = Sorted(request.headers);
  return Canonical(request, headers, SignedHeaders(headers));
}

std::string Signer::KeyOf(std::string_view day) const {
  const std::lock_guard lock(mutex_);
  if (day_ != day) {
    key_ = "AWS4" + credentials_.secret_access_key;
    for (const std::string_view part :
         {day, std::string_view(region_), std::string_view("s3"), kTermination}) {
      key_ = Hmac(key_, part);
    }
    day_ = day;
  }
  return key_;
}

std::string Signer::Authorization(const SigningRequest& request, std::string_view date) const {
  const std::string_view day = date.substr(0, kDateDigits);
  const std::string scope = fmt::format("{}/{}/s3/{}", day, region_, kTermination);
  const HeaderPointers headers = Sorted(request.headers);
  const std::string signed_headers = SignedHeaders(headers);
  const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, date, scope,
                                          Sha256Hex(Canonical(request, headers, signed_headers)));
  return fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", kAlgorithm,
                     credentials_.access_key_id, scope, signed_headers,
                     Hex(Hmac(KeyOf(day), to_sign)));
}

}  // namespace ursa::store
