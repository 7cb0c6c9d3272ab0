#include "participants/slug.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "participants/testing_names.h"

namespace ursa::participants {
namespace {

std::string SlugOf(std::string_view name) { return Slugger::Make().value().Slug(name); }

TEST(Slug, IsLowerCaseWithADashForAnythingElse) {
  EXPECT_EQ(SlugOf("Maya O'Neil-Smith"), "maya-o-neil-smith");
  EXPECT_EQ(SlugOf("  ..J. Weber 2!! "), "j-weber-2");
}

TEST(Slug, OfNothingUsableIsEmpty) {
  EXPECT_EQ(SlugOf(""), "");
  EXPECT_EQ(SlugOf("-- !? --"), "");
  EXPECT_EQ(SlugOf("\U0001F600"), "");
}

TEST(Slug, IsTransliterated) {
  EXPECT_EQ(SlugOf("Zo\u00EB M\u00FCller"), "zoe-muller");
  EXPECT_EQ(SlugOf("Lars \u00D8sterg\u00E5rd"), "lars-ostergard");
  EXPECT_EQ(SlugOf("Gro\u00DF"), "gross");
  EXPECT_EQ(SlugOf("\u0141ukasz"), "lukasz");
  EXPECT_EQ(SlugOf("\u0418\u0432\u0430\u043D \u041F\u0435\u0442\u0440\u043E\u0432"), "ivan-petrov");
  EXPECT_EQ(SlugOf("\u0393\u03B9\u03CE\u03C1\u03B3\u03BF\u03C2"), "giorgos");
  EXPECT_EQ(SlugOf("\u738B\u5C0F\u660E"), "wang-xiao-ming");
  EXPECT_EQ(SlugOf("\uFF2D\uFF41\uFF59\uFF41 \uFF23\uFF48\uFF45\uFF4E"), "maya-chen");
  EXPECT_EQ(SlugOf("\uFB01ona"), "fiona");
  EXPECT_EQ(SlugOf("I\u015F\u0131k \u0130pek"), "isik-ipek");
}

TEST(Slug, IsTheSameForEveryKindOfApostrophe) {
  EXPECT_EQ(SlugOf("O\u2019Neil"), SlugOf("O'Neil"));
  EXPECT_EQ(SlugOf("O\u02BCNeil"), SlugOf("O'Neil"));
}

TEST(Slug, HasLettersDigitsAndSingleDashesOnly) {
  EXPECT_TRUE(rc::check("has letters digits and single dashes only", [] {
    static const Slugger slugger = Slugger::Make().value();
    const std::string slug = slugger.Slug(*AnyText());
    RC_ASSERT(std::all_of(slug.begin(), slug.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }));
    RC_ASSERT(slug.find("--") == std::string::npos);
    RC_ASSERT((slug.empty() || (slug.front() != '-' && slug.back() != '-')));
    RC_ASSERT(slugger.Slug(slug) == slug);
  }));
}

}  // namespace
}  // namespace ursa::participants
