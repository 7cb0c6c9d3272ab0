#include "demo/damage.h"

#include <array>

namespace ursa::demo {
namespace {

struct Description {
  Damage damage;
  std::string_view code;
  std::string_view sentence;
};

constexpr std::array<Description, kDamageCount> kDescriptions = {{
    {Damage::kTimezoneHours, "timezone_hours",
     "the duration is whole hours too long: a time-zone bug"},
    {Damage::kWorkerReportDuration, "worker_report_duration",
     "the duration goes to the end of the process, hours after the last sample"},
    {Damage::kUploadTimeDuration, "upload_time_duration",
     "the duration goes to the upload: a reconstruction's ended_at"},
    {Damage::kDurationMissing, "duration_missing",
     "the duration is null although an end can be derived"},
    {Damage::kFlaggedDerivable, "flagged_derivable",
     "the duration is flagged as wrong although an end can be derived"},
    {Damage::kOffBySeconds, "off_by_seconds",
     "the duration is off by less than a minute, and is to stay"},
    {Damage::kWorkerReportOnly, "worker_report_only",
     "only a worker's report says when it ended, and the duration is wrong"},
    {Damage::kNoDerivableEnd, "no_derivable_end",
     "nothing says when it ended, and the duration is not flagged"},
    {Damage::kFlaggedUnderivable, "flagged_underivable",
     "nothing says when it ended, and the duration is flagged"},
    {Damage::kRawGone, "raw_gone", "no raw data file is left of a recording in the catalog"},
    {Damage::kSessionLock, "session_lock", "it is still arriving"},
    {Damage::kStaleLock, "stale_lock", "not in the catalog: its lock was never removed"},
    {Damage::kLegacyManifest, "legacy_manifest",
     "not in the catalog: its manifest is a legacy one"},
    {Damage::kNoManifest, "no_manifest", "not in the catalog: it has no manifest"},
    {Damage::kNodeManifests, "node_manifests",
     "not in the catalog: it has only the manifests of its nodes"},
    {Damage::kNotIngested, "not_ingested", "not in the catalog although its manifest is in order"},
    {Damage::kBadManifest, "bad_manifest", "not in the catalog: its manifest is damaged"},
    {Damage::kEmptySession, "empty_session", "an aborted session without a byte of data"},
    {Damage::kOrphanModalities, "orphan_modalities",
     "modality rows are left of a recording that was withdrawn"},
    {Damage::kPartialLastAnchor, "partial_last_anchor", "a crash cut the last EEG anchor"},
    {Damage::kCutLastLine, "cut_last_line", "a crash cut the last line of a CSV"},
    {Damage::kEmptyLastSegment, "empty_last_segment", "the last segment has no bytes"},
    {Damage::kHeaderOnlyLastSegment, "header_only_last_segment",
     "the last segment has no whole row"},
    {Damage::kClockBeforeStart, "clock_before_start",
     "a clock stepped back: the last segment ends before the recording's start"},
    {Damage::kClockAhead, "clock_ahead",
     "a clock stepped ahead: the last segment ends long after its upload"},
    {Damage::kImplausibleLastTime, "implausible_last_time",
     "the last time of a segment is no time"},
    {Damage::kWavSizesCrashed, "wav_sizes_crashed",
     "a recorder crashed before it wrote a WAV's sizes"},
    {Damage::kWavGarbage, "wav_garbage", "the last WAV says nothing about time"},
    {Damage::kVideoWithoutTimes, "video_without_times", "a camera's video has no timestamps"},
    {Damage::kMtimeBeforeStart, "mtime_before_start",
     "a file claims to be older than the recording"},
    {Damage::kOutlierStream, "outlier_stream", "one device went on for more than an hour"},
    {Damage::kDroppedNames, "dropped_names", "the participants' names were dropped"},
    {Damage::kDroppedNamesUnknown, "dropped_names_unknown",
     "the participants' names were dropped for \"unknown\""},
    {Damage::kDroppedAlias, "dropped_alias", "the name dropped is one that the merge map knows"},
    {Damage::kTestMode, "test_mode", "a test session, without a participant on purpose"},
    {Damage::kSentinelName, "sentinel_name", "the operator typed that there is no name"},
    {Damage::kNoName, "no_name", "no name was ever typed"},
    {Damage::kLegacyModalities, "legacy_modalities",
     "modality rows start at their own first sample"},
    {Damage::kAlreadyShifted, "already_shifted",
     "a modality row without an epoch is on the shared origin already"},
    {Damage::kGlitchedFirstRow, "glitched_first_row",
     "a clock was not set yet at the first row of a legacy modality"},
    {Damage::kEegWithoutRate, "eeg_without_rate",
     "the sample rate is missing that a legacy EEG row's first sample needs"},
}};

const std::array<DamageSet, kDamagePeriod>& Period() {
  using enum Damage;
  static const std::array<DamageSet, kDamagePeriod> period = {{
      {kTimezoneHours, kLegacyModalities},
      {kCutLastLine},
      {kLegacyManifest},
      {kWorkerReportDuration, kPartialLastAnchor},
      {kDroppedNames, kLegacyModalities},
      {kEmptyLastSegment},
      {kNoDerivableEnd, kNoName},
      {kDurationMissing, kHeaderOnlyLastSegment},
      {kTestMode},
      {kNoManifest},
      {kTimezoneHours, kClockAhead},
      {kLegacyModalities},
      {kRawGone, kLegacyModalities},
      {kFlaggedDerivable, kWavSizesCrashed},
      {kOffBySeconds, kDroppedNamesUnknown},
      {kSessionLock},
      {kClockBeforeStart},
      {kNodeManifests},
      {kWorkerReportOnly},
      {kLegacyModalities},
      {kUploadTimeDuration, kDroppedAlias},
      {kMtimeBeforeStart},
      {kNotIngested},
      {kAlreadyShifted},
      {kFlaggedUnderivable},
      {kImplausibleLastTime},
      {kBadManifest},
      {kTimezoneHours, kVideoWithoutTimes, kLegacyModalities},
      {kDroppedNames, kWavGarbage},
      {kOrphanModalities, kLegacyModalities},
      {kWorkerReportDuration, kOutlierStream},
      {kSentinelName},
      {kEmptySession},
      {kGlitchedFirstRow},
      {kLegacyManifest},
      {kLegacyModalities, kEegWithoutRate},
      {kStaleLock},
      {kOffBySeconds, kTestMode},
      {kLegacyModalities},
      {kNoName},
  }};
  return period;
}

}  // namespace

std::string_view DamageCode(Damage damage) {
  return kDescriptions[static_cast<size_t>(damage)].code;
}

std::string_view DamageSentence(Damage damage) {
  return kDescriptions[static_cast<size_t>(damage)].sentence;
}

std::vector<Damage> DamageSet::List() const {
  std::vector<Damage> list;
  for (const Description& description : kDescriptions) {
    if (Has(description.damage)) {
      list.push_back(description.damage);
    }
  }
  return list;
}

const DamageSet& DamageOfRecording(size_t index) { return Period()[index % kDamagePeriod]; }

bool IsInCatalog(const DamageSet& damage) {
  using enum Damage;
  static const DamageSet absent{kStaleLock,   kLegacyManifest, kNoManifest,   kNodeManifests,
                                kNotIngested, kBadManifest,    kEmptySession, kOrphanModalities};
  return !damage.HasAny(absent);
}

bool IsInRawBucket(const DamageSet& damage) { return !damage.Has(Damage::kOrphanModalities); }

}  // namespace ursa::demo
