#include "demo/recording_design.h"

#include <fmt/format.h>

#include <algorithm>

#include "demo/manifest_kind.h"
#include "demo/seeded_random.h"
#include "demo/track_design.h"
#include "demo/worker_design.h"

namespace ursa::demo {
namespace {

using namespace std::chrono_literals;
using std::chrono::floor;

constexpr uint64_t kDesignPurpose = 1;
constexpr uint64_t kNamesPurpose = 2;

// Ages of recordings: the youngest one ended, was torn down and uploaded long before now.
constexpr Nanoseconds kAgeMin = 26h;
constexpr Nanoseconds kAgeMax = 400 * 24h;
constexpr Nanoseconds kRecentAgeMax = 9 * 24h;
constexpr Nanoseconds kStaleAgeMin = 8 * 24h;
constexpr Nanoseconds kArrivingAge = 100min;
constexpr Nanoseconds kArrivingFilesAge = 3min;

Nanoseconds Between(Nanoseconds low, Nanoseconds high, SeededRandom& random) {
  return Nanoseconds{random.Between(low.count(), high.count())};
}

Nanoseconds PickAge(const DamageSet& damage, SeededRandom& random) {
  if (damage.Has(Damage::kSessionLock)) {
    return kArrivingAge;
  }
  if (damage.Has(Damage::kStaleLock)) {
    return Between(kStaleAgeMin, kRecentAgeMax, random);
  }
  const bool recent = !IsInCatalog(damage) || random.Chance(15);
  return Between(kAgeMin, recent ? kRecentAgeMax : kAgeMax, random);
}

// "rec_20260507_143022_a1b2c3d4". The digits are a permutation of the index, so no two recordings
// of a laboratory have one id.
std::string MakeId(TimeUs start, uint64_t seed, size_t index, SeededRandom& random) {
  constexpr uint32_t kOdd = 0x9E3779B1;
  const std::string time = FormatTime(start);
  const auto digits = static_cast<uint32_t>((index + seed * 7) * kOdd);
  return fmt::format("rec_{}{}{}_{}{}{}_{:08x}{}", time.substr(0, 4), time.substr(5, 2),
                     time.substr(8, 2), time.substr(11, 2), time.substr(14, 2), time.substr(17, 2),
                     digits, random.Chance(10) ? random.Hex(24) : "");
}

// Rigs 2 and 5 run an engine from before the manifests had hashes.
void PickRig(RecordingDesign& design, SeededRandom& random) {
  constexpr std::array<int, 2> kOldRigs = {2, 5};
  constexpr std::array<int, 4> kNewRigs = {1, 3, 4, 6};
  const ManifestKind manifest = ManifestKindOf(design.index);
  const bool old = manifest != ManifestKind::kAugmented && manifest != ManifestKind::kElsewhere;
  design.hostname = fmt::format("rig-{}", old ? random.Pick(kOldRigs) : random.Pick(kNewRigs));
  design.engine_version = fmt::format("0.{}.{}", old ? 7 : 9, random.Below(4));
}

// When the process ended and the files arrived, both after the last sample.
void PickUpload(TimeNs last_sample, TimeNs now, RecordingDesign& design, SeededRandom& random) {
  if (design.damage.Has(Damage::kSessionLock)) {
    design.stopped_at = floor<Microseconds>(last_sample + 1min);
    design.uploaded = now - kArrivingFilesAge;
    return;
  }
  design.stopped_at = floor<Microseconds>(last_sample + Between(1h, 8h, random));
  design.uploaded = TimeNs{design.stopped_at} + Between(2min, 90min, random);
}

void TakeStreamEnds(RecordingDesign& design) {
  for (const Worker& worker : design.workers) {
    for (const Track& track : worker.tracks) {
      if (IsStream(track.family)) {
        auto& end = design.stream_ends[static_cast<size_t>(track.family)];
        end = std::max(end.value_or(track.LastGood().last), track.LastGood().last);
      }
    }
  }
  for (size_t i = 0; i < kStreamCount; ++i) {
    const auto& end = design.stream_ends[i];
    if (end && (!design.end || *end > *design.end)) {
      design.end = end;
      design.end_source = FamilyName(static_cast<Family>(i));
    }
  }
}

std::string_view NoEndReason(const DamageSet& damage) {
  if (damage.Has(Damage::kRawGone)) {
    return "raw_gone";
  }
  if (damage.Has(Damage::kEmptySession)) {
    return "empty_session";
  }
  if (damage.Has(Damage::kSessionLock)) {
    return "still_arriving";
  }
  if (damage.HasAny({Damage::kNoDerivableEnd, Damage::kFlaggedUnderivable})) {
    return "no_signal";
  }
  return damage.Has(Damage::kOrphanModalities) ? "withdrawn" : "";
}

// Without a manifest the start is the first sample of any worker.
void TakeStartFromSamples(RecordingDesign& design) {
  std::optional<TimeNs> first;
  for (const Worker& worker : design.workers) {
    for (const Track& track : worker.tracks) {
      if (track.first_sample) {
        first = std::min(first.value_or(*track.first_sample), *track.first_sample);
      }
    }
  }
  if (first) {
    design.start = floor<Microseconds>(*first);
  }
}

void DecideEnd(RecordingDesign& design) {
  if (design.damage.Has(Damage::kNoManifest)) {
    TakeStartFromSamples(design);
  }
  design.no_end_reason = NoEndReason(design.damage);
  if (!design.no_end_reason.empty()) {
    return;
  }
  TakeStreamEnds(design);
  if (design.damage.Has(Damage::kWorkerReportOnly)) {
    design.end = design.stopped_at;
    design.end_source = "worker_report";
  }
  design.duration_us = (floor<Microseconds>(*design.end) - design.start).count();
}

Microseconds WholeHours(SeededRandom& random) {
  constexpr std::array<int, 7> kOffsets = {1, 2, 5, 7, 8, 9, 10};
  return std::chrono::hours{random.Pick(kOffsets)};
}

Microseconds WrongBy(const RecordingDesign& design, SeededRandom& random) {
  if (design.damage.Has(Damage::kOffBySeconds)) {
    const Microseconds seconds{random.Between(1'000'000, 55'000'000)};
    return random.Chance(50) ? seconds : -seconds;
  }
  const bool hours = design.damage.HasAny({Damage::kTimezoneHours, Damage::kWorkerReportOnly}) ||
                     (design.damage.Has(Damage::kFlaggedDerivable) && random.Chance(50));
  return hours ? WholeHours(random) : Microseconds{0};
}

// What the catalog says of the duration.
void StoreDuration(RecordingDesign& design, SeededRandom& random) {
  const DamageSet& damage = design.damage;
  if (!IsInCatalog(damage)) {
    return;
  }
  design.stored_known_wrong = damage.HasAny({Damage::kFlaggedDerivable, Damage::kSessionLock,
                                             Damage::kFlaggedUnderivable}) ||
                              (damage.Has(Damage::kDurationMissing) && random.Chance(50));
  if (damage.HasAny(
          {Damage::kDurationMissing, Damage::kSessionLock, Damage::kFlaggedUnderivable})) {
    return;
  }
  if (damage.Has(Damage::kWorkerReportDuration)) {
    design.stored_duration_us = (design.stopped_at - design.start).count();
  } else if (damage.Has(Damage::kUploadTimeDuration)) {
    design.stored_duration_us = (floor<Microseconds>(design.uploaded) - design.start).count();
  } else if (design.duration_us) {
    design.stored_duration_us = *design.duration_us + WrongBy(design, random).count();
  } else {
    design.stored_duration_us = random.Between(300'000'000, 3'000'000'000);
  }
}

}  // namespace

std::string_view FamilyName(Family family) {
  constexpr std::array<std::string_view, kFamilyCount> kNames = {
      "eeg",      "camera", "screen",  "mic",   "samsungwatch", "environment", "pupillabs",
      "keyboard", "mouse",  "browser", "notes", "location",     "battery",     "lidar"};
  return kNames[static_cast<size_t>(family)];
}

std::string_view FamilyFormat(Family family) {
  constexpr std::array<std::string_view, kFamilyCount> kFormats = {
      "raw_binary", "raw_video", "raw_video", "raw_audio", "raw_csv",   "raw_csv",   "raw_video",
      "raw_jsonl",  "raw_jsonl", "raw_jsonl", "raw_jsonl", "raw_jsonl", "raw_jsonl", "raw_other"};
  return kFormats[static_cast<size_t>(family)];
}

std::string_view ProblemOf(Break broken) {
  constexpr std::array<std::string_view, 9> kCodes = {"",
                                                      "empty",
                                                      "no_whole_row",
                                                      "before_start",
                                                      "after_modified",
                                                      "implausible_time",
                                                      "unparseable",
                                                      "not_wav",
                                                      "no_time_in_name"};
  return kCodes[static_cast<size_t>(broken)];
}

const Segment& Track::LastGood() const {
  const auto last = std::find_if(segments.rbegin(), segments.rend(), [](const Segment& segment) {
    return segment.broken == Break::kNone;
  });
  return *last;
}

std::string SlugOf(const Track& track) {
  std::string slug(FamilyName(track.family));
  if (!track.sensor.empty()) {
    slug += "-" + track.sensor;
    std::replace(slug.begin(), slug.end(), '_', '-');
  }
  return slug;
}

RecordingDesign DesignRecording(uint64_t seed, size_t index, TimeNs now) {
  SeededRandom random(seed, index, kDesignPurpose);
  SeededRandom names_random(seed, index, kNamesPurpose);
  RecordingDesign design;
  design.index = index;
  design.damage = DamageOfRecording(index);
  design.start = floor<Microseconds>(now - PickAge(design.damage, random));
  design.recording_id = MakeId(design.start, seed, index, random);
  PickRig(design, random);
  const TimeNs end = TimeNs{design.start} + Between(4min, 58min, random);
  const bool outlier = design.damage.Has(Damage::kOutlierStream);
  const TimeNs last_sample = end + (outlier ? Between(70min, 150min, random) : Nanoseconds{0});
  PickUpload(last_sample, now, design, random);
  DesignWorkers(end, last_sample, design, random);
  design.names = TypeNames(design.damage, names_random);
  DecideEnd(design);
  StoreDuration(design, random);
  return design;
}

}  // namespace ursa::demo
