// Addresses of an S3 service: percent-encoding as its signatures want it, and endpoints.
// Source: AWS, "Create a signed AWS API request" (UriEncode).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ursa::store {

// Names and values as they are, not encoded.
using S3Query = std::vector<std::pair<std::string, std::string>>;

// Every byte but A-Z a-z 0-9 - . _ ~ as %XX; slashes stay in a path.
enum class Slashes { kEncode, kKeep };
std::string UrlEncode(std::string_view text, Slashes slashes);

// The opposite; '+' is a space, as listings write it. kCorrupt for a % without two hex digits.
Result<std::string> UrlDecode(std::string_view text);

// "a=1&b=%2F", sorted by encoded name, as it is both sent and signed.
std::string EncodeQuery(const S3Query& query);

struct S3Endpoint {
  bool https = true;
  std::string host;  // as in the Host header: with the port where it is not the scheme's own
  bool loopback = false;
};

// kUsage unless `url` is http(s)://HOST[:PORT] with at most a slash behind it.
Result<S3Endpoint> ParseEndpoint(const std::string& url);

}  // namespace ursa::store
