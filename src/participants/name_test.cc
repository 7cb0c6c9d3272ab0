#include "participants/name.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "base/text.h"
#include "participants/testing_names.h"

namespace ursa::participants {
namespace {

TEST(CleanName, TurnsWhiteSpaceOfEveryKindIntoSingleSpaces) {
  EXPECT_EQ(CleanName("\t Maya \t\r\n Chen\v\f"), "Maya Chen");
  EXPECT_EQ(CleanName("Maya\u00A0\u3000\u2003Chen\u2028\u2029\u0085"), "Maya Chen");
}

TEST(CleanName, RemovesControlAndFormatCharacters) {
  EXPECT_EQ(CleanName("Ma\u0001ya\u200B \u202EChen\u2066\u00AD\uFEFF\u007F"), "Maya Chen");
  EXPECT_EQ(CleanName("\u200B \u200D"), "");
}

TEST(CleanName, ComposesWhatWasTypedInParts) {
  EXPECT_EQ(CleanName("Zoe\u0308"), "Zo\u00EB");
  EXPECT_EQ(CleanName("\u1100\u1161"), "\uAC00");
}

TEST(CleanName, ComposesWhatARemovedCharacterKeptApart) {
  EXPECT_EQ(CleanName("Zoe\u200D\u0308"), "Zo\u00EB");
}

TEST(CleanName, LeavesFullWidthLettersAndLigaturesAsTheyWereTyped) {
  EXPECT_EQ(CleanName("\uFF2D\uFF41\uFF59\uFF41"), "\uFF2D\uFF41\uFF59\uFF41");
  EXPECT_EQ(CleanName("\uFB01ona"), "\uFB01ona");
}

TEST(CleanName, OfCleanTextIsTheSameText) {
  EXPECT_EQ(CleanName(""), "");
  EXPECT_EQ(CleanName("Maya O'Neil-Smith"), "Maya O'Neil-Smith");
}

TEST(CleanName, TwiceIsCleaningOnce) {
  EXPECT_TRUE(rc::check("twice is cleaning once", [] {
    const std::string clean = CleanName(*AnyText());
    RC_ASSERT(CleanName(clean) == clean);
    RC_ASSERT(IsValidUtf8(clean));
    RC_ASSERT(TrimWhiteSpace(clean) == clean);
  }));
}

TEST(FoldName, ForgetsCaseAndNothingElse) {
  EXPECT_EQ(FoldName("MAYA Chen"), FoldName("maya chen"));
  EXPECT_EQ(FoldName("ZO\u00CB"), FoldName("zo\u00EB"));
  EXPECT_EQ(FoldName("GRO\u00DF"), FoldName("gross"));
  EXPECT_NE(FoldName("zo\u00EB"), FoldName("zoe"));
  EXPECT_NE(FoldName("maya chen"), FoldName("mayachen"));
}

TEST(FoldName, KeepsTheDotlessIApart) {
  EXPECT_NE(FoldName("I\u015F\u0131k"), FoldName("I\u015Fik"));
  EXPECT_EQ(FoldName("\u0130pek"), FoldName("i\u0307pek"));
}

TEST(TitleCaseName, RaisesTheFirstLetterOfEachPiece) {
  EXPECT_EQ(TitleCaseName("maya o'neil-smith"), "Maya O'Neil-Smith");
  EXPECT_EQ(TitleCaseName("maya o\u2019neil"), "Maya O\u2019Neil");
  EXPECT_EQ(TitleCaseName("MAYA CHEN"), "Maya Chen");
  EXPECT_EQ(TitleCaseName("zo\u00EB m\u00FCller"), "Zo\u00EB M\u00FCller");
  EXPECT_EQ(TitleCaseName("--''  a"), "--''  A");
}

TEST(TitleCaseName, TakesU02bcForALetter) {
  EXPECT_EQ(TitleCaseName("maya o\u02BCneil"), "Maya O\u02BCneil");
}

TEST(TitleCaseName, KeepsWhatIsMixedOnPurpose) {
  EXPECT_EQ(TitleCaseName("Ewan McDonald"), "Ewan McDonald");
  EXPECT_EQ(TitleCaseName("J.Weber MacLeod-DeVito"), "J.Weber MacLeod-DeVito");
}

TEST(TitleCaseName, DoesNotKeepWhatStartsLowerCaseOrIsAllUpperCase) {
  EXPECT_EQ(TitleCaseName("mcDonald"), "Mcdonald");
  EXPECT_EQ(TitleCaseName("MCDONALD"), "Mcdonald");
  EXPECT_EQ(TitleCaseName("M.C."), "M.c.");
}

TEST(TitleCaseName, PassesOverWhatIsNoLetter) {
  EXPECT_EQ(TitleCaseName("(maya)"), "(Maya)");
  EXPECT_EQ(TitleCaseName("\u02BBaukai"), "\u02BBAukai");
  EXPECT_EQ(TitleCaseName("3rd p7"), "3rd P7");
}

TEST(TitleCaseName, KnowsOtherScriptsThanLatin) {
  EXPECT_EQ(TitleCaseName("\u0393\u0399\u038F\u03A1\u0393\u039F\u03A3"),
            "\u0393\u03B9\u03CE\u03C1\u03B3\u03BF\u03C2");  // a final sigma
  EXPECT_EQ(TitleCaseName("\u0438\u0432\u0430\u043D"), "\u0418\u0432\u0430\u043D");
  EXPECT_EQ(TitleCaseName("\u738B\u5C0F\u660E"), "\u738B\u5C0F\u660E");
  EXPECT_EQ(TitleCaseName("\u05D3\u05D5\u05D3"), "\u05D3\u05D5\u05D3");
}

TEST(TitleCaseName, OpensLigaturesAtTheStartOfAPiece) {
  EXPECT_EQ(TitleCaseName("\uFB01ona"), "Fiona");
  EXPECT_EQ(TitleCaseName("\u01C6emal"), "\u01C5emal");
}

TEST(TitleCaseName, RaisesADotlessIToAPlainOne) {
  EXPECT_EQ(TitleCaseName("\u0131\u015F\u0131k"), "I\u015F\u0131k");
  EXPECT_EQ(TitleCaseName("\u0130pek"), "\u0130pek");
}

TEST(TitleCaseName, TwiceIsOnce) {
  EXPECT_TRUE(rc::check("twice is once", [] {
    const std::string title = TitleCaseName(CleanName(*AnyText()));
    RC_ASSERT(TitleCaseName(title) == title);
  }));
}

TEST(TitleCaseName, StaysClean) {
  EXPECT_TRUE(rc::check("stays clean", [] {
    const std::string title = TitleCaseName(CleanName(*AnyText()));
    RC_ASSERT(CleanName(title) == title);
  }));
}

std::u32string Joined(std::string_view name) {
  std::u32string text;
  for (const std::u32string& word : ComparableWords(name)) {
    text += word + U"|";
  }
  return text;
}

TEST(ComparableWords, HaveNoCaseAccentsOrPunctuation) {
  EXPECT_EQ(Joined("Zo\u00EB  O'Neil-Smith, Jr."), U"zoe|oneilsmith|jr|");
  EXPECT_EQ(Joined("ZOE\u0308"), U"zoe|");
}

TEST(ComparableWords, OfPunctuationAloneAreNone) { EXPECT_EQ(Joined("... - '"), U""); }

TEST(TrimWhiteSpace, TakesEveryKindFromTheEndsOnly) {
  EXPECT_EQ(TrimWhiteSpace(" \t\u00A0Maya Chen\u3000\r\n"), "Maya Chen");
  EXPECT_EQ(TrimWhiteSpace(" \u2003 "), "");
}

}  // namespace
}  // namespace ursa::participants
