#include "recovery/first_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "raw/eeg_meta.h"
#include "raw/first_time.h"
#include "raw/layout.h"
#include "raw/name_time.h"

namespace ursa::recovery {
namespace {

using raw::NoSignal;
using raw::ProblemCode;
using raw::Reading;
using store::ObjectInfo;

constexpr std::array<std::string_view, 4> kOutOfScope = {"camera", "video-webcam", "screen",
                                                         "pupillabs-scene"};

enum class SourceKind { kAnchors, kFileName, kWatchCsv, kEnvironmentCsv, kGazeCsv, kJsonl };

// How the files are called that hold a modality's times, and how they are read.
struct Source {
  std::string_view modality;
  SourceKind kind;
  std::string_view prefix;
  std::string_view extension;
};

constexpr std::array<Source, 15> kSources = {{
    {"eeg", SourceKind::kAnchors, "", "_timestamps.bin"},
    {"mic", SourceKind::kFileName, "mic_", ".wav"},
    {"samsungwatch-imu", SourceKind::kWatchCsv, "imu_", ".csv"},
    {"samsungwatch-ppg", SourceKind::kWatchCsv, "ppg_", ".csv"},
    {"samsungwatch-eda", SourceKind::kWatchCsv, "eda_", ".csv"},
    {"samsungwatch-heart-rate", SourceKind::kWatchCsv, "heart_rate_", ".csv"},
    {"samsungwatch-battery", SourceKind::kWatchCsv, "battery_", ".csv"},
    {"environment", SourceKind::kEnvironmentCsv, "environment_", ".csv"},
    {"pupillabs-gaze", SourceKind::kGazeCsv, "gaze_", ".csv"},
    {"keyboard", SourceKind::kJsonl, "keyboard_", ".jsonl"},
    {"mouse", SourceKind::kJsonl, "mouse_", ".jsonl"},
    {"browser", SourceKind::kJsonl, "browser_", ".jsonl"},
    {"notes", SourceKind::kJsonl, "notes_", ".jsonl"},
    {"location", SourceKind::kJsonl, "location_", ".jsonl"},
    {"battery", SourceKind::kJsonl, "battery_", ".jsonl"},
}};

bool IsOf(const Source& source, std::string_view name) {
  return name.size() >= source.prefix.size() + source.extension.size() &&
         name.starts_with(source.prefix) && name.ends_with(source.extension) &&
         name.find('/') == std::string_view::npos;
}

// The file with the lowest segment of its kind; null where there is none.
const ObjectInfo* LowestSegment(const raw::Worker& worker, const Source& source) {
  const ObjectInfo* lowest = nullptr;
  for (const ObjectInfo& file : worker.data_files) {
    const std::string_view name = worker.NameOf(file);
    if (IsOf(source, name) &&
        (lowest == nullptr || raw::SegmentIsLess(name, worker.NameOf(*lowest)))) {
      lowest = &file;
    }
  }
  return lowest;
}

FirstSample WithProblem(ProblemCode code, std::string key, std::string message) {
  return {std::nullopt, {}, raw::Problem{code, std::move(key), std::move(message)}};
}

FirstSample ReadFailed(const std::string& key, const Error& error) {
  return {std::nullopt, key, raw::Problem{ProblemCode::kReadFailed, key, error.ToString()}};
}

// What the file `key` says, or why it says nothing.
FirstSample FromReading(Result<Reading<TimeNs>> reading, const std::string& key) {
  if (!reading) {
    return ReadFailed(key, reading.error());
  }
  if (!*reading) {
    raw::Fault& fault = reading->error();
    return {std::nullopt, key, raw::Problem{fault.code, key, std::move(fault.message)}};
  }
  return {**reading, key, std::nullopt};
}

// Of an anchor with samples before it.
FirstSample SubtractOffset(const store::ReadableStore& raw, const raw::Worker& worker,
                           const ObjectInfo& file, const raw::Anchor& anchor) {
  const std::string meta_key = worker.prefix + std::string(raw::kEegMetaName);
  const auto meta = std::ranges::find(worker.data_files, meta_key, &ObjectInfo::key);
  if (meta == worker.data_files.end()) {
    return WithProblem(
        ProblemCode::kNoRate, meta_key,
        fmt::format("the first anchor of {} stands for sample {}, and there is no file that says "
                    "the sample rate",
                    file.key, anchor.sample_offset));
  }
  auto rate = raw::ReadEegMeta(raw, *meta);
  if (!rate) {
    return ReadFailed(meta_key, rate.error());
  }
  if (!*rate) {
    return WithProblem(rate->error().code, meta_key, std::move(rate->error().message));
  }
  const auto samples = static_cast<uint64_t>(anchor.sample_offset);
  return FromReading(raw::ToReading(SubtractSamples(anchor.seconds, samples, **rate),
                                    fmt::format("{} s - {} samples / {}e{} Hz", anchor.seconds,
                                                samples, (*rate)->digits, (*rate)->exponent)),
                     file.key);
}

FirstSample FromAnchors(const store::ReadableStore& raw, const raw::Worker& worker,
                        const ObjectInfo& file) {
  auto anchor = raw::ReadFirstAnchor(raw, file);
  if (!anchor) {
    return ReadFailed(file.key, anchor.error());
  }
  const auto time = anchor->and_then(raw::TimeOf);
  if (time && (*anchor)->sample_offset < 0) {
    return FromReading(Reading<TimeNs>(NoSignal(ProblemCode::kBadOffset,
                                                fmt::format("its first anchor stands for sample {}",
                                                            (*anchor)->sample_offset))),
                       file.key);
  }
  return time && (*anchor)->sample_offset > 0 ? SubtractOffset(raw, worker, file, **anchor)
                                              : FromReading(time, file.key);
}

FirstSample FromFileName(const raw::Worker& worker, const ObjectInfo& file) {
  const auto time = raw::TimeInName(worker.NameOf(file));
  if (!time) {
    return FromReading(Reading<TimeNs>(NoSignal(ProblemCode::kNoTimeInName,
                                                "the last number in its name is no time")),
                       file.key);
  }
  return {time->rounded, file.key, std::nullopt};
}

FirstSample FromFile(const store::ReadableStore& raw, const raw::Worker& worker,
                     const ObjectInfo& file, SourceKind kind) {
  switch (kind) {
    case SourceKind::kAnchors:
      return FromAnchors(raw, worker, file);
    case SourceKind::kFileName:
      return FromFileName(worker, file);
    case SourceKind::kWatchCsv:
      return FromReading(raw::ReadFirstRow(raw, file, raw::kWatchCsvFormat), file.key);
    case SourceKind::kEnvironmentCsv:
      return FromReading(raw::ReadFirstRow(raw, file, raw::kEnvironmentCsvFormat), file.key);
    case SourceKind::kGazeCsv:
      return FromReading(raw::ReadFirstRow(raw, file, raw::kGazeCsvFormat), file.key);
    case SourceKind::kJsonl:
      return FromReading(raw::ReadFirstLine(raw, file), file.key);
  }
  return {};
}

}  // namespace

bool IsOutOfScope(std::string_view modality) {
  return std::ranges::find(kOutOfScope, modality) != kOutOfScope.end();
}

std::vector<std::string_view> AllModalities() {
  std::vector<std::string_view> modalities(kOutOfScope.begin(), kOutOfScope.end());
  std::ranges::transform(kSources, std::back_inserter(modalities), &Source::modality);
  return modalities;
}

std::vector<std::string_view> ModalitiesInScope(const raw::Worker& worker) {
  std::vector<std::string_view> modalities;
  for (const Source& source : kSources) {
    const bool is_one_of_several = source.modality.size() > worker.family.size() &&
                                   source.modality.starts_with(worker.family) &&
                                   source.modality[worker.family.size()] == '-';
    if (source.modality == worker.family ||
        (is_one_of_several && LowestSegment(worker, source) != nullptr)) {
      modalities.push_back(source.modality);
    }
  }
  return modalities;
}

FirstSample DeriveFirstSample(const store::ReadableStore& raw, const raw::RecordingObjects& objects,
                              std::string_view worker, std::string_view modality) {
  const std::string prefix = objects.prefix + std::string(worker) + "/";
  const auto source = std::ranges::find(kSources, modality, &Source::modality);
  if (source == kSources.end()) {
    return WithProblem(ProblemCode::kNoSegments, prefix,
                       "its modality has no file that could say when it began");
  }
  const auto found = std::ranges::find(objects.workers, worker, &raw::Worker::name);
  const ObjectInfo* file =
      found == objects.workers.end() ? nullptr : LowestSegment(*found, *source);
  if (file == nullptr) {
    return WithProblem(ProblemCode::kNoSegments, prefix,
                       fmt::format("it has no file {}*{} that could say when {} began",
                                   source->prefix, source->extension, source->modality));
  }
  return FromFile(raw, *found, *file, source->kind);
}

}  // namespace ursa::recovery
