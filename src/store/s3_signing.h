// AWS Signature Version 4 in the Authorization header.
//
// Source: AWS, "Signature Calculations for the Authorization Header: Transferring Payload in a
// Single Chunk (AWS Signature Version 4)"; the tests hold its published examples. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "store/s3.h"

namespace ursa::store {

// The names in lower case.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// A request as it is sent; all headers in it are signed.
struct SigningRequest {
  std::string_view method;
  std::string_view path;   // percent-encoded
  std::string_view query;  // of EncodeQuery
  // In any order; host, x-amz-date and x-amz-content-sha256 included.
  const HttpHeaders& headers;
  std::string_view payload_sha256;
};

// "20130524T000000Z", the x-amz-date of a time.
std::string AmzDate(TimeNs time);

// What is hashed, for tests and for comparing with a server's complaint.
std::string CanonicalRequest(const SigningRequest& request);

struct SigningKey;

// Signs with one key, which is derived anew once a day.
class Signer {
 public:
  Signer(std::string region, S3Credentials credentials)
      : region_(std::move(region)), credentials_(std::move(credentials)) {}

  // The value of the Authorization header; `date` is the request's x-amz-date.
  [[nodiscard]] std::string Authorization(const SigningRequest& request,
                                          std::string_view date) const;

 private:
  [[nodiscard]] std::shared_ptr<const SigningKey> KeyOf(std::string_view day) const;

  const std::string region_;
  const S3Credentials credentials_;
  mutable std::mutex mutex_;
  mutable std::string day_;  // that `key_` is of
  mutable std::shared_ptr<const SigningKey> key_;
};

}  // namespace ursa::store
