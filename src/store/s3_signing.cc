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
constexpr size_t kDigestBytes = 32;

std::string Hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, kDigestBytes> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return text;
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

HttpHeaders Sorted(HttpHeaders headers) {
  std::sort(headers.begin(), headers.end());
  return headers;
}

std::string SignedHeaders(const HttpHeaders& sorted) {
  std::string names;
  for (const auto& [name, value] : sorted) {
    names += (names.empty() ? "" : ";") + name;
  }
  return names;
}

std::string Scope(std::string_view date, std::string_view region) {
  return fmt::format("{}/{}/s3/aws4_request", date.substr(0, kDateDigits), region);
}

}  // namespace

std::string AmzDate(TimeNs time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(
                                              std::chrono::floor<std::chrono::seconds>(time))));
}

std::string CanonicalRequest(const SigningRequest& request) {
  const HttpHeaders headers = Sorted(request.headers);
  std::string lines;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + Trimmed(value) + "\n";
  }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path, request.query, lines,
                     SignedHeaders(headers), request.payload_sha256);
}

std::string Authorization(const SigningRequest& request, std::string_view date,
                          std::string_view region, const S3Credentials& credentials) {
  const std::string scope = Scope(date, region);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, date, scope, Sha256Hex(CanonicalRequest(request)));
  std::string key = "AWS4" + credentials.secret_access_key;
  for (const std::string_view part : {date.substr(0, kDateDigits), region, std::string_view("s3"),
                                      std::string_view("aws4_request")}) {
    key = Hmac(key, part);
  }
  return fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", kAlgorithm,
                     credentials.access_key_id, scope, SignedHeaders(Sorted(request.headers)),
                     Hex(Hmac(key, to_sign)));
}

}  // namespace ursa::store
