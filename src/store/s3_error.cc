#include "store/s3_error.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "store/s3_retry.h"

namespace ursa::store {
namespace {

constexpr size_t kMessageBytesMax = 300;
// Services refuse requests of a time further off than this.
constexpr int64_t kSkewSecondsMax = 15 * 60;

// What one of S3's codes means, and what to do. The sentences may use the names of ErrorOf.
struct Meaning {
  std::string_view code;
  ErrorCode error;
  bool transient;
  std::string_view sentence;
};

constexpr std::string_view kWrongKey =
    "the service does not know the access key id (from {source}); check it, and that endpoint is "
    "the service that issued it";
constexpr std::string_view kExpired =
    "the session token has expired or is not valid; get new credentials (they come from {source})";
constexpr std::string_view kSkew =
    "this machine's clock is {skew}; set it right (NTP) and run the command again";
constexpr std::string_view kOtherRegion =
    "the bucket {bucket} is in another region{their_region}; set region{their_endpoint} in the "
    "profile (it is \"{region}\" there now)";
constexpr std::string_view kNoBucket =
    "there is no bucket {bucket} at {endpoint}; correct the bucket's name or endpoint in the "
    "profile, or create it";
constexpr std::string_view kDenied =
    "the service denies it; give the credentials (from {source}) the right to do this in the "
    "bucket {bucket}, or use others";
constexpr std::string_view kBusy =
    "the service asks for fewer requests; try later, or lower --jobs";
constexpr std::string_view kOutOfOrder = "the service is out of order at the moment; try later";
constexpr std::string_view kArchived = "the object is archived; restore it from the archive first";

constexpr std::array kMeanings = {
    Meaning{"NoSuchKey", ErrorCode::kNotFound, false, "there is no such object"},
    Meaning{"NoSuchBucket", ErrorCode::kUnavailable, false, kNoBucket},
    Meaning{"InvalidBucketName", ErrorCode::kUnavailable, false,
            "{bucket} cannot be the name of a bucket; correct it in the profile"},
    Meaning{"AccessDenied", ErrorCode::kDenied, false, kDenied},
    Meaning{"AllAccessDisabled", ErrorCode::kDenied, false, kDenied},
    Meaning{"Unauthorized", ErrorCode::kDenied, false, kDenied},
    Meaning{"InvalidAccessKeyId", ErrorCode::kDenied, false, kWrongKey},
    Meaning{"SignatureDoesNotMatch", ErrorCode::kDenied, false,
            "the secret access key does not belong to the access key id (from {source}); check "
            "that the whole secret was copied"},
    Meaning{"ExpiredToken", ErrorCode::kDenied, false, kExpired},
    Meaning{"InvalidToken", ErrorCode::kDenied, false, kExpired},
    Meaning{"TokenRefreshRequired", ErrorCode::kDenied, false, kExpired},
    Meaning{"RequestTimeTooSkewed", ErrorCode::kDenied, false, kSkew},
    Meaning{"RequestExpired", ErrorCode::kDenied, false, kSkew},
    Meaning{"AuthorizationHeaderMalformed", ErrorCode::kUnavailable, false, kOtherRegion},
    Meaning{"IllegalLocationConstraintException", ErrorCode::kUnavailable, false, kOtherRegion},
    Meaning{"PermanentRedirect", ErrorCode::kUnavailable, false, kOtherRegion},
    Meaning{"TemporaryRedirect", ErrorCode::kUnavailable, false, kOtherRegion},
    Meaning{"Redirect", ErrorCode::kUnavailable, false, kOtherRegion},
    Meaning{"PreconditionFailed", ErrorCode::kPreconditionFailed, false,
            "the object has changed since it was looked at"},
    Meaning{"InvalidObjectState", ErrorCode::kUnavailable, false, kArchived},
    Meaning{"KeyTooLongError", ErrorCode::kInvalid, false, "the key is too long for the service"},
    Meaning{"EntityTooLarge", ErrorCode::kUnsupported, false,
            "the object is too large for the service"},
    Meaning{"NotImplemented", ErrorCode::kUnsupported, false,
            "the service does not implement this request"},
    Meaning{"SlowDown", ErrorCode::kThrottled, true, kBusy},
    Meaning{"TooManyRequests", ErrorCode::kThrottled, true, kBusy},
    Meaning{"RequestLimitExceeded", ErrorCode::kThrottled, true, kBusy},
    Meaning{"InternalError", ErrorCode::kUnavailable, true, kOutOfOrder},
    Meaning{"ServiceUnavailable", ErrorCode::kUnavailable, true, kOutOfOrder},
    Meaning{"RequestTimeout", ErrorCode::kUnavailable, true, kOutOfOrder},
    Meaning{"OperationAborted", ErrorCode::kUnavailable, true, kOutOfOrder},
    Meaning{"ConditionalRequestConflict", ErrorCode::kUnavailable, true, kOutOfOrder},
};

// Where the body says nothing, the status has to.
Meaning MeaningOfStatus(int status) {
  switch (status) {
    case 301:
    case 302:
    case 307:
    case 308:
      return {"", ErrorCode::kUnavailable, false, kOtherRegion};
    case 401:
    case 403:
      return {"", ErrorCode::kDenied, false, kDenied};
    case 404:
      // Nothing may be taken for absent because a wrong server does not have it.
      return {"", ErrorCode::kUnavailable, false,
              "{endpoint} does not answer as an S3 service does; correct endpoint in the profile"};
    case 412:
      return {"", ErrorCode::kPreconditionFailed, false,
              "the object has changed since it was looked at"};
    case 429:
      return {"", ErrorCode::kThrottled, true, kBusy};
    case 501:
      return {"", ErrorCode::kUnsupported, false, "the service does not implement this request"};
    default:
      return status >= 500 ? Meaning{"", ErrorCode::kUnavailable, true, kOutOfOrder}
                           : Meaning{"", ErrorCode::kUnavailable, status == 408,
                                     "the service refuses the request"};
  }
}

Meaning MeaningOf(const S3Refusal& refusal) {
  const auto* found = std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& meaning) {
    return meaning.code == refusal.code;
  });
  return found != kMeanings.end() ? *found : MeaningOfStatus(refusal.status);
}

std::string SkewText(const S3Refusal& refusal) {
  if (!refusal.clock_ahead_s) {
    return "too far from the service's";
  }
  const int64_t ahead = *refusal.clock_ahead_s;
  return fmt::format("{} s {} the service's", ahead < 0 ? -ahead : ahead,
                     ahead < 0 ? "behind" : "ahead of");
}

}  // namespace

bool S3Refusal::IsTransient() const { return MeaningOf(*this).transient; }

bool S3Refusal::IsThrottled() const { return status == 429; }

bool IsErrorBody(std::string_view body) {
  // Nearly every listing comes by here: only what may be one is parsed.
  size_t root = body.find('<');
  while (root < body.size() && root + 1 < body.size() &&
         (body[root + 1] == '?' || body[root + 1] == '!')) {
    root = body.find('<', root + 1);
  }
  pugi::xml_document document;
  return root < body.size() && body.substr(root).starts_with("<Error") &&
         document.load_buffer(body.data(), body.size()) &&
         std::string_view(document.document_element().name()) == "Error";
}

S3Refusal ReadRefusal(const HttpHead& head, std::string_view body, TimeNs now) {
  S3Refusal refusal;
  refusal.status = head.status;
  pugi::xml_document document;
  if (document.load_buffer(body.data(), body.size())) {
    pugi::xml_node error = document.document_element();
    if (std::string_view(error.name()) == "ErrorResponse") {
      error = error.child("Error");
    }
    if (std::string_view(error.name()) == "Error") {
      refusal.code = error.child_value("Code");
      refusal.message = std::string(error.child_value("Message")).substr(0, kMessageBytesMax);
      refusal.region = error.child_value("Region");
      refusal.endpoint = error.child_value("Endpoint");
    }
  }
  if (const auto region = head.Find("x-amz-bucket-region"); region && refusal.region.empty()) {
    refusal.region = *region;
  }
  if (const auto retry_after = head.Find("retry-after")) {
    refusal.retry_after = ParseRetryAfter(*retry_after, now);
  }
  if (const auto date = head.Find("date")) {
    const time_t theirs = curl_getdate(std::string(*date).c_str(), nullptr);
    if (theirs >= 0) {
      refusal.clock_ahead_s =
          std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() - theirs;
    }
  }
  return refusal;
}

Error ErrorOf(const S3Refusal& refusal, const std::string& what, const S3Settings& settings) {
  Meaning meaning = MeaningOf(refusal);
  // RGW, for one, calls a request of the wrong time only denied.
  if (meaning.error == ErrorCode::kDenied && meaning.sentence == kDenied &&
      refusal.clock_ahead_s.has_value() && std::abs(*refusal.clock_ahead_s) > kSkewSecondsMax) {
    meaning.sentence = kSkew;
  }
  std::string sentence = fmt::format(
      fmt::runtime(meaning.sentence), fmt::arg("source", settings.credentials.source),
      fmt::arg("skew", SkewText(refusal)), fmt::arg("bucket", settings.bucket),
      fmt::arg("region", settings.region), fmt::arg("endpoint", settings.endpoint),
      fmt::arg("their_region", refusal.region.empty() ? "" : " (\"" + refusal.region + "\")"),
      fmt::arg("their_endpoint",
               refusal.endpoint.empty() ? "" : " and endpoint (" + refusal.endpoint + ")"));
  std::string answer = fmt::format("{}{}{}{}", refusal.status, refusal.code.empty() ? "" : " ",
                                   refusal.code, refusal.message.empty() ? "" : ": ");
  Error error{
      meaning.error, what + ": " + sentence + " [" + answer + refusal.message + "]", {}, {}};
  error.message = WithoutSecrets(std::move(error.message), settings.credentials);
  return error;
}

std::string WithoutSecrets(std::string text, const S3Credentials& credentials) {
  for (const std::string& secret : {credentials.secret_access_key, credentials.session_token}) {
    if (secret.empty()) {
      continue;
    }
    for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), "***");
      at += 3;
    }
  }
  return text;
}

}  // namespace ursa::store
