#include "base/json_number.h"

namespace ursa {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

size_t JsonNumberLength(std::string_view text) {
  size_t length = 0;
  const auto take_digits = [&] {
    const size_t start = length;
    while (length < text.size() && IsDigit(text[length])) {
      ++length;
    }
    return length > start;
  };
  const auto is = [&](std::string_view any) {
    return length < text.size() && any.find(text[length]) != std::string_view::npos;
  };
  length += is("-") ? 1 : 0;
  const bool zero = is("0");
  if (!take_digits() || (zero && length > 1 + (text.front() == '-' ? 1 : 0))) {
    return 0;
  }
  if (is(".")) {
    ++length;
    if (!take_digits()) {
      return 0;
    }
  }
  if (is("eE")) {
    ++length;
    length += is("+-") ? 1 : 0;
    if (!take_digits()) {
      return 0;
    }
  }
  return length;
}

}  // namespace ursa
