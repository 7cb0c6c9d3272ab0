#include "participants/participant_file.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "participants/name.h"
#include "participants/testing_names.h"

namespace ursa::participants {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ParticipantFile Parse(std::string_view bytes) { return ParseParticipantFile(bytes).value(); }

TEST(ParticipantFile, HasANameALine) {
  EXPECT_THAT(Parse("Maya Chen\nJonas Weber\n").names, ElementsAre("Maya Chen", "Jonas Weber"));
  EXPECT_THAT(Parse("Maya\r\nJonas\rZoe").names, ElementsAre("Maya", "Jonas", "Zoe"));
  EXPECT_THAT(Parse("Maya\rJonas\r").names, ElementsAre("Maya", "Jonas"));
}

TEST(ParticipantFile, HasNamesBetweenSeparators) {
  EXPECT_THAT(Parse("Maya Chen, Jonas; Zoe & Ewan and Ania").names,
              ElementsAre("Maya Chen", "Jonas", "Zoe", "Ewan", "Ania"));
  EXPECT_THAT(Parse("a,b;c&d").names, ElementsAre("a", "b", "c", "d"));
}

TEST(ParticipantFile, SplitsAtTheWordAndInAnyCaseAndNoOtherWord) {
  EXPECT_THAT(Parse("Maya AND Jonas").names, ElementsAre("Maya", "Jonas"));
  EXPECT_THAT(Parse("Maya\tand\u00A0Jonas").names, ElementsAre("Maya", "Jonas"));
  EXPECT_THAT(Parse("and Maya and").names, ElementsAre("Maya"));
  EXPECT_THAT(Parse("Andy Sanders").names, ElementsAre("Andy Sanders"));
  EXPECT_THAT(Parse("Maya-and-Jonas").names, ElementsAre("Maya-and-Jonas"));
}

TEST(ParticipantFile, DropsBlankParts) {
  EXPECT_THAT(Parse("\n , ;\t&\u3000\nMaya,,\n").names, ElementsAre("Maya"));
  EXPECT_THAT(Parse("").names, IsEmpty());
  EXPECT_THAT(Parse("\r\r\r").names, IsEmpty());
  EXPECT_THAT(Parse("\u200B\u202E").names, IsEmpty());
}

TEST(ParticipantFile, DropsAByteOrderMark) {
  const ParticipantFile file = Parse("\xEF\xBB\xBFMaya\n");
  EXPECT_THAT(file.names, ElementsAre("Maya"));
  EXPECT_EQ(file.raw_name, "Maya");
}

TEST(ParticipantFile, CleansNames) {
  EXPECT_THAT(Parse("  maya\t \u202Echen ").names, ElementsAre("maya chen"));
}

TEST(ParticipantFile, IsNotFooledByInvisibleCharactersAroundASeparator) {
  EXPECT_THAT(Parse("Maya \u200Eand\u200E Jonas").names, ElementsAre("Maya", "Jonas"));
}

TEST(ParticipantFile, ShowsItsTextWithoutTheLastLineBreak) {
  EXPECT_EQ(Parse("Maya  Chen\n").raw_name, "Maya  Chen");
  EXPECT_EQ(Parse("Maya\r\nJonas\rZoe\n").raw_name, "Maya; Jonas; Zoe");
  EXPECT_EQ(Parse("\n").raw_name, "");
  EXPECT_EQ(Parse("Maya\n\n").raw_name, "Maya; ");
}

TEST(ParticipantFile, OfInvalidUtf8IsAnError) {
  for (const char* bytes : {"Maya\xFF", "\xC3", "\xED\xA0\x80", "\xC0\xAF", "\xF4\x90\x80\x80"}) {
    const auto file = ParseParticipantFile(bytes);
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(file.error().message, HasSubstr("UTF-8"));
  }
}

TEST(ParticipantFile, MayHaveExactly64KiB) {
  std::string bytes(kParticipantFileBytesMax, 'a');
  EXPECT_EQ(Parse(bytes).names.at(0).size(), kParticipantFileBytesMax);
  bytes += '\n';
  EXPECT_FALSE(ParseParticipantFile(bytes).has_value());
}

TEST(ParticipantFile, OfTwoSingleWordsAroundOneCommaMayBeLastNameFirst) {
  EXPECT_THAT(Parse("Chen, Maya\n").maybe_last_first, ElementsAre(0));
  EXPECT_THAT(Parse("Jonas Weber\nChen,Maya\nO'Neil , Zo\u00EB").maybe_last_first,
              ElementsAre(1, 3));
}

TEST(ParticipantFile, OfAnythingElseIsNotLastNameFirst) {
  for (const char* text :
       {"Maya Chen, Jonas", "Chen, Maya, Zoe", "Chen; Maya", "Chen & Maya", "Chen and Maya",
        "Chen, ", ",Maya", "Chen,, Maya", "Chen, and Maya", "Chen, Maya and Zoe", "Chen\nMaya"}) {
    EXPECT_THAT(Parse(text).maybe_last_first, IsEmpty()) << text;
  }
}

TEST(ParticipantFile, HasOnlyCleanNames) {
  EXPECT_TRUE(rc::check("has only clean names", [] {
    for (const std::string& name : Parse(*AnyText()).names) {
      RC_ASSERT(!name.empty());
      RC_ASSERT(CleanName(name) == name);
    }
  }));
}

TEST(ParticipantFile, OfItsOwnNamesHasTheSameNames) {
  EXPECT_TRUE(rc::check("of its own names has the same names", [] {
    const std::vector<std::string> names = Parse(*AnyText()).names;
    std::string text;
    for (const std::string& name : names) {
      text += name + "\n";
    }
    RC_ASSERT(Parse(text).names == names);
  }));
}

}  // namespace
}  // namespace ursa::participants
