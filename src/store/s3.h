// A bucket of an S3-compatible service as an object store.
//
// Every request is signed whole (AWS Signature Version 4, the body's own SHA-256, never in chunks
// and never with a checksum trailer: R2 refuses those). What is idempotent is tried again, with
// full jitter, on 429, 5xx and broken connections, and honours Retry-After. A conditional Put is
// sent again only where it was certainly not done (429, nobody listens): 409, 5xx, no answer, or
// 412 to a repetition is kUnknownOutcome, for the caller to settle. Deadlines are of progress, not
// of total time. TLS certificates are always verified.
//
// What a server may not do is an error: a body shorter than announced, 200 for a range, another
// range than asked for, another version than asked for, an error inside a 200, a listing out of
// order. A 404 that is not S3's own NoSuchKey is never taken for an absent object.
//
// Zero-byte objects whose key ends in a slash ("folders" that consoles make) are not listed.
// Proxies are found as libcurl does (HTTPS_PROXY, NO_PROXY); loopback never goes through one.
// Thread-safe. Source: architecture.md, "Object store"; catalog.md section 3, "Unknown outcomes".
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "base/environment.h"
#include "store/object_store.h"

namespace ursa::store {

struct S3Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // "" where there is none
  std::string source;         // where they are from, for messages: "R2_ACCESS_KEY_ID"
};

struct S3Settings {
  std::string endpoint{};           // https://HOST[:PORT], or http:// on loopback or by allow_http
  std::string region = "auto";      // as signed
  bool virtual_addressing = false;  // https://BUCKET.HOST/KEY instead of https://HOST/BUCKET/KEY
  std::string bucket{};
  S3Credentials credentials{};
  std::string ca_bundle{};  // a file of certificates; "": the system's
  bool allow_http = false;
  size_t connections = 32;  // at most so many at once

  std::chrono::seconds connect_timeout{10};
  // A transfer that moves less than 1 KiB/s for so long is given up.
  std::chrono::seconds stall_timeout{60};
  uint32_t tries_max = 8;
  std::chrono::milliseconds backoff_base{200};  // the first wait is at most this, the next twice...
  std::chrono::milliseconds backoff_max{20'000};
  uint64_t put_bytes_max = uint64_t{5} << 30;    // S3's own limit of one Put, and of one Copy
  uint32_t list_entries_max = 1000;              // a page; services have no larger ones
  uint64_t copy_part_bytes = uint64_t{1} << 30;  // of a larger Copy

  Clock& clock;
  Random& random;
  std::stop_token stop{};  // ends waits, and reads of a store opened for reading: kInterrupted
};

// kUsage for settings that can't be: an endpoint that is none, plain HTTP to another machine, no
// credentials. Nothing is sent yet.
Result<std::unique_ptr<ReadableStore>> OpenS3ForReading(S3Settings settings);

// The same for reading and writing. A request that was sent is let finish after a stop, so that
// what was written is known.
Result<std::unique_ptr<ObjectStore>> OpenS3(S3Settings settings);

// By how much this machine's clock is ahead of the service's, to the second.
Result<Nanoseconds> MeasureS3ClockAhead(S3Settings settings);

}  // namespace ursa::store
