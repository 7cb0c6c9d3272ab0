#include "demo/damage.h"

#include <gtest/gtest.h>

#include <set>

namespace ursa::demo {
namespace {

TEST(Damage, HasACodeAndASentenceOfItsOwn) {
  std::set<std::string_view> codes;
  std::set<std::string_view> sentences;
  for (size_t i = 0; i < kDamageCount; ++i) {
    codes.insert(DamageCode(static_cast<Damage>(i)));
    sentences.insert(DamageSentence(static_cast<Damage>(i)));
  }
  EXPECT_EQ(codes.size(), kDamageCount);
  EXPECT_EQ(sentences.size(), kDamageCount);
  EXPECT_EQ(DamageCode(Damage::kTimezoneHours), "timezone_hours");
  EXPECT_EQ(DamageCode(Damage::kEegWithoutRate), "eeg_without_rate");
}

TEST(Damage, OfEveryKindOccursAmongForty) {
  std::set<Damage> found;
  for (size_t i = 0; i < kDamagePeriod; ++i) {
    for (const Damage damage : DamageOfRecording(i).List()) {
      found.insert(damage);
    }
  }
  EXPECT_EQ(found.size(), kDamageCount);
}

TEST(Damage, LeavesAboutHalfOfTheRowsRight) {
  const DamageSet wrong{
      Damage::kTimezoneHours,    Damage::kWorkerReportDuration, Damage::kUploadTimeDuration,
      Damage::kDurationMissing,  Damage::kFlaggedDerivable,     Damage::kOffBySeconds,
      Damage::kWorkerReportOnly, Damage::kNoDerivableEnd,       Damage::kFlaggedUnderivable,
      Damage::kRawGone,          Damage::kSessionLock};
  size_t rows = 0;
  size_t right = 0;
  for (size_t i = 0; i < kDamagePeriod; ++i) {
    const DamageSet& damage = DamageOfRecording(i);
    rows += IsInCatalog(damage) ? 1 : 0;
    right += IsInCatalog(damage) && !damage.HasAny(wrong) ? 1 : 0;
  }
  EXPECT_EQ(rows, 31U);
  EXPECT_EQ(right, 16U);
}

TEST(Damage, IsTheSameForTheFortiethNext) {
  EXPECT_EQ(DamageOfRecording(1'207).List(), DamageOfRecording(7).List());
}

}  // namespace
}  // namespace ursa::demo
