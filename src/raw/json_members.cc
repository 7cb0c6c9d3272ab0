#include "raw/json_members.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/json_number.h"
#include "base/text.h"

namespace ursa::raw {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // of half a pair

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendUtf8(std::string& text, uint32_t code) {
  std::array<uint8_t, U8_MAX_LENGTH> bytes{};
  size_t length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, code);
  text.append(reinterpret_cast<const char*>(bytes.data()), length);
}

// Goes through valid UTF-8 from its start on. Each function is false where what it looks for is not
// there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool IsAtEnd() const { return rest_.empty(); }

  void PassSpace() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size()));
  }

  bool Take(std::string_view literal) {
    if (!rest_.starts_with(literal)) {
      return false;
    }
    rest_.remove_prefix(literal.size());
    return true;
  }

  // A text in quotes; `decoded` may be null.
  bool TakeText(std::string* decoded) {
    if (!Take("\"")) {
      return false;
    }
    while (!rest_.empty()) {
      const auto* end = std::ranges::find_if(
          rest_, [](char c) { return c == '"' || c == '\\' || static_cast<uint8_t>(c) < ' '; });
      const auto plain = static_cast<size_t>(end - rest_.begin());
      if (decoded != nullptr) {
        decoded->append(rest_.substr(0, plain));
      }
      rest_.remove_prefix(plain);
      if (Take("\"")) {
        return true;
      }
      if (!TakeEscape(decoded)) {
        return false;
      }
    }
    return false;
  }

  bool TakeNumber(std::string* text) {
    const size_t length = JsonNumberLength(rest_);
    if (text != nullptr) {
      *text = rest_.substr(0, length);
    }
    rest_.remove_prefix(length);
    return length > 0;
  }

  // A name and its colon.
  bool TakeName(std::string* decoded) {
    PassSpace();
    if (!TakeText(decoded)) {
      return false;
    }
    PassSpace();
    return Take(":");
  }

  // Any value, however deep.
  bool TakeValue() {
    std::string open;  // the brackets that will close what was opened
    do {
      PassSpace();
      if (Take("{")) {
        open += '}';
        PassSpace();
        if (!rest_.starts_with('}')) {
          if (!TakeName(nullptr)) {
            return false;
          }
          continue;
        }
      } else if (Take("[")) {
        open += ']';
        PassSpace();
        if (!rest_.starts_with(']')) {
          continue;
        }
      } else if (!TakeScalar()) {
        return false;
      }
      if (!TakeWhatFollows(open)) {
        return false;
      }
    } while (!open.empty());
    return true;
  }

  // A value, and what of it is told.
  bool TakeMember(JsonMember& member) {
    PassSpace();
    member = {};
    if (rest_.starts_with('"')) {
      member.kind = JsonMember::Kind::kText;
      return TakeText(&member.text);
    }
    if (rest_.starts_with('-') || (!rest_.empty() && IsDigit(rest_.front()))) {
      member.kind = JsonMember::Kind::kNumber;
      return TakeNumber(&member.text);
    }
    member.kind = JsonMember::Kind::kOther;
    return TakeValue();
  }

 private:
  bool TakeScalar() {
    return rest_.starts_with('"')
               ? TakeText(nullptr)
               : Take("true") || Take("false") || Take("null") || TakeNumber(nullptr);
  }

  // Behind a value: brackets that close, up to the comma behind which the next value begins.
  bool TakeWhatFollows(std::string& open) {
    while (!open.empty()) {
      PassSpace();
      if (Take(",")) {
        return open.back() == ']' || TakeName(nullptr);
      }
      if (!Take(std::string_view(&open.back(), 1))) {
        return false;
      }
      open.pop_back();
    }
    return true;
  }

  bool TakeEscape(std::string* decoded) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (!Take("\\") || rest_.empty()) {
      return false;
    }
    const size_t escape = kEscapes.find(rest_.front());
    if (escape == std::string_view::npos) {
      return TakeUnicodeEscape(decoded);
    }
    rest_.remove_prefix(1);
    if (decoded != nullptr) {
      *decoded += kMeanings[escape];
    }
    return true;
  }

  bool TakeUnicodeEscape(std::string* decoded) {
    uint32_t code = 0;
    if (!TakeHexDigits(code)) {
      return false;
    }
    uint32_t low = 0;
    const std::string_view behind = rest_;
    if (code >= 0xD800 && code < 0xDC00) {
      if (Take("\\") && TakeHexDigits(low) && low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else {
        rest_ = behind;
      }
    }
    if (decoded != nullptr && code >= 0xD800 && code < 0xE000) {
      decoded->append(kReplacement);
    } else if (decoded != nullptr) {
      AppendUtf8(*decoded, code);
    }
    return true;
  }

  // "u12aB"
  bool TakeHexDigits(uint32_t& code) {
    const std::string_view digits = rest_.substr(0, 5);
    if (digits.size() < 5 || digits.front() != 'u') {
      return false;
    }
    const auto [end, error] = std::from_chars(digits.data() + 1, digits.data() + 5, code, 16);
    rest_.remove_prefix(5);
    return error == std::errc() && end == digits.data() + 5;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::vector<JsonMember>> ReadJsonMembers(std::string_view json,
                                                       std::span<const std::string_view> names) {
  if (!IsValidUtf8(json)) {
    return std::nullopt;
  }
  std::vector<JsonMember> members(names.size());
  Scanner scanner(json);
  scanner.Take(kByteOrderMark);
  scanner.PassSpace();
  if (!scanner.Take("{")) {
    return std::nullopt;
  }
  scanner.PassSpace();
  if (!scanner.Take("}")) {
    do {
      std::string name;
      JsonMember member;
      if (!scanner.TakeName(&name) || !scanner.TakeMember(member)) {
        return std::nullopt;
      }
      const auto wanted = std::ranges::find(names, name);
      if (wanted != names.end()) {
        members[static_cast<size_t>(wanted - names.begin())] = std::move(member);
      }
      scanner.PassSpace();
    } while (scanner.Take(","));
    if (!scanner.Take("}")) {
      return std::nullopt;
    }
  }
  scanner.PassSpace();
  return scanner.IsAtEnd() ? std::optional(std::move(members)) : std::nullopt;
}

}  // namespace ursa::raw
