#include "demo/seeded_random.h"

#include <gtest/gtest.h>

#include <set>

namespace ursa::demo {
namespace {

TEST(SeededRandom, GivesTheSameNumbersOnEveryMachine) {
  SeededRandom random(1, 2, 3);
  EXPECT_EQ(random.Hex(16), "f1b0d303da54a1e2");
  EXPECT_EQ(random.Next(), 5'402'635'427'416'038'541U);
}

TEST(SeededRandom, DiffersBySeedIndexAndPurpose) {
  const std::set<uint64_t> first = {SeededRandom(1, 0, 0).Next(), SeededRandom(0, 1, 0).Next(),
                                    SeededRandom(0, 0, 1).Next(), SeededRandom(0, 0, 0).Next()};
  EXPECT_EQ(first.size(), 4U);
}

TEST(SeededRandom, ReachesBothEndsOfARange) {
  SeededRandom random(1, 0, 0);
  std::set<int64_t> seen;
  for (int i = 0; i < 200; ++i) {
    seen.insert(random.Between(-2, 2));
  }
  EXPECT_EQ(seen, (std::set<int64_t>{-2, -1, 0, 1, 2}));
}

}  // namespace
}  // namespace ursa::demo
