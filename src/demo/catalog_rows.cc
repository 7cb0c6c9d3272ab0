#include "demo/catalog_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "demo/seeded_random.h"

namespace ursa::demo {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr uint64_t kRowsPurpose = 5;
constexpr Nanoseconds kUntilProcessed = 3h;

// What a processing pipeline left of a modality row.
enum class State {
  kRaw,
  kFailed,
  kShared,          // processed, on the shared origin, with its epoch
  kLegacy,          // processed, starting at its own first sample, without an epoch
  kAlreadyShifted,  // processed, on the shared origin, without an epoch
};

// The data files of one worker and slug.
struct FileGroup {
  std::string worker;
  std::string slug;
  int32_t count = 0;
  int64_t bytes = 0;
};

std::vector<FileGroup> GroupFiles(const std::vector<RawFile>& files) {
  std::vector<FileGroup> groups;
  for (const RawFile& file : files) {
    if (file.worker.empty()) {
      continue;
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&](const FileGroup& one) {
      return one.worker == file.worker && one.slug == file.slug;
    });
    if (group == groups.end()) {
      group = groups.insert(groups.end(), FileGroup{file.worker, file.slug});
    }
    ++group->count;
    group->bytes += static_cast<int64_t>(file.SizeBytes());
  }
  return groups;
}

const Worker& FindWorker(const RecordingDesign& design, std::string_view name) {
  return *std::find_if(design.workers.begin(), design.workers.end(),
                       [&](const Worker& worker) { return worker.name == name; });
}

// Null where the files of that slug carry no time.
const Track* FindTrack(const Worker& worker, std::string_view slug) {
  const auto track = std::find_if(worker.tracks.begin(), worker.tracks.end(),
                                  [&](const Track& one) { return SlugOf(one) == slug; });
  return track == worker.tracks.end() ? nullptr : &*track;
}

bool IsOutOfScope(std::string_view modality) {
  return modality == "camera" || modality == "video-webcam" || modality == "screen" ||
         modality == "pupillabs-scene";
}

// When the pipeline took the modality's own first sample to be.
TimeNs OwnOrigin(const Track& track) {
  return track.first_sample && !track.glitched_first ? *track.first_sample
                                                     : track.segments.front().first;
}

std::vector<catalog::Interval> Intervals(const Track& track, TimeNs origin) {
  const auto seconds = [&](TimeNs time) {
    return static_cast<double>((time - origin).count()) / 1e9;
  };
  std::vector<catalog::Interval> intervals;
  for (const Segment& segment : track.segments) {
    const bool is_first = &segment == &track.segments.front();
    const TimeNs first = is_first ? OwnOrigin(track) : segment.first;
    if (segment.broken == Break::kNone && segment.last > first) {
      intervals.push_back({seconds(first), seconds(segment.last)});
    }
  }
  return intervals;
}

class RowMaker {
 public:
  RowMaker(const RecordingDesign& design, uint64_t seed, const Manifests& manifests)
      : design_(design), manifests_(manifests), random_(seed, design.index, kRowsPurpose) {
    is_processed_ = !Has(Damage::kSessionLock) &&
                    (design.damage.HasAny({Damage::kLegacyModalities, Damage::kAlreadyShifted,
                                           Damage::kGlitchedFirstRow}) ||
                     random_.Chance(65));
  }

  catalog::Recording MakeRecording() {
    catalog::Recording row;
    row.recording_hash = manifests_.recording_hash;
    row.recording_id = design_.recording_id;
    row.participant_ids = design_.names.stored;
    row.start_time = design_.start;
    row.duration_us = design_.stored_duration_us;
    row.duration_known_wrong = design_.stored_known_wrong;
    row.manifest_source = manifests_.kind == ManifestKind::kReconstructed ? "reconstructed" : "rig";
    row.device_info =
        Json{{"hostname", design_.hostname}, {"data_engine_version", design_.engine_version}}
            .dump();
    if (random_.Chance(30)) {
      row.metadata = Json{{"room", "B12"}, {"tags", {"pilot", "baseline"}}}.dump();
    }
    return row;
  }

  ModalityTruth MakeModality(const FileGroup& group) {
    const Worker& worker = FindWorker(design_, group.worker);
    const Track* track = FindTrack(worker, group.slug);
    const State state = PickState(group, track);
    ModalityTruth truth;
    FillNames(group, worker, state, truth.row);
    FillState(state, truth.row);
    if (track != nullptr && state != State::kRaw && state != State::kFailed) {
      FillOrigin(*track, state, truth.row);
    }
    Judge(track, truth);
    return truth;
  }

 private:
  [[nodiscard]] bool Has(Damage damage) const { return design_.damage.Has(damage); }

  State PickState(const FileGroup& group, const Track* track) {
    if (!is_processed_) {
      return random_.Chance(4) ? State::kFailed : State::kRaw;
    }
    if (group.slug == "pupillabs-scene") {
      return State::kLegacy;
    }
    if (track == nullptr || track->empty_first) {
      return State::kRaw;
    }
    if (Has(Damage::kAlreadyShifted)) {
      return group.slug == "mic" ? State::kAlreadyShifted : State::kShared;
    }
    if (Has(Damage::kGlitchedFirstRow)) {
      return track->glitched_first ? State::kLegacy : State::kShared;
    }
    // Beside legacy rows stand some that a later pipeline has done again.
    const bool legacy =
        Has(Damage::kLegacyModalities) && (group.slug == "eeg" || random_.Chance(70));
    return legacy ? State::kLegacy : State::kShared;
  }

  void FillNames(const FileGroup& group, const Worker& worker, State state,
                 catalog::Modality& row) const {
    const bool is_old_webcam = state == State::kLegacy && worker.name.starts_with("webcam");
    row.recording_hash = manifests_.recording_hash;
    row.recording_id = design_.recording_id;
    row.worker = group.worker;
    row.modality = is_old_webcam ? "video-webcam" : group.slug;
    row.format = FamilyFormat(worker.family);
    row.raw_storage_uri =
        fmt::format("local://raw/recordings/{}/{}/", design_.recording_id, group.worker);
    row.segment_count = group.count;
    row.byte_count = group.bytes;
  }

  void FillState(State state, catalog::Modality& row) {
    if (state == State::kRaw) {
      return;
    }
    row.ingestion_attempts = static_cast<int32_t>(random_.Between(1, 3));
    row.last_attempt_at = std::chrono::floor<Microseconds>(design_.uploaded + kUntilProcessed);
    if (state == State::kFailed) {
      row.ingestion_status = "failed";
      row.ingestion_error = "the decoder stopped at segment 0";
      return;
    }
    row.ingestion_status = "processed";
    row.storage_uri = fmt::format("local://assets/processed/{}/{}/{}/", design_.recording_id,
                                  row.worker, row.modality);
  }

  void FillOrigin(const Track& track, State state, catalog::Modality& row) const {
    const bool own = state == State::kLegacy;
    row.domain_intervals = Intervals(track, own ? OwnOrigin(track) : TimeNs{design_.start});
    if (state == State::kShared) {
      row.start_epoch_ns = OwnOrigin(track).time_since_epoch().count();
    }
    if (track.family == Family::kEeg) {
      row.channel_spec = Json{{"channels", {"Fp1", "Fp2", "Cz", "Oz"}}}.dump();
    }
    if (track.family == Family::kEeg && !track.no_rate) {
      row.sample_rate_hz =
          static_cast<double>(track.rate.numerator) / static_cast<double>(track.rate.denominator);
    }
    if (track.family == Family::kMic) {
      row.sample_rate_hz = track.wav.rate_hz;
    }
  }

  // The table of fix-modalities-start-epoch, from its first line down.
  void Judge(const Track* track, ModalityTruth& truth) const {
    if (truth.row.ingestion_status != "processed" || truth.row.start_epoch_ns) {
      return;
    }
    if (IsOutOfScope(truth.row.modality)) {
      truth.action = "out_of_scope";
    } else if (!IsInCatalog(design_.damage)) {
      truth.action = "no_recording";
    } else if (Has(Damage::kRawGone)) {
      truth.action = "underivable";
      truth.problem = "no_segments";
    } else if (!track->first_sample) {
      truth.action = "underivable";
      truth.problem = track->first_fault;
    } else if (Has(Damage::kAlreadyShifted)) {
      truth.action = "underivable";
      truth.problem = "already_shifted";
    } else if (track->glitched_first) {
      truth.action = "out_of_window";
    } else {
      truth.action = "shift";
      truth.start_epoch = track->first_sample;
    }
  }

  const RecordingDesign& design_;
  const Manifests& manifests_;
  SeededRandom random_;
  bool is_processed_ = false;
};

}  // namespace

RecordingRows MakeRows(const RecordingDesign& design, uint64_t seed,
                       const std::vector<RawFile>& files, const Manifests& manifests) {
  RecordingRows rows;
  const bool is_withdrawn = design.damage.Has(Damage::kOrphanModalities);
  if (!IsInCatalog(design.damage) && !is_withdrawn) {
    return rows;
  }
  RowMaker maker(design, seed, manifests);
  if (!is_withdrawn) {
    rows.recording = maker.MakeRecording();
  }
  for (const FileGroup& group : GroupFiles(files)) {
    rows.modalities.push_back(maker.MakeModality(group));
  }
  return rows;
}

}  // namespace ursa::demo
