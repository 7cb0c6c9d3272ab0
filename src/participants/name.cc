#include "participants/name.h"

#include <unicode/casemap.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace ursa::participants {
namespace {

constexpr UChar32 kSpace = ' ';
constexpr UChar32 kRightSingleQuote = 0x2019;
constexpr char kRootLocale[] = "";

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

std::string ToUtf8(const icu::UnicodeString& text) {
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

// The data of NFC and NFD are compiled into ICU's library, so neither can fail but for memory.
icu::UnicodeString Normalize(const icu::Normalizer2* (*instance)(UErrorCode&),
                             const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = instance(status);
  icu::UnicodeString normalized =
      U_SUCCESS(status) ? normalizer->normalize(text, status) : icu::UnicodeString();
  return U_SUCCESS(status) ? normalized : text;
}

icu::UnicodeString ToNfc(const icu::UnicodeString& text) {
  return Normalize(icu::Normalizer2::getNFCInstance, text);
}

icu::UnicodeString ToNfd(const icu::UnicodeString& text) {
  return Normalize(icu::Normalizer2::getNFDInstance, text);
}

// Calls use(code point) for each.
template <typename Use>
void ForEachCodePoint(const icu::UnicodeString& text, Use use) {
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    use(text.char32At(i));
  }
}

bool IsUpper(UChar32 point) {
  return u_isUUppercase(point) != 0 || u_charType(point) == U_TITLECASE_LETTER;
}

bool IsPieceEnd(UChar32 point) {
  return point == kSpace || point == '\'' || point == kRightSingleQuote || point == '-';
}

// Where the piece's first letter that has a case stands; -1 where there is none, or where a digit
// stands before it.
int32_t FirstLetterToRaise(const icu::UnicodeString& piece) {
  for (int32_t i = 0; i < piece.length(); i = piece.moveIndex32(i, 1)) {
    const UChar32 point = piece.char32At(i);
    if (u_isdigit(point) != 0) {
      return -1;
    }
    if (u_hasBinaryProperty(point, UCHAR_CASED) != 0) {
      return i;
    }
  }
  return -1;
}

// "McDonald", "MacLeod": whoever typed it meant it.
bool IsMixedOnPurpose(const icu::UnicodeString& piece, int32_t first) {
  if (first < 0 || !IsUpper(piece.char32At(first))) {
    return false;
  }
  bool has_lower = false;
  bool has_later_upper = false;
  for (int32_t i = piece.moveIndex32(first, 1); i < piece.length(); i = piece.moveIndex32(i, 1)) {
    const UChar32 point = piece.char32At(i);
    has_lower = has_lower || u_isULowercase(point) != 0;
    has_later_upper = has_later_upper || IsUpper(point);
  }
  return has_lower && has_later_upper;
}

icu::UnicodeString TitleCasePiece(const icu::UnicodeString& piece) {
  const int32_t first = FirstLetterToRaise(piece);
  if (IsMixedOnPurpose(piece, first)) {
    return piece;
  }
  icu::UnicodeString lower = piece;
  lower.toLower(icu::Locale::getRoot());
  if (first < 0) {
    return lower;
  }
  // Nothing before `first` has a case, so that lower-casing leaves its place as it is. The first
  // letter is mapped with what follows it: "i" with a dot above is one letter.
  const icu::UnicodeString rest(piece, first);
  icu::UnicodeString raised;
  UErrorCode status = U_ZERO_ERROR;
  // The buffer takes the longest full mapping: three units for one.
  const int32_t capacity = rest.length() * 3 + 1;
  char16_t* buffer = raised.getBuffer(capacity);
  const int32_t length = icu::CaseMap::toTitle(
      kRootLocale, U_TITLECASE_WHOLE_STRING | U_TITLECASE_NO_BREAK_ADJUSTMENT, nullptr,
      rest.getBuffer(), rest.length(), buffer, capacity, nullptr, status);
  raised.releaseBuffer(U_SUCCESS(status) ? length : 0);
  return U_SUCCESS(status) ? icu::UnicodeString(piece, 0, first) + raised : lower;
}

bool IsComparable(UChar32 point) {
  const uint32_t mask = U_GET_GC_MASK(point);
  return (mask & (U_GC_M_MASK | U_GC_P_MASK | U_GC_Z_MASK)) == 0;
}

}  // namespace

std::string CleanName(std::string_view text) {
  icu::UnicodeString clean;
  bool pending_space = false;
  ForEachCodePoint(ToNfc(FromUtf8(text)), [&](UChar32 point) {
    if (u_isUWhiteSpace(point) != 0) {
      pending_space = !clean.isEmpty();
      return;
    }
    if ((U_GET_GC_MASK(point) & (U_GC_CC_MASK | U_GC_CF_MASK)) != 0) {
      return;
    }
    if (pending_space) {
      clean.append(kSpace);
      pending_space = false;
    }
    clean.append(point);
  });
  // What a removed character kept apart may compose now.
  return ToUtf8(ToNfc(clean));
}

std::string FoldName(std::string_view name) {
  icu::UnicodeString folded = ToNfd(FromUtf8(name));
  folded.foldCase();
  return ToUtf8(ToNfc(folded));
}

std::string TitleCaseName(std::string_view name) {
  icu::UnicodeString title;
  icu::UnicodeString piece;
  ForEachCodePoint(FromUtf8(name), [&](UChar32 point) {
    if (!IsPieceEnd(point)) {
      piece.append(point);
      return;
    }
    title.append(TitleCasePiece(piece)).append(point);
    piece.remove();
  });
  title.append(TitleCasePiece(piece));
  return ToUtf8(ToNfc(title));
}

std::vector<std::u32string> ComparableWords(std::string_view name) {
  icu::UnicodeString folded = ToNfd(FromUtf8(name));
  folded.foldCase();
  std::vector<std::u32string> words;
  std::u32string word;
  const auto end_word = [&] {
    if (!word.empty()) {
      words.push_back(std::move(word));
    }
    word.clear();
  };
  ForEachCodePoint(ToNfd(folded), [&](UChar32 point) {
    if (u_isUWhiteSpace(point) != 0) {
      end_word();
    } else if (IsComparable(point)) {
      word.push_back(static_cast<char32_t>(point));
    }
  });
  end_word();
  return words;
}

std::string_view TrimWhiteSpace(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  int32_t begin = 0;
  auto end = static_cast<int32_t>(text.size());
  while (begin < end) {
    int32_t next = begin;
    UChar32 point = 0;
    U8_NEXT(bytes, next, end, point);
    if (point < 0 || u_isUWhiteSpace(point) == 0) {
      break;
    }
    begin = next;
  }
  while (end > begin) {
    int32_t previous = end;
    UChar32 point = 0;
    U8_PREV(bytes, begin, previous, point);
    if (point < 0 || u_isUWhiteSpace(point) == 0) {
      break;
    }
    end = previous;
  }
  return text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
}

}  // namespace ursa::participants
