#include "demo/participants.h"

#include <gtest/gtest.h>

namespace ursa::demo {
namespace {

TypedNames Names(const DamageSet& damage, uint64_t seed) {
  SeededRandom random(seed, 0, 0);
  return TypeNames(damage, random);
}

TEST(TypedNames, AreInTheFileAndInTheRowWhereNothingIsWrong) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const TypedNames names = Names({}, seed);
    ASSERT_FALSE(names.people.empty());
    EXPECT_EQ(names.stored.size(), names.people.size());
    EXPECT_EQ(names.stored[0], names.people[0]->participant_id);
    EXPECT_EQ(names.backfill_action, "");
    if (names.has_file) {
      EXPECT_NE(names.text.find(names.typed.back()), std::string::npos);
    }
  }
}

TEST(TypedNames, AreOnlyInTheFileWhereTheyWereDropped) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const TypedNames names = Names({Damage::kDroppedNames}, seed);
    EXPECT_TRUE(names.has_file);
    EXPECT_EQ(names.typed.size(), names.people.size());
    EXPECT_TRUE(names.stored.empty());
    EXPECT_EQ(names.backfill_action, "attach");
    EXPECT_EQ(Names({Damage::kDroppedNamesUnknown}, seed).stored,
              std::vector<std::string>{"unknown"});
  }
}

TEST(TypedNames, HaveNobodyWhereNoneWasMeant) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const TypedNames test = Names({Damage::kTestMode}, seed);
    EXPECT_TRUE(test.people.empty());
    EXPECT_EQ(test.backfill_action, "skip_placeholder");
    EXPECT_EQ(Names({Damage::kSentinelName}, seed).backfill_action, "skip_sentinel");
    EXPECT_EQ(Names({Damage::kNoName}, seed).backfill_action, "no_name");
  }
}

TEST(TypedNames, OfAnAliasAreKnownToTheMergeMap) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const TypedNames names = Names({Damage::kDroppedAlias}, seed);
    ASSERT_EQ(names.people.size(), 1U);
    const std::string line =
        "\n" + std::string(names.people[0]->display_name) + " = " + names.typed[0] + "\n";
    EXPECT_NE(MergeMapText().find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace ursa::demo
