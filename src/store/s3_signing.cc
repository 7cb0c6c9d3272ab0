#include "store/s3_signing.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/digest.h"

namespace ursa::store {
namespace {

constexpr size_t kDateDigits = 8;  // of "20130524T000000Z"
constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTermination = "aws4_request";
constexpr size_t kDigestBytes = 32;

}  // namespace

// HMAC-SHA256 with one key. Looking up the algorithm and setting up the key take longer than
// hashing a request, so that is done once.
struct SigningKey {
  explicit SigningKey(std::string_view key) {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context = EVP_MAC_CTX_new(algorithm);
    std::string digest = "SHA256";
    const std::array parameters = {OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0),
                                   OSSL_PARAM_construct_end()};
    // OpenSSL fails here only when memory is exhausted.
    if (context == nullptr ||
        EVP_MAC_init(context, reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                     parameters.data()) != 1) {
      throw std::bad_alloc();
    }
  }
  ~SigningKey() { EVP_MAC_CTX_free(context); }
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  [[nodiscard]] std::string Sign(std::string_view text) const {
    std::array<unsigned char, kDigestBytes> digest{};
    size_t size = 0;
    EVP_MAC_CTX* const one = EVP_MAC_CTX_dup(context);
    const bool signed_it = one != nullptr &&
                           EVP_MAC_update(one, reinterpret_cast<const unsigned char*>(text.data()),
                                          text.size()) == 1 &&
                           EVP_MAC_final(one, digest.data(), &size, digest.size()) == 1;
    EVP_MAC_CTX_free(one);
    if (!signed_it) {
      throw std::bad_alloc();  // as above
    }
    return {reinterpret_cast<const char*>(digest.data()), size};
  }

  EVP_MAC_CTX* context = nullptr;
};

namespace {

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

std::shared_ptr<const SigningKey> Signer::KeyOf(std::string_view day) const {
  const std::lock_guard lock(mutex_);
  if (day_ != day) {
    std::string key = "AWS4" + credentials_.secret_access_key;
    for (const std::string_view part :
         {day, std::string_view(region_), std::string_view("s3"), kTermination}) {
      key = SigningKey(key).Sign(part);
    }
    key_ = std::make_shared<const SigningKey>(key);
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
                     Hex(KeyOf(day)->Sign(to_sign)));
}

}  // namespace ursa::store
