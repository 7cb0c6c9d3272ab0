#include "demo/track_design.h"

#include <algorithm>

namespace ursa::demo {
namespace {

using namespace std::chrono_literals;

constexpr uint32_t kUsualRowsMin = 8;
constexpr uint32_t kUsualRowsMax = 30;
// So many rows are more than the 64 KiB that may be read of a tail.
constexpr uint32_t kManyRows = 3'000;

// The last time that a clock which lost its battery says, at most.
constexpr Nanoseconds kSinceReset = 48h;
// A file that says more than 24 h beyond its own last-modified time is not believed.
constexpr Nanoseconds kBeyondUpload = 25h;

// The latest time, not far after `time`, that a file of the track can hold.
TimeNs Snap(const Track& track, TimeNs time) {
  return track.family == Family::kEeg ? TimeOfAnchor(AnchorNear(time))
                                      : OnGrid(track.notation, time);
}

WavFormat PickWav(SeededRandom& random) {
  struct Coding {
    uint16_t code;
    uint16_t bits;
  };
  constexpr std::array<Coding, 8> kCodings = {
      {{1, 16}, {1, 16}, {1, 8}, {1, 12}, {1, 24}, {3, 32}, {6, 8}, {7, 8}}};
  // Rates of an envelope recorder: a laboratory of thousands of recordings stays small.
  constexpr std::array<uint32_t, 6> kRates = {7, 11, 16, 22, 32, 44};
  const Coding coding = random.Pick(kCodings);
  WavFormat wav;
  wav.code = coding.code;
  wav.bits = coding.bits;
  wav.channels = random.Chance(30) ? 2 : 1;
  wav.rate_hz = random.Pick(kRates);
  wav.extensible = random.Chance(25);
  wav.is_64_bit = random.Chance(15);
  wav.has_other_chunks = random.Chance(30);
  return wav;
}

SampleRate PickRate(SeededRandom& random) {
  static const std::array<SampleRate, 5> rates = {{{"250", 250, 1},
                                                   {"500", 500, 1},
                                                   {"256", 256, 1},
                                                   {"249.99", 24'999, 100},
                                                   {"512.5", 1'025, 2}}};
  return random.Pick(rates);
}

void PickFormat(Track& track, SeededRandom& random) {
  track.notation = track.family == Family::kMic ? PickNameNotation(random) : PickNotation(random);
  track.wav = PickWav(random);
  track.rate = PickRate(random);
  track.first_offset = random.Chance(25) ? random.Between(1, 4'000) : 0;
  track.legacy_names = track.family == Family::kCamera && random.Chance(25);
  track.rows = static_cast<size_t>(random.Between(kUsualRowsMin, kUsualRowsMax));
  if (IsVideo(track.family) && random.Chance(4)) {
    track.rows = kManyRows;
  }
}

uint32_t PickFirstIndex(SeededRandom& random) {
  if (random.Chance(5)) {
    return 9'999;  // the next one has a digit more, and comes first by name
  }
  return random.Chance(10) ? 1 : 0;
}

// A sound from `first` to about `end`, in whole frames.
Segment DesignSound(const Track& track, uint32_t index, TimeNs first, TimeNs end) {
  Segment segment{index, first, first, 0, Break::kNone};
  const int64_t frames = (end - first) * track.wav.rate_hz / Nanoseconds{1s};
  segment.sound_bytes = static_cast<uint64_t>(frames) * track.wav.FrameBytes();
  segment.last = EndOfSound(first, segment.sound_bytes, track.wav.BytesPerSecond());
  return segment;
}

void PlanSegments(const TrackRequest& request, Track& track, SeededRandom& random) {
  const int64_t draw = random.Between(1, 100);
  const int count = draw <= 60 ? 1 : draw <= 85 ? 2 : 3;
  const uint32_t index = PickFirstIndex(random);
  // Sample 0 is wanted at request.first; the first anchor may stand for a later one.
  const Nanoseconds late =
      Nanoseconds{1s} * track.first_offset * track.rate.denominator / track.rate.numerator;
  const TimeNs begin = request.first + (track.family == Family::kEeg ? late : Nanoseconds{0});
  const Nanoseconds piece = (request.end - begin) / count;
  for (int i = 0; i < count; ++i) {
    const Nanoseconds gap{random.Between(1'000'000, 1'500'000'000)};
    const TimeNs first = Snap(track, begin + i * piece);
    const TimeNs end = i + 1 == count ? request.end : begin + (i + 1) * piece - gap;
    const uint32_t number = index + static_cast<uint32_t>(i);
    track.segments.push_back(track.family == Family::kMic
                                 ? DesignSound(track, number, first, end)
                                 : Segment{number, first, Snap(track, end), 0, Break::kNone});
  }
}

Break BreakOf(const TrackRequest& request, SeededRandom& random) {
  if (request.damage.Has(Damage::kEmptyLastSegment)) {
    return Break::kEmpty;
  }
  if (request.damage.Has(Damage::kHeaderOnlyLastSegment)) {
    return Break::kNoRows;
  }
  if (request.damage.Has(Damage::kClockBeforeStart)) {
    return Break::kBeforeStart;
  }
  if (request.damage.Has(Damage::kClockAhead)) {
    return Break::kAfterModified;
  }
  if (request.damage.Has(Damage::kImplausibleLastTime)) {
    const bool no_number = request.family != Family::kEeg && random.Chance(50);
    return no_number ? Break::kUnparseable : Break::kImplausible;
  }
  if (request.damage.Has(Damage::kWavGarbage)) {
    return random.Chance(50) ? Break::kGarbage : Break::kNoTimeInName;
  }
  return Break::kNone;
}

// A time that a clock says after it has lost the real one.
TimeNs TimeAfterReset(SeededRandom& random) {
  return kEarliestPlausible + 1s + Nanoseconds{random.Between(0, kSinceReset.count())};
}

TimeNs WrongTime(Break broken, const TrackRequest& request, SeededRandom& random) {
  if (broken == Break::kAfterModified) {
    return request.uploaded + kBeyondUpload +
           Nanoseconds{random.Between(0, Nanoseconds(200 * 24h).count())};
  }
  if (random.Chance(30)) {
    return TimeAfterReset(random);
  }
  return TimeNs{request.recording_start} -
         Nanoseconds{random.Between(Nanoseconds(2min).count(), Nanoseconds(72h).count())};
}

Segment DesignBroken(Break broken, const TrackRequest& request, const Track& track,
                     SeededRandom& random) {
  const Segment& below = track.segments.back();
  const bool clock_is_wrong = broken == Break::kBeforeStart || broken == Break::kAfterModified;
  const TimeNs next = Snap(track, below.last + 1s);
  const TimeNs last = clock_is_wrong ? Snap(track, WrongTime(broken, request, random)) : next;
  Segment segment{below.index + 1, next, last, 0, broken};
  if (track.family == Family::kMic) {
    segment = DesignSound(track, segment.index, last, last + 20s);
    segment.broken = broken;
  }
  return segment;
}

void AddBrokenSegments(const TrackRequest& request, Track& track, SeededRandom& random) {
  const Break broken = BreakOf(request, random);
  if (broken == Break::kNone) {
    return;
  }
  track.segments.push_back(DesignBroken(broken, request, track, random));
  if (random.Chance(25)) {
    track.segments.push_back(DesignBroken(Break::kEmpty, request, track, random));
  }
}

void SetFirstSampleOfEeg(Track& track, bool without_rate) {
  if (without_rate) {
    track.no_rate = true;
    track.first_offset = std::max<int64_t>(track.first_offset, 1);
    track.first_sample.reset();
    track.first_fault = "no_rate";
    return;
  }
  track.first_sample =
      FirstSampleOf(AnchorNear(track.segments.front().first), track.first_offset, track.rate);
}

void SetFirstSample(const TrackRequest& request, Track& track, SeededRandom& random) {
  track.first_sample = track.segments.front().first;
  if (track.family == Family::kEeg) {
    SetFirstSampleOfEeg(track, request.damage.Has(Damage::kEegWithoutRate));
  } else if (request.damage.Has(Damage::kGlitchedFirstRow)) {
    track.glitched_first = true;
    track.first_sample = Snap(track, TimeAfterReset(random));
  } else if (track.sensor == "gaze" && random.Chance(15)) {
    track.empty_first = true;
    track.segments.resize(1);
    track.first_sample.reset();
    track.first_fault = "empty";
  }
}

}  // namespace

Track DesignTrack(const TrackRequest& request, SeededRandom& random) {
  Track track;
  track.family = request.family;
  track.sensor = request.sensor;
  PickFormat(track, random);
  PlanSegments(request, track, random);
  AddBrokenSegments(request, track, random);
  SetFirstSample(request, track, random);
  track.cut_tail = request.damage.HasAny({Damage::kCutLastLine, Damage::kPartialLastAnchor});
  track.crashed_sizes = request.damage.Has(Damage::kWavSizesCrashed);
  track.old_mtime = request.damage.Has(Damage::kMtimeBeforeStart);
  return track;
}

}  // namespace ursa::demo
