// What can be wrong with a recording of a demo laboratory, and which recording has what.
//
// Forty recordings have every kind, about as often as laboratories have them; the forty after them
// have the same again. Which recording has what depends on its number alone, so that the first
// twenty of forty are damaged just like a laboratory of twenty.
#pragma once

#include <bitset>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace ursa::demo {

enum class Damage {
  // Of the duration in the catalog.
  kTimezoneHours,
  kWorkerReportDuration,
  kUploadTimeDuration,
  kDurationMissing,
  kFlaggedDerivable,
  kOffBySeconds,
  kWorkerReportOnly,
  kNoDerivableEnd,
  kFlaggedUnderivable,
  kRawGone,
  // Of what has not arrived, or not in the catalog.
  kSessionLock,
  kStaleLock,
  kLegacyManifest,
  kNoManifest,
  kNodeManifests,
  kNotIngested,
  kBadManifest,
  kEmptySession,
  kOrphanModalities,
  // Of the sidecars.
  kPartialLastAnchor,
  kCutLastLine,
  kEmptyLastSegment,
  kHeaderOnlyLastSegment,
  kClockBeforeStart,
  kClockAhead,
  kImplausibleLastTime,
  kWavSizesCrashed,
  kWavGarbage,
  kVideoWithoutTimes,
  kMtimeBeforeStart,
  kOutlierStream,
  // Of the participants.
  kDroppedNames,
  kDroppedNamesUnknown,
  kDroppedAlias,
  kTestMode,
  kSentinelName,
  kNoName,
  // Of the modality rows.
  kLegacyModalities,
  kAlreadyShifted,
  kGlitchedFirstRow,
  kEegWithoutRate,
};
inline constexpr size_t kDamageCount = static_cast<size_t>(Damage::kEegWithoutRate) + 1;

// The stable name, e.g. "timezone_hours"; stands in truth.jsonl.
std::string_view DamageCode(Damage damage);
// A sentence for people, without a full stop.
std::string_view DamageSentence(Damage damage);

// Some kinds of damage.
class DamageSet {
 public:
  DamageSet() = default;
  DamageSet(std::initializer_list<Damage> damages) {
    for (const Damage damage : damages) {
      Add(damage);
    }
  }
  void Add(Damage damage) { bits_.set(static_cast<size_t>(damage)); }
  [[nodiscard]] bool Has(Damage damage) const { return bits_.test(static_cast<size_t>(damage)); }
  [[nodiscard]] bool HasAny(const DamageSet& other) const { return (bits_ & other.bits_).any(); }
  // In the order of the enumeration.
  [[nodiscard]] std::vector<Damage> List() const;

 private:
  std::bitset<kDamageCount> bits_;
};

// After so many recordings the kinds come again.
inline constexpr size_t kDamagePeriod = 40;

// What is wrong with recording number `index`; nothing with a good part of them.
const DamageSet& DamageOfRecording(size_t index);

// Whether a recording with this damage has a row in the catalog.
bool IsInCatalog(const DamageSet& damage);
// Whether anything of it is in the raw bucket.
bool IsInRawBucket(const DamageSet& damage);

}  // namespace ursa::demo
