#include "participants/attribution.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <algorithm>

#include "base/text.h"
#include "participants/participant_file.h"
#include "participants/testing_names.h"

namespace ursa::participants {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> Names(const Attribution& attribution) {
  std::vector<std::string> names;
  for (const Participant& participant : attribution.participants) {
    names.push_back(participant.name);
  }
  return names;
}

Attribution Attribute(std::string_view bytes, const std::string& merge_map = "",
                      const KnownParticipants& known = {}) {
  return AttributeFile(bytes, MakeCanonicalizer(merge_map), known);
}

TEST(AttributeFile, NamesParticipantsInTheFilesOrder) {
  const Attribution found = Attribute("jonas weber, maya chen\n");
  EXPECT_EQ(found.kind, AttributionKind::kNames);
  EXPECT_THAT(found.ParticipantIds(), ElementsAre("jonas-weber", "maya-chen"));
  EXPECT_THAT(Names(found), ElementsAre("Jonas Weber", "Maya Chen"));
  EXPECT_EQ(found.raw_name, "jonas weber, maya chen");
}

TEST(AttributeFile, NamesEachOnce) {
  EXPECT_THAT(Names(Attribute("maya\nMAYA & maya")), ElementsAre("Maya"));
  EXPECT_THAT(Names(Attribute("maya, maya chen", "Maya Chen = maya\n")), ElementsAre("Maya Chen"));
}

TEST(AttributeFile, KeepsTwoSpellingsOfOneIdApartButAttachesItOnce) {
  const Attribution found = Attribute("O'Neil\nO\u2019Neil");
  EXPECT_EQ(found.participants.size(), 2U);
  EXPECT_THAT(found.ParticipantIds(), ElementsAre("o-neil"));
}

TEST(AttributeFile, PassesOverNamesToSkipBesideUsableOnes) {
  EXPECT_THAT(Names(Attribute("test, maya, unknown")), ElementsAre("Maya"));
}

TEST(AttributeFile, SaysWhyThereIsNobody) {
  EXPECT_EQ(Attribute("Testing mode").kind, AttributionKind::kPlaceholder);
  EXPECT_EQ(Attribute("n/a").kind, AttributionKind::kSentinel);
  EXPECT_EQ(Attribute("unknown, test").kind, AttributionKind::kPlaceholder);
  EXPECT_EQ(Attribute("\n,\n").kind, AttributionKind::kNothing);
  EXPECT_EQ(Attribute("").kind, AttributionKind::kNothing);
}

TEST(AttributeFile, IsUnreadableWhereItIsNotUtf8OrTooLarge) {
  const Attribution invalid = Attribute("Maya\xFF");
  EXPECT_EQ(invalid.kind, AttributionKind::kUnreadable);
  EXPECT_EQ(invalid.fault->code, "not_utf8");
  EXPECT_FALSE(invalid.raw_name.has_value());
  const Attribution large = Attribute(std::string(kParticipantFileBytesMax + 1, 'a'));
  EXPECT_EQ(large.kind, AttributionKind::kUnreadable);
  EXPECT_EQ(large.fault->code, "too_large");
}

TEST(AttributeFile, IsUnreadableWhereANameHasNoSlug) {
  const Attribution found = Attribute("maya\n\U0001F600\u202E\n");
  EXPECT_EQ(found.kind, AttributionKind::kUnreadable);
  EXPECT_EQ(found.fault->code, "empty_slug");
  EXPECT_THAT(found.participants, IsEmpty());
  EXPECT_TRUE(found.raw_name.has_value());
}

TEST(AttributeFile, IsUnreadableWhereTheCatalogsParticipantHasAnIdThatIsNone) {
  KnownParticipants known;
  known.Add("a b", "Maya Chen");
  const Attribution found = Attribute("jonas, maya chen", "", known);
  EXPECT_EQ(found.kind, AttributionKind::kUnreadable);
  EXPECT_EQ(found.fault->code, "bad_participant_id");
  EXPECT_THAT(found.participants, IsEmpty());
}

TEST(AttributeFile, TellsWhichNamesMayBeOneTypedLastNameFirst) {
  EXPECT_THAT(Attribute("jonas weber\nChen, Maya\n").maybe_last_first, ElementsAre(Pair(1, 2)));
  EXPECT_THAT(Attribute("test, Maya\n").maybe_last_first, IsEmpty());
  EXPECT_THAT(Attribute("maya, Maya\n").maybe_last_first, IsEmpty());
}

TEST(AttributeFile, TakesAFileOf64KiBOfNames) {
  std::string bytes;
  while (bytes.size() + 3 <= kParticipantFileBytesMax) {
    bytes += "m,\n";
  }
  EXPECT_THAT(Names(Attribute(bytes)), ElementsAre("M"));
}

TEST(AttributeFile, OfAnyBytesSaysSomething) {
  const Canonicalizer canonicalizer = MakeCanonicalizer();
  EXPECT_TRUE(rc::check("any bytes", [&](const std::string& bytes) {
    const Attribution found = AttributeFile(bytes, canonicalizer, {});
    RC_ASSERT((found.kind == AttributionKind::kNames) == !found.participants.empty());
    RC_ASSERT((found.kind == AttributionKind::kUnreadable) == found.fault.has_value());
    RC_ASSERT((!found.raw_name || IsValidUtf8(*found.raw_name)));
  }));
}

TEST(AttributeFile, NamesTheSamePeopleInWhateverOrderTheyStand) {
  const Canonicalizer canonicalizer = MakeCanonicalizer("Maya Chen = maya\n");
  EXPECT_TRUE(rc::check("order of names", [&] {
    auto lines =
        *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
            "maya", "Maya Chen", "O'Neil", "o\u2019neil", "test", "unknown", "zo\u00EB", "ewan"}));
    const auto attribute = [&] {
      std::string bytes;
      for (const std::string& line : lines) {
        bytes += line + "\n";
      }
      const Attribution found = AttributeFile(bytes, canonicalizer, {});
      std::vector<std::string> names = Names(found);
      std::sort(names.begin(), names.end());
      return std::pair(found.kind, names);
    };
    const auto before = attribute();
    std::reverse(lines.begin(), lines.end());
    RC_ASSERT(attribute() == before);
  }));
}

}  // namespace
}  // namespace ursa::participants
