#include "demo/worker_design.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

#include "demo/track_design.h"

namespace ursa::demo {
namespace {

using namespace std::chrono_literals;

using Families = std::bitset<kFamilyCount>;

// In how many of a hundred sessions a family takes part.
constexpr std::array<unsigned, kFamilyCount> kPresence = {55, 60, 40, 50, 40, 45, 25,
                                                          30, 25, 15, 15, 10, 10, 5};
constexpr std::array<std::string_view, 5> kSensors = {"imu", "ppg", "eda", "heart_rate", "battery"};

// The kinds that befall the stream which ends last, where a careless reader would go wrong.
const DamageSet& SidecarDamage() {
  using enum Damage;
  static const DamageSet damage{kPartialLastAnchor,     kCutLastLine,      kEmptyLastSegment,
                                kHeaderOnlyLastSegment, kClockBeforeStart, kClockAhead,
                                kImplausibleLastTime,   kWavSizesCrashed,  kWavGarbage,
                                kMtimeBeforeStart,      kOutlierStream};
  return damage;
}

// The stream that ends last.
Family PickLastStream(const RecordingDesign& design, SeededRandom& random) {
  constexpr std::array<Family, 4> kWithCsv = {Family::kCamera, Family::kScreen,
                                              Family::kSamsungwatch, Family::kEnvironment};
  constexpr std::array<Family, 5> kWithRows = {Family::kEeg, Family::kCamera, Family::kScreen,
                                               Family::kSamsungwatch, Family::kEnvironment};
  const DamageSet& damage = design.damage;
  if (damage.Has(Damage::kPartialLastAnchor)) {
    return Family::kEeg;
  }
  if (damage.HasAny({Damage::kWavSizesCrashed, Damage::kWavGarbage})) {
    return Family::kMic;
  }
  if (damage.Has(Damage::kOutlierStream)) {
    return Family::kEnvironment;
  }
  if (damage.Has(Damage::kCutLastLine)) {
    return random.Pick(kWithCsv);
  }
  if (damage.HasAny({Damage::kHeaderOnlyLastSegment, Damage::kImplausibleLastTime})) {
    return random.Pick(kWithRows);
  }
  return static_cast<Family>(design.index % kStreamCount);
}

bool MayHaveStreams(const DamageSet& damage) {
  return !damage.HasAny(
      {Damage::kNoDerivableEnd, Damage::kFlaggedUnderivable, Damage::kWorkerReportOnly});
}

Families PickFamilies(const RecordingDesign& design, Family last, SeededRandom& random) {
  Families families;
  for (size_t i = 0; i < kFamilyCount; ++i) {
    families[i] = random.Chance(kPresence[i]);
  }
  // Any fourteen recordings in a row have every family.
  families.set(design.index % kFamilyCount);
  families.set(static_cast<size_t>(last));
  const auto need = [&](Damage damage, Family family) {
    if (design.damage.Has(damage)) {
      families.set(static_cast<size_t>(family));
    }
  };
  need(Damage::kLegacyModalities, Family::kEeg);
  need(Damage::kEegWithoutRate, Family::kEeg);
  need(Damage::kAlreadyShifted, Family::kMic);
  need(Damage::kGlitchedFirstRow, Family::kEnvironment);
  need(Damage::kOutlierStream, Family::kCamera);
  need(Damage::kNoDerivableEnd, Family::kKeyboard);
  need(Damage::kFlaggedUnderivable, Family::kMouse);
  need(Damage::kWorkerReportOnly, Family::kNotes);
  if (!MayHaveStreams(design.damage)) {
    for (size_t i = 0; i < kStreamCount; ++i) {
      families.reset(i);
    }
  }
  return families;
}

// Names of a family's workers, as rigs give them.
std::vector<std::string> PickNames(Family family, SeededRandom& random) {
  const std::string name(FamilyName(family));
  switch (family) {
    case Family::kCamera: {
      const std::string spelling = random.Chance(25) ? "webcam" : name;
      if (random.Chance(35)) {
        return {spelling + "_left", spelling + "_right"};
      }
      return {spelling + "_0"};
    }
    case Family::kSamsungwatch: {
      const std::string spelling = random.Chance(30) ? "samsung-watch" : name;
      return {spelling + (random.Chance(50) ? "_left" : "_right")};
    }
    case Family::kEeg:
      return random.Chance(10) ? std::vector{name + "_0", name + "_1"} : std::vector{name + "_0"};
    default:
      return {name + "_0"};
  }
}

// The sensors whose files a worker has; one nameless one for most families.
std::vector<std::string> PickSensors(Family family, SeededRandom& random) {
  if (family == Family::kPupillabs) {
    return {"gaze"};
  }
  if (family != Family::kSamsungwatch) {
    return {""};
  }
  std::vector<std::string> sensors;
  for (const std::string_view sensor : kSensors) {
    if (random.Chance(60)) {
      sensors.emplace_back(sensor);
    }
  }
  return sensors.empty() ? std::vector<std::string>{"imu"} : sensors;
}

// How long before the last stream another one ends; sometimes at the same instant.
Nanoseconds PickLag(const RecordingDesign& design, SeededRandom& random) {
  if (design.damage.HasAny(SidecarDamage()) || random.Chance(70)) {
    return Nanoseconds{random.Between(2'000'000'000, 90'000'000'000)};
  }
  return random.Chance(60) ? Nanoseconds{random.Between(1, 1'000)} : 0ns;
}

// The kinds of a recording's damage that befall one of its tracks.
DamageSet DamageOfTrack(const RecordingDesign& design, Family family, bool is_last) {
  DamageSet damage;
  for (const Damage one : design.damage.List()) {
    const bool of_last = is_last && SidecarDamage().Has(one);
    const bool of_eeg = one == Damage::kEegWithoutRate && family == Family::kEeg;
    const bool of_environment = one == Damage::kGlitchedFirstRow && family == Family::kEnvironment;
    if (of_last || of_eeg || of_environment) {
      damage.Add(one);
    }
  }
  return damage;
}

// What all tracks of a recording have in common.
struct Session {
  TimeNs end;
  TimeNs last_sample;
  Family last;
  bool last_is_set = false;  // the first track of that stream is the one that ends last
};

Track DesignOneTrack(Family family, const std::string& sensor, Session& session,
                     const RecordingDesign& design, SeededRandom& random) {
  const bool is_last = family == session.last && !session.last_is_set;
  session.last_is_set = session.last_is_set || is_last;
  const int64_t first_ns = design.damage.Has(Damage::kAlreadyShifted)
                               ? random.Between(3'000'000'000, 9'000'000'000)
                               : random.Between(50'000'000, 9'000'000'000);
  TrackRequest request;
  request.family = family;
  request.sensor = sensor;
  request.recording_start = design.start;
  request.uploaded = design.uploaded;
  request.first = TimeNs{design.start} + Nanoseconds{first_ns};
  request.end = is_last ? session.last_sample : session.end - PickLag(design, random);
  request.damage = DamageOfTrack(design, family, is_last);
  return DesignTrack(request, random);
}

void AddWorkersOf(Family family, Session& session, RecordingDesign& design, SeededRandom& random) {
  for (std::string& name : PickNames(family, random)) {
    Worker worker;
    worker.name = std::move(name);
    worker.family = family;
    worker.has_world_video = family == Family::kPupillabs && random.Chance(60);
    worker.has_decoy = IsStream(family) && random.Chance(8);
    if (family != Family::kUnknown) {
      for (const std::string& sensor : PickSensors(family, random)) {
        worker.tracks.push_back(DesignOneTrack(family, sensor, session, design, random));
      }
    }
    design.workers.push_back(std::move(worker));
  }
}

void AddReports(RecordingDesign& design, SeededRandom& random) {
  const bool unusable_only =
      design.damage.HasAny({Damage::kNoDerivableEnd, Damage::kFlaggedUnderivable});
  for (Worker& worker : design.workers) {
    const bool is_first = &worker == &design.workers.front();
    if (unusable_only) {
      worker.has_unusable_report = random.Chance(25);
    } else if (is_first) {
      worker.stopped_at = design.stopped_at;
    } else if (random.Chance(65)) {
      worker.stopped_at = design.stopped_at - Microseconds{random.Between(0, 40'000'000)};
    }
  }
}

}  // namespace

void DesignWorkers(TimeNs end, TimeNs last_sample, RecordingDesign& design, SeededRandom& random) {
  Session session{end, last_sample, PickLastStream(design, random)};
  const Families families = PickFamilies(design, session.last, random);
  for (size_t i = 0; i < kFamilyCount; ++i) {
    if (families.test(i)) {
      AddWorkersOf(static_cast<Family>(i), session, design, random);
    }
  }
  const bool bare_video = design.damage.Has(Damage::kVideoWithoutTimes) ||
                          (design.damage.Has(Damage::kWorkerReportOnly) && random.Chance(50));
  if (bare_video) {
    Worker worker;
    worker.name = "camera_rear";
    worker.family = Family::kCamera;
    design.workers.push_back(std::move(worker));
  }
  AddReports(design, random);
}

}  // namespace ursa::demo
