#include "participants/collisions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>

#include "participants/name.h"
#include "participants/testing_names.h"

namespace ursa::participants {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The pairs among names that this run attaches, each with its slug as id: "slug(Maya|maya)".
std::vector<std::string> Pairs(const std::vector<NamedId>& names) {
  std::vector<std::string> shown;
  for (const NamePair& pair : FindPairs(names)) {
    shown.push_back(fmt::format("{}({}|{})", pair.kind == PairKind::kSlug ? "slug" : "near",
                                names[pair.first].name, names[pair.second].name));
  }
  return shown;
}

std::vector<std::string> PairsOf(const std::vector<std::string>& names) {
  const Slugger slugger = Slugger::Make().value();
  std::vector<NamedId> list;
  for (const std::string& name : names) {
    list.push_back({name, slugger.Slug(name), true});
  }
  return Pairs(list);
}

TEST(FindPairs, TellsOfTwoNamesWithOneId) {
  EXPECT_THAT(PairsOf({"O'Neil", "O\u2019Neil"}), ElementsAre("slug(O'Neil|O\u2019Neil)"));
  EXPECT_THAT(PairsOf({"A-B", "A B", "A.B"}),
              ElementsAre("slug(A-B|A B)", "slug(A-B|A.B)", "slug(A B|A.B)"));
}

TEST(FindPairs, TellsOfFormsThatAreEqualWhateverTheirLength) {
  EXPECT_THAT(PairsOf({"Ann E", "Anne"}), ElementsAre("near(Ann E|Anne)"));
  EXPECT_THAT(PairsOf({"O'Neil", "Oneil"}), ElementsAre("near(O'Neil|Oneil)"));
}

TEST(FindPairs, ForgetsCaseAccentsSpacesAndPunctuation) {
  EXPECT_THAT(PairsOf({"Van der Berg", "VanDer B\u00E9rg"}),
              ElementsAre("near(Van der Berg|VanDer B\u00E9rg)"));
}

TEST(FindPairs, TellsOfLongNamesAtEditDistanceOne) {
  EXPECT_THAT(PairsOf({"Jonas Weber", "Jonas Webber"}),
              ElementsAre("near(Jonas Weber|Jonas Webber)"));
  EXPECT_THAT(PairsOf({"Jonas Weber", "Jonas Wener"}),
              ElementsAre("near(Jonas Weber|Jonas Wener)"));
  EXPECT_THAT(PairsOf({"Jonas Weber", "onas Weber"}), ElementsAre("near(Jonas Weber|onas Weber)"));
  EXPECT_THAT(PairsOf({"Jonas Weber", "Jonsa Weber"}), IsEmpty());  // a swap is two edits
}

TEST(FindPairs, NeedsSixLettersOnBothSidesOfAnEdit) {
  EXPECT_THAT(PairsOf({"Hanna", "Hanne"}), IsEmpty());
  EXPECT_THAT(PairsOf({"Hanna", "Hannah"}), IsEmpty());
  EXPECT_THAT(PairsOf({"Hannah", "Hannat"}), ElementsAre("near(Hannah|Hannat)"));
  EXPECT_THAT(PairsOf({"Hannah", "Hannahs"}), ElementsAre("near(Hannah|Hannahs)"));
}

TEST(FindPairs, TellsOfANameThatBeginsAnother) {
  EXPECT_THAT(PairsOf({"Maya Chen", "Maya"}), ElementsAre("near(Maya Chen|Maya)"));
  EXPECT_THAT(PairsOf({"Zoe", "Zo\u00EB M. Lee"}), ElementsAre("near(Zoe|Zo\u00EB M. Lee)"));
  EXPECT_THAT(PairsOf({"Chen", "Maya Chen"}), IsEmpty());
  EXPECT_THAT(PairsOf({"May", "Maya Chen"}), IsEmpty());
}

TEST(FindPairs, ComparesWithWhomTheCatalogHas) {
  EXPECT_THAT(Pairs({{"Maya", "maya", true}, {"Maya Chen", "maya-chen", false}}),
              ElementsAre("near(Maya|Maya Chen)"));
  EXPECT_THAT(Pairs({{"O\u2019Neil", "o-neil", true}, {"O'Neil", "o-neil", false}}),
              ElementsAre("slug(O\u2019Neil|O'Neil)"));
}

TEST(FindPairs, TellsOfOneNameThatTheCatalogHasTwice) {
  EXPECT_THAT(Pairs({{"Maya Chen", "a", true}, {"Maya Chen", "b", false}}),
              ElementsAre("near(Maya Chen|Maya Chen)"));
}

TEST(FindPairs, PassesOverPairsOfWhichThisRunAttachesNone) {
  EXPECT_THAT(Pairs({{"Maya", "maya", false},
                     {"Maya Chen", "maya-chen", false},
                     {"Maya Chem", "maya-chem", false},
                     {"Ewan", "ewan", true}}),
              IsEmpty());
}

TEST(FindPairs, DoesNotCompareNamesOfWhichNothingIsLeft) {
  EXPECT_THAT(Pairs({{"!", "a", true}, {"?", "b", true}}), IsEmpty());
}

TEST(IsWithinOneEdit, KnowsReplacingInsertingAndDeletingAtBothEnds) {
  EXPECT_TRUE(IsWithinOneEdit(U"", U""));
  EXPECT_TRUE(IsWithinOneEdit(U"", U"a"));
  EXPECT_TRUE(IsWithinOneEdit(U"abc", U"xbc"));
  EXPECT_TRUE(IsWithinOneEdit(U"abc", U"abx"));
  EXPECT_TRUE(IsWithinOneEdit(U"abc", U"abcd"));
  EXPECT_TRUE(IsWithinOneEdit(U"abc", U"bc"));
  EXPECT_FALSE(IsWithinOneEdit(U"abc", U"bcd"));
  EXPECT_FALSE(IsWithinOneEdit(U"abc", U"a"));
}

// The rule of raw-recordings.md section 5, word for word, over all pairs.
size_t Levenshtein(const std::u32string& a, const std::u32string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

bool IsNearDuplicate(const std::string& a, const std::string& b) {
  const auto words_a = ComparableWords(a);
  const auto words_b = ComparableWords(b);
  std::u32string text_a;
  std::u32string text_b;
  for (const auto& word : words_a) {
    text_a += word;
  }
  for (const auto& word : words_b) {
    text_b += word;
  }
  if (text_a.empty() || text_b.empty()) {
    return false;
  }
  const bool long_enough = text_a.size() >= 6 && text_b.size() >= 6;
  const auto& shorter = words_a.size() < words_b.size() ? words_a : words_b;
  const auto& longer = words_a.size() < words_b.size() ? words_b : words_a;
  return text_a == text_b || (long_enough && Levenshtein(text_a, text_b) == 1) ||
         (shorter.size() < longer.size() &&
          std::equal(shorter.begin(), shorter.end(), longer.begin()));
}

TEST(FindPairs, FindsWhatComparingAllPairsFinds) {
  EXPECT_TRUE(rc::check("the index against all pairs", [] {
    const auto word = rc::gen::mapcat(rc::gen::inRange(1, 8), [](int length) {
      return rc::gen::container<std::string>(static_cast<size_t>(length),
                                             rc::gen::elementOf(std::string("aab ")));
    });
    const auto texts =
        *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(word, AnyText()));
    std::vector<NamedId> names;
    for (size_t i = 0; i < texts.size(); ++i) {
      names.push_back({CleanName(texts[i]), std::to_string(i / 2), i % 3 != 0});
    }
    std::vector<NamePair> expected;
    for (size_t i = 0; i < names.size(); ++i) {
      for (size_t j = i + 1; j < names.size(); ++j) {
        const bool one_id = names[i].participant_id == names[j].participant_id;
        if ((names[i].is_attached || names[j].is_attached) &&
            (one_id || IsNearDuplicate(names[i].name, names[j].name))) {
          expected.push_back({one_id ? PairKind::kSlug : PairKind::kNearDuplicate, i, j});
        }
      }
    }
    std::sort(expected.begin(), expected.end());
    RC_ASSERT(FindPairs(names) == expected);
  }));
}

TEST(FindPairs, TakesSecondsForFiftyThousandNamesAsTheyAreTyped) {
  const Canonicalizer canonicalizer = MakeCanonicalizer("Maya Chen = maya\n");
  const auto begin = std::chrono::steady_clock::now();
  std::vector<NamedId> names;
  for (int i = 0; i < 50'000; ++i) {
    const Participant participant = canonicalizer.Resolve(
        fmt::format("zo\u00EB  m\u00FCller {:06d}", i * 7919 % 1'000'000), {});
    names.push_back({participant.name, participant.participant_id, true});
  }
  const auto pairs = FindPairs(names);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
  EXPECT_GT(pairs.size(), 1'000U);
}

TEST(FindPairs, TakesSecondsForOneVeryLongName) {
  std::string name;
  for (int i = 0; i < 16'000; ++i) {
    name += static_cast<char>('a' + i % 7);
    name += i % 2 == 0 ? "b" : " ";
  }
  EXPECT_THAT(FindPairs({{name, "a", true}, {name + "x", "b", true}}), testing::SizeIs(1));
}

}  // namespace
}  // namespace ursa::participants
