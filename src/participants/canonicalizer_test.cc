#include "participants/canonicalizer.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "participants/name.h"
#include "participants/testing_names.h"

namespace ursa::participants {
namespace {

using testing::HasSubstr;

NameKind KindOf(std::string_view typed) { return MakeCanonicalizer().Resolve(typed, {}).kind; }

Canonicalizer WithLists(std::vector<std::string> placeholders, std::vector<std::string> sentinels) {
  NameSettings settings;
  settings.placeholders = std::move(placeholders);
  settings.sentinels = std::move(sentinels);
  return Canonicalizer::Make(std::move(settings), Slugger::Make().value()).value();
}

TEST(Canonicalizer, MakesAParticipantOfATypedName) {
  const Participant participant = MakeCanonicalizer().Resolve(" maya\to'neil-smith ", {});
  EXPECT_EQ(participant.kind, NameKind::kParticipant);
  EXPECT_EQ(participant.name, "Maya O'Neil-Smith");
  EXPECT_EQ(participant.display_name, "Maya O'Neil-Smith");
  EXPECT_EQ(participant.participant_id, "maya-o-neil-smith");
  EXPECT_TRUE(participant.is_new);
}

TEST(Canonicalizer, SkipsPlaceholdersInAnyCase) {
  for (const char* typed : {"Testing mode", "TESTING  MODE", "test", "Test", " tEsT\t"}) {
    EXPECT_EQ(KindOf(typed), NameKind::kPlaceholder) << typed;
  }
}

TEST(Canonicalizer, SkipsSentinelsInAnyCase) {
  for (const char* typed : {"", "  ", "unknown", "Unknown", "NONE", "n/a", "N/A", "Anonymous"}) {
    EXPECT_EQ(KindOf(typed), NameKind::kSentinel) << typed;
  }
}

TEST(Canonicalizer, SkipsANameWithTheSlugOfAnEntry) {
  EXPECT_EQ(KindOf("Unknown!"), NameKind::kSentinel);
  EXPECT_EQ(KindOf("N. A."), NameKind::kSentinel);
  EXPECT_EQ(KindOf("\uFF34\uFF25\uFF33\uFF34"), NameKind::kPlaceholder);  // full width
  EXPECT_EQ(KindOf("testing-mode"), NameKind::kPlaceholder);
}

TEST(Canonicalizer, DoesNotSkipNamesThatOnlyContainAnEntry) {
  for (const char* typed : {"Tester", "Na", "Test Person", "Nonee"}) {
    EXPECT_EQ(KindOf(typed), NameKind::kParticipant) << typed;
  }
}

TEST(Canonicalizer, MatchesTheEmptyEntryWithTheEmptyNameOnly) {
  EXPECT_EQ(KindOf("!?"), NameKind::kNoSlug);
  EXPECT_EQ(KindOf("\u200B"), NameKind::kSentinel);
}

TEST(Canonicalizer, TakesItsListsFromTheSettings) {
  const Canonicalizer lists = WithLists({"Pilot  Run"}, {"", "nobody"});
  EXPECT_EQ(lists.Resolve("PILOT run!", {}).kind, NameKind::kPlaceholder);
  EXPECT_EQ(lists.Resolve("Nobody", {}).kind, NameKind::kSentinel);
  EXPECT_EQ(lists.Resolve("test", {}).kind, NameKind::kParticipant);
}

TEST(Canonicalizer, TakesANameOfBothListsForAPlaceholder) {
  EXPECT_EQ(WithLists({"x"}, {"x"}).Resolve("X", {}).kind, NameKind::kPlaceholder);
}

TEST(Canonicalizer, NeverAttachesTheIdThatMeansUnattributed) {
  EXPECT_EQ(WithLists({}, {}).Resolve("Unknown", {}).kind, NameKind::kSentinel);
}

TEST(Canonicalizer, TakesTheNameOfTheCatalogsUnknownForASentinel) {
  KnownParticipants known;
  known.Add("unknown", "Unknown Person");
  EXPECT_EQ(MakeCanonicalizer().Resolve("unknown person", known).kind, NameKind::kSentinel);
  known.Add("zz", "Unknown Person");
  EXPECT_EQ(MakeCanonicalizer().Resolve("unknown person", known).participant_id, "zz");
}

TEST(Canonicalizer, AttachesNoIdThatBreaksTheCatalogsRules) {
  for (const char* id : {"stra\u00DFe", "", "a b"}) {
    KnownParticipants known;
    known.Add(id, "Maya Chen");
    EXPECT_EQ(MakeCanonicalizer().Resolve("maya chen", known).kind, NameKind::kBadId) << id;
    known.Add("zz", "Maya Chen");
    EXPECT_EQ(MakeCanonicalizer().Resolve("maya chen", known).participant_id, "zz") << id;
  }
}

TEST(Canonicalizer, SkipsBeforeItMerges) {
  EXPECT_EQ(MakeCanonicalizer("Maya Chen = test\n").Resolve("test", {}).kind,
            NameKind::kPlaceholder);
}

TEST(Canonicalizer, DoesNotTitleCaseWhatTheMergeMapGave) {
  const Canonicalizer merging = MakeCanonicalizer("bell hooks = bh\nEwan McDonald <em> = ewan\n");
  EXPECT_EQ(merging.Resolve("BH", {}).name, "bell hooks");
  EXPECT_EQ(merging.Resolve("Bell Hooks", {}).name, "bell hooks");
  EXPECT_EQ(merging.Resolve("ewan mcdonald", {}).name, "Ewan McDonald");
  EXPECT_EQ(merging.Resolve("ewan mcdonald", {}).participant_id, "em");
}

TEST(Canonicalizer, FindsAnExistingParticipantByDisplayNameInAnyCase) {
  KnownParticipants known;
  known.Add("p7", "MAYA chen");
  const Participant participant = MakeCanonicalizer().Resolve("Maya Chen", known);
  EXPECT_EQ(participant.participant_id, "p7");
  EXPECT_EQ(participant.name, "MAYA chen");
  EXPECT_EQ(participant.display_name, "MAYA chen");
  EXPECT_FALSE(participant.is_new);
}

TEST(Canonicalizer, FindsAnExistingParticipantWhoseNameHasNoSlug) {
  KnownParticipants known;
  known.Add("smile", "\U0001F600");
  EXPECT_EQ(MakeCanonicalizer().Resolve("\U0001F600", known).participant_id, "smile");
}

TEST(Canonicalizer, PrefersTheIdThatTheNameWouldGetWhereSeveralHaveTheName) {
  KnownParticipants known;
  known.Add("a", "Maya Chen");
  known.Add("maya-chen", "Maya Chen");
  EXPECT_EQ(MakeCanonicalizer().Resolve("maya chen", known).participant_id, "maya-chen");
  EXPECT_EQ(MakeCanonicalizer("Maya Chen <a> =\n").Resolve("maya chen", known).participant_id, "a");
  KnownParticipants others;
  others.Add("z", "Maya Chen");
  others.Add("b", "Maya Chen");
  EXPECT_EQ(MakeCanonicalizer().Resolve("maya chen", others).participant_id, "b");
}

TEST(Canonicalizer, ShowsTheCatalogsNameOfAnIdThatExists) {
  KnownParticipants known;
  known.Add("o-neil", "O'Neil");
  const Participant participant = MakeCanonicalizer().Resolve("o\u2019neil", known);
  EXPECT_EQ(participant.name, "O\u2019Neil");
  EXPECT_EQ(participant.display_name, "O'Neil");
  EXPECT_FALSE(participant.is_new);
}

TEST(Canonicalizer, RefusesAMergeMapThatMakesANameOfASentinel) {
  const Slugger slugger = Slugger::Make().value();
  for (const char* text : {"Anonymous = maya\n", "Maya <unknown> = m\n", "TEST =\n"}) {
    NameSettings settings;
    settings.merge_map = MergeMap::Parse(text, "m", slugger).value();
    const auto canonicalizer = Canonicalizer::Make(std::move(settings), slugger);
    ASSERT_FALSE(canonicalizer.has_value()) << text;
    EXPECT_EQ(canonicalizer.error().code, ErrorCode::kUsage);
    EXPECT_THAT(canonicalizer.error().message, HasSubstr("line 1"));
  }
}

TEST(Canonicalizer, LeavesACanonicalNameAsItIs) {
  const Canonicalizer canonicalizer = MakeCanonicalizer("bell hooks = b h\nMaya Chen <x> = m\n");
  KnownParticipants known;
  known.Add("zoe", "zo\u00EB M");
  EXPECT_TRUE(rc::check("canonicalising is idempotent", [&] {
    const std::string typed = *rc::gen::oneOf(
        AnyText(), rc::gen::elementOf(std::vector<std::string>{"B H", "m", "ZO\u00CB m"}));
    const Participant once = canonicalizer.Resolve(typed, known);
    RC_PRE(once.kind == NameKind::kParticipant);
    const Participant twice = canonicalizer.Resolve(once.name, known);
    RC_ASSERT(twice.kind == NameKind::kParticipant);
    RC_ASSERT(twice.name == once.name);
    RC_ASSERT(twice.participant_id == once.participant_id);
  }));
}

TEST(Canonicalizer, LeavesANewParticipantToItselfOnceItIsRegistered) {
  const Canonicalizer canonicalizer = MakeCanonicalizer();
  EXPECT_TRUE(rc::check("a second run finds what the first registered", [&] {
    const Participant first = canonicalizer.Resolve(*AnyText(), {});
    RC_PRE(first.kind == NameKind::kParticipant);
    KnownParticipants known;
    known.Add(first.participant_id, first.name);
    const Participant second = canonicalizer.Resolve(first.name, known);
    RC_ASSERT(second.participant_id == first.participant_id);
    RC_ASSERT(!second.is_new);
  }));
}

}  // namespace
}  // namespace ursa::participants
