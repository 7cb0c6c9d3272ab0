// What an S3 service says where it refuses, and what a person has to do about it: each cause is one
// clear sentence. Source: AWS, "Error responses"; architecture.md, "Errors".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/s3.h"
#include "store/s3_connection.h"

namespace ursa::store {

// An answer that is no success. Empty where the server did not say it.
struct S3Refusal {
  int status = 0;
  std::string code;      // "NoSuchKey"; "" where the body is no error of S3's
  std::string message;   // the server's own words, shortened
  std::string region;    // the bucket's, where the server says that it is another one
  std::string endpoint;  // likewise
  std::optional<int64_t>
      clock_ahead_s;  // by how much this machine's clock is ahead of the server's
  std::optional<Nanoseconds> retry_after;

  // Trying again may help.
  [[nodiscard]] bool IsTransient() const;
  // Refused because of too many requests, and certainly not done.
  [[nodiscard]] bool IsThrottled() const;
};

// Reads an answer with an error status, or with an <Error> in a success. `now` is this machine's.
S3Refusal ReadRefusal(const HttpHead& head, std::string_view body, TimeNs now);

// Whether the body of a success holds an error all the same.
bool IsErrorBody(std::string_view body);

// The refusal as an error about `what` ("reading s3://bucket/key").
Error ErrorOf(const S3Refusal& refusal, const std::string& what, const S3Settings& settings);

// `text` without the secrets of `credentials`, should a server echo them.
std::string WithoutSecrets(std::string text, const S3Credentials& credentials);

}  // namespace ursa::store
