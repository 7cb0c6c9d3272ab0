// Signed requests to one bucket, tried again where that is harmless. What an answer must look like
// is the reader's to judge. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/s3.h"
#include "store/s3_connection.h"
#include "store/s3_signing.h"
#include "store/s3_url.h"

namespace ursa::store {

// A reader that may have to begin anew, as its request is sent again.
class S3Reader : public HttpReader {
 public:
  // Forgets what was taken; false where that can't be undone, so that there is no further try.
  virtual bool Restart() = 0;
  // The answer, where it may be an error in spite of its status.
  [[nodiscard]] virtual std::string_view Text() const { return {}; }
};

// Collects a short answer (XML), at most 16 MiB.
class TextReader final : public S3Reader {
 public:
  Result<void> Begin(const HttpHead&) override { return {}; }
  Result<void> Take(std::string_view bytes) override;
  bool Restart() override;
  [[nodiscard]] std::string_view Text() const override { return text_; }

 private:
  std::string text_;
};

struct S3Request {
  std::string method;
  std::string key;  // "" for the bucket itself
  S3Query query;
  HttpHeaders headers;  // beyond those that every request has
  std::string_view body;
  std::string doing;  // "reading", for messages
  // A conditional Put: sent again only where it was certainly not done, which the service says of
  // one too many (429); kAlreadyExists, kThrottled, kUnknownOutcome. The last comes after the time
  // that the service asked to wait.
  bool once = false;
  bool short_answer = false;  // some KiB at most are to be expected
  // The server may need long for it without a byte moving.
  bool slow = false;
  // A read: a stop ends it at once where the store was opened for reading.
  bool can_be_cut = false;
  // Which answers are given to the reader; all others become errors.
  enum class Accepts {
    kSuccess,
    kRangeRefusal,  // and 416
    kAnyRefusal,    // and everything that trying again would not change
  };
  Accepts accepts = Accepts::kSuccess;
};

class S3Client {
 public:
  // kUsage for settings that can't be.
  static Result<std::unique_ptr<S3Client>> Make(S3Settings settings, bool cut_reads);

  // Sends, and tries again. The error names the object and says what to do.
  Result<HttpHead> Send(const S3Request& request, S3Reader& reader) const;

  [[nodiscard]] const S3Settings& Settings() const { return settings_; }
  // "s3://bucket/key"
  [[nodiscard]] std::string Name(std::string_view key) const;

 private:
  S3Client(S3Settings settings, S3Endpoint endpoint, bool cut_reads);
  // `digest` is that of the body.
  [[nodiscard]] HttpRequest Sign(const S3Request& request, const std::string& digest) const;
  struct Try;
  [[nodiscard]] Try SendOnce(const S3Request& request, const std::string& digest,
                             S3Reader& reader) const;

  const S3Settings settings_;
  const S3Endpoint endpoint_;
  const bool cut_reads_;
  const Signer signer_;
  const std::unique_ptr<HttpConnections> connections_;
};

}  // namespace ursa::store
