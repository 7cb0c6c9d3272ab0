#include "store/s3_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace ursa::store {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool IsUnreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// A part of a parsed URL, "" where it has none.
std::string PartOf(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) {
    return {};
  }
  std::string result = text;
  curl_free(text);
  return result;
}

// A name that only begins like an address (127.0.0.1.example.org) is anywhere.
bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace

std::string UrlEncode(std::string_view text, Slashes slashes) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c) || (c == '/' && slashes == Slashes::kKeep)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    }
  }
  return encoded;
}

Result<std::string> UrlDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : HexValue(text[i + 2]);
    if (low < 0) {
      return Fail(ErrorCode::kCorrupt, "'" + std::string(text) + "' is not percent-encoded");
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string EncodeQuery(const S3Query& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  for (const auto& [name, value] : query) {
    encoded.emplace_back(UrlEncode(name, Slashes::kEncode), UrlEncode(value, Slashes::kEncode));
  }
  std::sort(encoded.begin(), encoded.end());
  std::string text;
  for (const auto& [name, value] : encoded) {
    text += (text.empty() ? "" : "&") + name + "=" + value;
  }
  return text;
}

Result<S3Endpoint> ParseEndpoint(const std::string& text) {
  const Url url(curl_url(), &curl_url_cleanup);
  const auto wrong = [&] {
    return Fail(ErrorCode::kUsage,
                "the endpoint must be https://HOST or https://HOST:PORT and nothing more");
  };
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return wrong();
  }
  const std::string scheme = PartOf(url, CURLUPART_SCHEME);
  const std::string path = PartOf(url, CURLUPART_PATH);
  S3Endpoint endpoint;
  endpoint.https = scheme == "https";
  endpoint.host = PartOf(url, CURLUPART_HOST);
  endpoint.loopback = IsLoopback(endpoint.host);
  if ((scheme != "https" && scheme != "http") || endpoint.host.empty() ||
      (!path.empty() && path != "/")) {
    return wrong();
  }
  for (const CURLUPart part :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    if (!PartOf(url, part).empty()) {
      return wrong();
    }
  }
  const std::string port = PartOf(url, CURLUPART_PORT);
  if (!port.empty() && port != (endpoint.https ? "443" : "80")) {
    endpoint.host += ":" + port;
  }
  return endpoint;
}

}  // namespace ursa::store
