#include "participants/slug.h"

#include <unicode/translit.h>

#include <algorithm>
#include <utility>

namespace ursa::participants {
namespace {

std::string SlugOfAscii(std::string_view text) {
  std::string slug;
  bool pending_dash = false;
  for (const char byte : text) {
    const char lower = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    if ((lower < 'a' || lower > 'z') && (lower < '0' || lower > '9')) {
      pending_dash = !slug.empty();
      continue;
    }
    if (std::exchange(pending_dash, false)) {
      slug += '-';
    }
    slug += lower;
  }
  return slug;
}

}  // namespace

struct Slugger::Transform {
  std::unique_ptr<icu::Transliterator> to_ascii;
};

Result<Slugger> Slugger::Make() {
  UErrorCode status = U_ZERO_ERROR;
  auto transform = std::make_shared<Transform>();
  transform->to_ascii.reset(
      icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, status));
  if (U_FAILURE(status) || transform->to_ascii == nullptr) {
    return Fail(ErrorCode::kUnavailable, std::string("ICU can't transliterate names to ASCII: ") +
                                             u_errorName(status) + "; install its full data");
  }
  return Slugger(std::move(transform));
}

std::string Slugger::Slug(std::string_view name) const {
  // ASCII is what the transform leaves as it is, and it costs a thousand times more than this.
  if (std::all_of(name.begin(), name.end(), [](char byte) { return byte >= 0; })) {
    return SlugOfAscii(name);
  }
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<int32_t>(name.size())));
  transform_->to_ascii->transliterate(text);
  std::string ascii;
  text.toUTF8String(ascii);
  return SlugOfAscii(ascii);
}

}  // namespace ursa::participants
