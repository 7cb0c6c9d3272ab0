// Results and errors of every room.
//
// A function that can fail returns Result<T>. "There is no signal in this file" is no error but
// data; an Error means that the work could not be done. Context is added on the way up, innermost
// last in `context`, so that a message says what failed, on what, and what to do.
// Source: architecture.md, "Errors".
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace ursa {

// What went wrong, as far as a caller may want to act on it.
enum class ErrorCode {
  // Of an object store.
  kNotFound,
  kPreconditionFailed,  // If-Match did not hold: the object changed
  kAlreadyExists,       // put-if-absent lost
  kDenied,
  kThrottled,
  kUnavailable,     // unreachable, an I/O error, a full disk
  kUnknownOutcome,  // a write that may or may not have happened
  kCorrupt,         // bytes that are not what they must be
  // Of the rooms above it.
  kUnsupported,  // a table or format feature that Ursa does not implement, named in the message
  kInvalid,      // a value that breaks a rule; the message names row, column and rule
  kConflict,     // another writer was there first, for good
  kRefused,      // a guard, a brake or a confirmation; `rule` is set
  kUsage,        // wrong flags or configuration
  kInterrupted,  // Ctrl-C
};

// The stable lower-case name of a code, e.g. "not_found"; stands in JSON output.
std::string_view ErrorCodeName(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kUnavailable;
  std::string message;
  std::vector<std::string> context;  // outermost last
  std::string rule;                  // of kRefused: the rule's name in docs/commands.md

  // "reading the last anchor of eeg_0/...: permission denied"
  [[nodiscard]] std::string ToString() const;
};

template <typename T>
using Result = tl::expected<T, Error>;

// An error as the return value of a function that returns any Result<T>.
[[nodiscard]] inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message), {}, {}});
}

// The same for a refusal before anything was written; `rule` as in docs/commands.md, "Output".
[[nodiscard]] inline tl::unexpected<Error> Refuse(std::string rule, std::string message) {
  return tl::unexpected<Error>(Error{ErrorCode::kRefused, std::move(message), {}, std::move(rule)});
}

// The error of a failed result with one more line of context.
[[nodiscard]] inline tl::unexpected<Error> Propagate(Error error, std::string context = {}) {
  if (!context.empty()) {
    error.context.push_back(std::move(context));
  }
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace ursa

#define URSA_CONCAT_INNER(a, b) a##b
#define URSA_CONCAT(a, b) URSA_CONCAT_INNER(a, b)

// URSA_TRY(auto value, Function());  returns the error, or goes on with the value.
#define URSA_TRY(declaration, expression) \
  URSA_TRY_INNER(URSA_CONCAT(result_, __LINE__), declaration, expression, {})
// The same with a line of context for the error; the text is made only when it is needed.
#define URSA_TRY_CONTEXT(declaration, expression, text) \
  URSA_TRY_INNER(URSA_CONCAT(result_, __LINE__), declaration, expression, text)
#define URSA_TRY_INNER(temporary, declaration, expression, text)  \
  auto temporary = (expression);                                  \
  if (!temporary) {                                               \
    return ::ursa::Propagate(std::move(temporary).error(), text); \
  }                                                               \
  declaration = std::move(temporary).value()

// URSA_CHECK(Function());  for a Result<void>.
#define URSA_CHECK(expression) URSA_CHECK_CONTEXT(expression, {})
#define URSA_CHECK_CONTEXT(expression, text) \
  URSA_CHECK_INNER(URSA_CONCAT(check_, __LINE__), expression, text)
#define URSA_CHECK_INNER(temporary, expression, text)               \
  do {                                                              \
    if (auto temporary = (expression); !temporary) {                \
      return ::ursa::Propagate(std::move(temporary).error(), text); \
    }                                                               \
  } while (false)
