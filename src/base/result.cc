#include "base/result.h"

namespace ursa {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kPreconditionFailed:
      return "precondition_failed";
    case ErrorCode::kAlreadyExists:
      return "already_exists";
    case ErrorCode::kDenied:
      return "denied";
    case ErrorCode::kThrottled:
      return "throttled";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kUnknownOutcome:
      return "unknown_outcome";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kRefused:
      return "refused";
    case ErrorCode::kUsage:
      return "usage";
    case ErrorCode::kInterrupted:
      return "interrupted";
  }
  return "unknown";
}

std::string Error::ToString() const {
  std::string text;
  for (auto line = context.rbegin(); line != context.rend(); ++line) {
    text += *line + ": ";
  }
  return text + message;
}

}  // namespace ursa
