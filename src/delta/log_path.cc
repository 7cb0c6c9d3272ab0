#include "delta/log_path.h"

#include <algorithm>

#include "base/text.h"

namespace ursa::delta {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Independent of the locale, unlike std::isalnum.
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsLetterOrDigit(char c) { return IsLetter(c) || (c >= '0' && c <= '9'); }

// "s3://..", "file:/..": a scheme before the first slash (RFC 3986 section 3.1).
bool HasScheme(std::string_view text) {
  const std::string_view scheme = text.substr(0, text.find(':'));
  return scheme.size() < text.size() && !scheme.empty() && IsLetter(scheme.front()) &&
         std::all_of(scheme.begin(), scheme.end(),
                     [](char c) { return IsLetterOrDigit(c) || c == '+' || c == '-' || c == '.'; });
}

bool StaysInside(std::string_view path) {
  while (true) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") {
      return false;
    }
    if (slash == std::string_view::npos) {
      return true;
    }
    path.remove_prefix(slash + 1);
  }
}

tl::unexpected<Error> Damaged(std::string_view uri_reference, const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "the path " + std::string(uri_reference) + " " + what);
}

}  // namespace

Result<std::string> DecodePath(std::string_view uri_reference) {
  if (HasScheme(uri_reference) || uri_reference.starts_with('/')) {
    return Fail(ErrorCode::kUnsupported, "the table names its file by an absolute path, " +
                                             std::string(uri_reference) +
                                             ", which is not supported");
  }
  std::string path;
  for (size_t i = 0; i < uri_reference.size(); ++i) {
    if (uri_reference[i] != '%') {
      path += uri_reference[i];
      continue;
    }
    const bool whole = i + 2 < uri_reference.size();
    const int high = whole ? HexDigit(uri_reference[i + 1]) : -1;
    const int low = whole ? HexDigit(uri_reference[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return Damaged(uri_reference, "has a % without two hexadecimal digits after it");
    }
    path += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!IsValidUtf8(path) || path.find('\0') != std::string::npos) {
    return Damaged(uri_reference, "holds bytes that no file name has");
  }
  if (!StaysInside(path)) {
    return Damaged(uri_reference, "leads out of the table");
  }
  if (path == "_delta_log" || path.starts_with("_delta_log/")) {
    return Damaged(uri_reference, "names the log itself as data");
  }
  return path;
}

std::string EncodePath(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : path) {
    if (IsLetterOrDigit(c) || kPlain.find(c) != std::string_view::npos) {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += '%';
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
  }
  return text;
}

}  // namespace ursa::delta
