// Names for tests: what people type, in many scripts, and what nobody should.
#pragma once

#include <unicode/unistr.h>

#include <rapidcheck.h>
#include <string>
#include <vector>

#include "participants/canonicalizer.h"

namespace ursa::participants {

// A text of any code points but surrogates, rich in those that the rules speak of.
inline rc::Gen<std::string> AnyText() {
  const std::vector<char32_t> special = {
      U' ',     U'\t',   U'\'',  U'-',   U',',   U';',   U'&',   0x2019, 0x02BC, 0x00A0, 0x3000,
      0x200B,   0x200D,  0x202E, 0x2066, 0xFEFF, 0x0301, 0x0308, 0x0307, 0x0327, 0x0130, 0x0131,
      0x00DF,   0x1E9E,  0x0149, 0xFB01, 0xFB03, 0x01C6, 0x01C4, 0x03A3, 0x03C2, 0x0345, 0x1FB3,
      0x0390,   0xFF2D,  0xFF41, 0x1100, 0x1161, 0x0628, 0x05D0, 0x0E01, 0x0915, 0x094D, 0x738B,
      0x10FFFF, 0x1F600, U'.',   U'3',   U'#',   U'=',   0x212B, 0x2126, 0x037E, 0x0085};
  const auto point = rc::gen::weightedOneOf<char32_t>(
      {{6, rc::gen::map(rc::gen::inRange(0x61, 0x7B), [](int c) { return char32_t(c); })},
       {3, rc::gen::map(rc::gen::inRange(0x41, 0x5B), [](int c) { return char32_t(c); })},
       {5, rc::gen::elementOf(special)},
       {2, rc::gen::map(rc::gen::inRange(0xC0, 0x0600), [](int c) { return char32_t(c); })},
       {1, rc::gen::map(rc::gen::inRange(0x01, 0xD800), [](int c) { return char32_t(c); })},
       {1, rc::gen::map(rc::gen::inRange(0xE000, 0x1F000), [](int c) { return char32_t(c); })}});
  return rc::gen::map(rc::gen::container<std::vector<char32_t>>(point),
                      [](const std::vector<char32_t>& points) {
                        icu::UnicodeString text;
                        for (const char32_t c : points) {
                          text.append(static_cast<UChar32>(c));
                        }
                        std::string utf8;
                        text.toUTF8String(utf8);
                        return utf8;
                      });
}

// A canonicalizer with the usual lists and a merge map of this text.
inline Canonicalizer MakeCanonicalizer(const std::string& merge_map = "") {
  const Slugger slugger = Slugger::Make().value();
  NameSettings settings;
  settings.merge_map = MergeMap::Parse(merge_map, "test.mergemap", slugger).value();
  return Canonicalizer::Make(std::move(settings), slugger).value();
}

}  // namespace ursa::participants
