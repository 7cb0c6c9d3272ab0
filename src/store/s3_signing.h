// AWS Signature Version 4 in the Authorization header.
//
// Source: AWS, "Signature Calculations for the Authorization Header: Transferring Payload in a
// Single Chunk (AWS Signature Version 4)"; the tests hold its published examples. Thread-safe.
#pragma once

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
  HttpHeaders headers;     // host, x-amz-date and x-amz-content-sha256 included
  std::string_view payload_sha256;
};

// "20130524T000000Z", the x-amz-date of a time.
std::string AmzDate(TimeNs time);

// What is hashed, for tests and for comparing with a server's complaint.
std::string CanonicalRequest(const SigningRequest& request);

// The value of the Authorization header; `date` is the request's x-amz-date.
std::string Authorization(const SigningRequest& request, std::string_view date,
                          std::string_view region, const S3Credentials& credentials);

}  // namespace ursa::store
