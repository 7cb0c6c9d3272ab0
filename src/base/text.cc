#include "base/text.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace ursa {
namespace {

// The code point at the start of `text` and how many bytes it takes; length 0 for invalid UTF-8.
struct CodePoint {
  UChar32 value = 0;
  size_t length = 0;
};

CodePoint DecodeFirst(std::string_view text) {
  // A sequence has four bytes at most; U8_NEXT wants an int32 length.
  const auto size = static_cast<int32_t>(text.size() < 4 ? text.size() : 4);
  int32_t offset = 0;
  UChar32 value = 0;
  U8_NEXT(reinterpret_cast<const uint8_t*>(text.data()), offset, size, value);
  if (value < 0) {
    return {};
  }
  return {value, static_cast<size_t>(offset)};
}

bool MustBeEscaped(UChar32 value) {
  const uint32_t mask = U_GET_GC_MASK(value);
  return (mask & (U_GC_C_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK)) != 0 ||
         u_hasBinaryProperty(value, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

}  // namespace

std::string EscapeForDisplay(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const char byte = text.front();
    if (byte >= ' ' && byte < 0x7F && byte != '\\') {
      shown += byte;
      text.remove_prefix(1);
      continue;
    }
    const CodePoint point = DecodeFirst(text);
    if (point.length == 0) {
      shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(byte));
      text.remove_prefix(1);
      continue;
    }
    if (byte == '\\') {
      shown += "\\\\";
    } else if (byte == '\n') {
      shown += "\\n";
    } else if (byte == '\r') {
      shown += "\\r";
    } else if (byte == '\t') {
      shown += "\\t";
    } else if (MustBeEscaped(point.value)) {
      shown += fmt::format("\\u{{{:X}}}", point.value);
    } else {
      shown += text.substr(0, point.length);
    }
    text.remove_prefix(point.length);
  }
  return shown;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    if (point.length == 0) {
      ++width;
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(point.length);
    const uint32_t mask = U_GET_GC_MASK(point.value);
    if ((mask & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0) {
      continue;
    }
    const int wide = u_getIntPropertyValue(point.value, UCHAR_EAST_ASIAN_WIDTH);
    width += wide == U_EA_WIDE || wide == U_EA_FULLWIDTH ? 2 : 1;
  }
  return width;
}

size_t Utf8SequenceLength(std::string_view text) {
  return text.empty() ? 0 : DecodeFirst(text).length;
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

std::string WithThousands(long long number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3;) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

}  // namespace ursa
