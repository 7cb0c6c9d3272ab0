#include "store/s3_client.h"

#include <fmt/format.h>

#include <utility>

#include "base/digest.h"
#include "store/s3_error.h"
#include "store/s3_retry.h"

namespace ursa::store {
namespace {

constexpr size_t kTextBytesMax = size_t{16} << 20;
constexpr size_t kRefusalBytesMax = size_t{64} << 10;
constexpr int kSlowFactor = 10;
constexpr int kAlreadyThere = 412;
constexpr size_t kSignedHeadersMax = 5;  // that every request has

bool Accepts(const S3Request& request, int status) {
  switch (request.accepts) {
    case S3Request::Accepts::kAnyRefusal:
      return status < 500 && status != 408 && status != 429;
    case S3Request::Accepts::kRangeRefusal:
      return status == 416 || (status >= 200 && status < 300);
    case S3Request::Accepts::kSuccess:
      return status >= 200 && status < 300;
  }
  return false;
}

// Gives a success to the reader, and keeps the text of anything else.
class AnswerReader final : public HttpReader {
 public:
  AnswerReader(const S3Request& request, S3Reader& reader) : request_(request), reader_(reader) {}

  Result<void> Begin(const HttpHead& head) override {
    accepted_ = Accepts(request_, head.status);
    return accepted_ ? reader_.Begin(head) : Result<void>();
  }

  Result<void> Take(std::string_view bytes) override {
    if (accepted_) {
      return reader_.Take(bytes);
    }
    refusal_.append(
        bytes.substr(0, kRefusalBytesMax - std::min(refusal_.size(), kRefusalBytesMax)));
    return {};
  }

  [[nodiscard]] bool Accepted() const { return accepted_; }
  [[nodiscard]] std::string_view RefusalText() const { return refusal_; }

 private:
  const S3Request& request_;
  S3Reader& reader_;
  bool accepted_ = false;
  std::string refusal_;
};

}  // namespace

Result<void> TextReader::Take(std::string_view bytes) {
  if (text_.size() + bytes.size() > kTextBytesMax) {
    return Fail(ErrorCode::kCorrupt, "the service's answer is over 16 MiB");
  }
  text_.append(bytes);
  return {};
}

bool TextReader::Restart() {
  text_.clear();
  return true;
}

// How one sending ended.
struct S3Client::Try {
  Result<HttpHead> outcome;
  bool transient = false;
  bool maybe_done = true;  // false: the request certainly had no effect
  std::optional<Nanoseconds> retry_after;
};

Result<std::unique_ptr<S3Client>> S3Client::Make(S3Settings settings, bool cut_reads) {
  URSA_TRY(S3Endpoint endpoint, ParseEndpoint(settings.endpoint));
  if (!endpoint.https && !endpoint.loopback && !settings.allow_http) {
    return Fail(ErrorCode::kUsage, "plain http:// is for loopback only; use https://");
  }
  const S3Credentials& credentials = settings.credentials;
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return Fail(ErrorCode::kUsage, "there are no credentials for the bucket " + settings.bucket);
  }
  // A line break would end the header that it stands in.
  for (const std::string* part : {&credentials.access_key_id, &credentials.session_token}) {
    if (part->find_first_of("\r\n \t") != std::string::npos) {
      return Fail(ErrorCode::kUsage, "the credentials (from " + credentials.source +
                                         ") hold a blank or a line break; copy them again");
    }
  }
  if (settings.bucket.empty() || settings.bucket.find('/') != std::string::npos) {
    return Fail(ErrorCode::kUsage, "'" + settings.bucket + "' cannot be the name of a bucket");
  }
  if (settings.virtual_addressing) {
    endpoint.host = settings.bucket + "." + endpoint.host;
  }
  return std::unique_ptr<S3Client>(
      new S3Client(std::move(settings), std::move(endpoint), cut_reads));
}

S3Client::S3Client(S3Settings settings, S3Endpoint endpoint, bool cut_reads)
    : settings_(std::move(settings)),
      endpoint_(std::move(endpoint)),
      cut_reads_(cut_reads),
      signer_(settings_.region, settings_.credentials),
      connections_(std::make_unique<HttpConnections>(
          HttpSettings{settings_.connections, settings_.connect_timeout, settings_.ca_bundle,
                       endpoint_.loopback})) {}

std::string S3Client::Name(std::string_view key) const {
  return "s3://" + settings_.bucket + "/" + std::string(key);
}

HttpRequest S3Client::Sign(const S3Request& request, const std::string& digest) const {
  std::string path = "/";
  if (!settings_.virtual_addressing) {
    path += UrlEncode(settings_.bucket, Slashes::kEncode) + (request.key.empty() ? "" : "/");
  }
  path += UrlEncode(request.key, Slashes::kKeep);
  const std::string query = EncodeQuery(request.query);
  const std::string date = AmzDate(settings_.clock.Now());

  HttpRequest signed_request;
  signed_request.method = request.method;
  signed_request.url = fmt::format("{}://{}{}{}{}", endpoint_.https ? "https" : "http",
                                   endpoint_.host, path, query.empty() ? "" : "?", query);
  signed_request.headers.reserve(request.headers.size() + kSignedHeadersMax);
  signed_request.headers = request.headers;
  signed_request.headers.emplace_back("host", endpoint_.host);
  signed_request.headers.emplace_back("x-amz-date", date);
  signed_request.headers.emplace_back("x-amz-content-sha256", digest);
  if (!settings_.credentials.session_token.empty()) {
    signed_request.headers.emplace_back("x-amz-security-token",
                                        settings_.credentials.session_token);
  }
  signed_request.headers.emplace_back(
      "authorization",
      signer_.Authorization({request.method, path, query, signed_request.headers, digest}, date));
  signed_request.body = request.body;
  signed_request.stall_timeout = settings_.stall_timeout * (request.slow ? kSlowFactor : 1);
  signed_request.send_once = request.once;
  signed_request.short_answer = request.short_answer;
  return signed_request;
}

S3Client::Try S3Client::SendOnce(const S3Request& request, const std::string& digest,
                                 S3Reader& reader) const {
  const auto what = [&] { return request.doing + " " + Name(request.key); };
  AnswerReader answer(request, reader);
  const std::stop_token cut = cut_reads_ && request.can_be_cut ? settings_.stop : std::stop_token();
  auto head = connections_->Perform(Sign(request, digest), answer, cut);
  if (!head) {
    HttpFailure failure = std::move(head).error();
    if (failure.by_reader) {
      return {tl::unexpected(std::move(failure.error)), false, true, {}};
    }
    Error error{failure.error.code,
                WithoutSecrets(what() + ": " + failure.error.message, settings_.credentials),
                {},
                {}};
    return {tl::unexpected(std::move(error)), failure.transient, failure.maybe_sent, {}};
  }
  const bool hidden_error = answer.Accepted() && IsErrorBody(reader.Text());
  if (answer.Accepted() && !hidden_error) {
    return {*std::move(head), false, true, {}};
  }
  const S3Refusal refusal = ReadRefusal(*head, hidden_error ? reader.Text() : answer.RefusalText(),
                                        settings_.clock.Now());
  Error error = ErrorOf(refusal, what(), settings_);
  if (request.once && refusal.status == kAlreadyThere) {
    error = {ErrorCode::kAlreadyExists, Name(request.key) + " exists already", {}, {}};
  }
  // Only where the service has refused it itself can the request have had no effect.
  const bool maybe_done =
      hidden_error || refusal.status >= 500 || (refusal.IsTransient() && !refusal.IsThrottled());
  return {tl::unexpected(std::move(error)), refusal.IsTransient(), maybe_done, refusal.retry_after};
}

Result<HttpHead> S3Client::Send(const S3Request& request, S3Reader& reader) const {
  Retries retries(settings_);
  static const std::string kDigestOfNothing = Sha256Hex("");
  const std::string digest = request.body.empty() ? kDigestOfNothing : Sha256Hex(request.body);
  while (true) {
    Try one = SendOnce(request, digest, reader);
    if (one.outcome) {
      return one.outcome;
    }
    Error error = std::move(one.outcome).error();
    // After a try that was refused for being one too many, who was there first may be ourselves.
    const bool may_be_ours = error.code == ErrorCode::kAlreadyExists && retries.Tries() > 1;
    if (request.once && (one.maybe_done || may_be_ours)) {
      if (one.retry_after) {
        // The wait is the service's to say, and whether to put again the caller's.
        settings_.clock.Sleep(*one.retry_after, settings_.stop);
      }
      return Fail(ErrorCode::kUnknownOutcome, "it is not known whether " + Name(request.key) +
                                                  " was written: " + error.message);
    }
    if (!one.transient || !reader.Restart() || !retries.WaitForNext(one.retry_after)) {
      if (one.transient && request.can_be_cut && settings_.stop.stop_requested()) {
        error.code = ErrorCode::kInterrupted;
      }
      if (retries.Tries() > 1) {
        error.message += fmt::format(" (tried {} times)", retries.Tries());
      }
      return tl::unexpected(std::move(error));
    }
  }
}

}  // namespace ursa::store
