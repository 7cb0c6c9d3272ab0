#include "participants/merge_map.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "participants/name.h"
#include "participants/testing_names.h"

namespace ursa::participants {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Result<MergeMap> Parse(std::string_view text) {
  return MergeMap::Parse(text, "lab.mergemap", Slugger::Make().value());
}

std::string NameOf(const MergeMap& map, std::string_view typed) {
  const CanonicalName* found = map.Find(CleanName(typed));
  return found == nullptr ? "-" : found->name;
}

std::string WrongOf(std::string_view text) {
  const auto map = Parse(text);
  if (map) {
    return "accepted";
  }
  EXPECT_EQ(map.error().code, ErrorCode::kUsage);
  return map.error().message;
}

TEST(MergeMap, FoldsAliasesIntoTheirCanonicalName) {
  const MergeMap map = Parse("Maya Chen = maya, M Chen\nJonas Weber=J. Weber\n").value();
  EXPECT_EQ(NameOf(map, "maya"), "Maya Chen");
  EXPECT_EQ(NameOf(map, "m chen"), "Maya Chen");
  EXPECT_EQ(NameOf(map, "J. WEBER"), "Jonas Weber");
  EXPECT_EQ(NameOf(map, "Ewan"), "-");
  EXPECT_EQ(map.AliasCount(), 3U);
}

TEST(MergeMap, LeavesACanonicalNameInAnyCaseItself) {
  const MergeMap map = Parse("bell hooks =\nEwan McDonald = ewan\n").value();
  EXPECT_EQ(NameOf(map, "Bell Hooks"), "bell hooks");
  EXPECT_EQ(NameOf(map, "EWAN MCDONALD"), "Ewan McDonald");
}

TEST(MergeMap, FixesASlug) {
  const MergeMap map = Parse("Maya Chen <P_003> = maya\nJonas<jonas-2>=\n").value();
  EXPECT_EQ(map.Find("maya")->fixed_slug, "P_003");
  EXPECT_EQ(map.Find("Jonas")->fixed_slug, "jonas-2");
}

TEST(MergeMap, PassesOverCommentsAndBlankLines) {
  const MergeMap map =
      Parse("# people\n\n  \t\n  # more = x\nMaya Chen = maya # nick names, all\r\n").value();
  EXPECT_EQ(map.CanonicalNames().size(), 1U);
  EXPECT_EQ(map.AliasCount(), 1U);
}

TEST(MergeMap, TakesAHashInAWordForAPartOfIt) {
  EXPECT_EQ(NameOf(Parse("Maya Chen = P#3\n").value(), "p#3"), "Maya Chen");
}

TEST(MergeMap, ReadsLinesOfEveryMachineAndDropsAByteOrderMark) {
  const MergeMap map = Parse(
                           "\xEF\xBB\xBF"
                           "Maya Chen = maya\rJonas = j\r\nZoe = z")
                           .value();
  EXPECT_EQ(map.CanonicalNames().size(), 3U);
  EXPECT_EQ(NameOf(map, "maya"), "Maya Chen");
}

TEST(MergeMap, CleansAliases) {
  EXPECT_EQ(NameOf(Parse("Maya Chen =  maya \t c  \n").value(), "MAYA C"), "Maya Chen");
  EXPECT_EQ(NameOf(Parse("Zo\u00EB M = zoe\u0308\n").value(), "ZO\u00CB"), "Zo\u00EB M");
}

TEST(MergeMap, MayHaveACanonicalNameOnSeveralLinesAndAnAliasTwice) {
  const MergeMap map = Parse("Maya Chen = maya\nMaya Chen <mc> = maya, m, Maya Chen\n").value();
  EXPECT_EQ(map.CanonicalNames().size(), 1U);
  EXPECT_EQ(map.Find("maya")->fixed_slug, "mc");
}

TEST(MergeMap, NamesFileAndLineOfWhatIsWrong) {
  EXPECT_THAT(WrongOf("# ok\r\nMaya Chen\n"), StartsWith("lab.mergemap:2: "));
}

TEST(MergeMap, RefusesALineThatIsNone) {
  EXPECT_THAT(WrongOf("Maya Chen\n"), HasSubstr("no '='"));
  EXPECT_THAT(WrongOf("Maya Chen = maya = m\n"), HasSubstr("more than one '='"));
  EXPECT_THAT(WrongOf(" = maya\n"), HasSubstr("no canonical name"));
  EXPECT_THAT(WrongOf("<slug> = maya\n"), HasSubstr("no canonical name"));
  EXPECT_THAT(WrongOf("Maya = a,,b\n"), HasSubstr("empty alias"));
  EXPECT_THAT(WrongOf("Maya = ,b\n"), HasSubstr("empty alias"));
  EXPECT_THAT(WrongOf("Maya = \u200B\n"), HasSubstr("empty alias"));
  EXPECT_THAT(WrongOf("Maya = a, \n"), HasSubstr("last comma"));
}

TEST(MergeMap, RefusesACanonicalNameThatIsNotClean) {
  EXPECT_THAT(WrongOf("Maya  Chen = m\n"), HasSubstr("write it as 'Maya Chen'"));
  EXPECT_THAT(WrongOf("Zoe\u0308 = z\n"), HasSubstr("not clean"));
  EXPECT_THAT(WrongOf("Maya\u202E Chen = m\n"), HasSubstr("Maya\\u{202E} Chen"));
}

TEST(MergeMap, RefusesASlugThatIsNone) {
  EXPECT_THAT(WrongOf("Maya <> = m\n"), HasSubstr("no slug"));
  EXPECT_THAT(WrongOf("Maya <maya chen> = m\n"), HasSubstr("no slug"));
  EXPECT_THAT(WrongOf("Maya <ma/ya> = m\n"), HasSubstr("no slug"));
  EXPECT_THAT(WrongOf("Maya maya> = m\n"), HasSubstr("without a '<'"));
  EXPECT_THAT(WrongOf("Maya <maya = m\n"), HasSubstr("behind the canonical name"));
  EXPECT_THAT(WrongOf("<maya> Maya = m\n"), HasSubstr("behind the canonical name"));
}

TEST(MergeMap, RefusesACanonicalNameWithoutASlug) {
  EXPECT_THAT(WrongOf("\U0001F600 = m\n"), HasSubstr("gives no slug"));
  EXPECT_EQ(WrongOf("\U0001F600 <smile> = m\n"), "accepted");
}

TEST(MergeMap, RefusesAnAliasWithTwoTargets) {
  EXPECT_THAT(WrongOf("Maya Chen = maya\nMaya Ray = MAYA\n"), HasSubstr("one target"));
}

TEST(MergeMap, RefusesATargetThatIsAnothersAlias) {
  EXPECT_THAT(WrongOf("Maya Chen = maya\nMaya = m\n"), HasSubstr("is an alias of 'Maya Chen'"));
  EXPECT_THAT(WrongOf("Maya = m\nMaya Chen = maya\n"), HasSubstr("is a canonical name (line 1)"));
}

TEST(MergeMap, RefusesTwoCanonicalNamesThatFixOneSlug) {
  EXPECT_THAT(WrongOf("Maya Chen <mc> = a\nMaya Ray <mc> = b\n"), HasSubstr("is fixed for"));
}

TEST(MergeMap, RefusesTwoSlugsOrSpellingsOfOneCanonicalName) {
  EXPECT_THAT(WrongOf("Maya <a> = x\nMaya <b> = y\n"), HasSubstr("has the slug 'a' already"));
  EXPECT_THAT(WrongOf("Maya Chen = x\nmaya chen = y\n"), HasSubstr("one spelling"));
}

TEST(MergeMap, RefusesBytesThatAreNotUtf8AndFilesThatAreNoMap) {
  EXPECT_THAT(WrongOf("Maya = m\nZo\xEB = z\n"), StartsWith("lab.mergemap:2: this is not UTF-8"));
  EXPECT_THAT(WrongOf(std::string(kMergeMapBytesMax + 1, '#')), HasSubstr("4 MiB"));
}

TEST(MergeMap, IsAppliedOnceAndLeavesNoAlias) {
  EXPECT_TRUE(rc::check("merging twice is merging once", [] {
    const std::vector<std::string> targets = {"Maya Chen", "bell hooks", "Zo\u00EB"};
    const auto owners = *rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, 3));
    std::string text;
    for (size_t i = 0; i < owners.size(); ++i) {
      text += targets[owners[i]] + " = Alias " + std::to_string(i) + "\n";
    }
    const MergeMap map = Parse(text).value();
    for (size_t i = 0; i < owners.size(); ++i) {
      const CanonicalName* target = map.Find("aLIAS " + std::to_string(i));
      RC_ASSERT(target != nullptr);
      RC_ASSERT(target->name == targets[owners[i]]);
      RC_ASSERT(map.Find(target->name) == target);
    }
  }));
}

TEST(MergeMap, OfAnyTextIsReadOrRefused) {
  EXPECT_TRUE(rc::check("of any text is read or refused", [] {
    const auto map = Parse(*AnyText() + " = " + *AnyText());
    RC_ASSERT((map.has_value() || map.error().code == ErrorCode::kUsage));
  }));
}

}  // namespace
}  // namespace ursa::participants
