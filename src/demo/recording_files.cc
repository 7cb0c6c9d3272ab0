#include "demo/recording_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "demo/csv_writer.h"
#include "demo/little_endian.h"
#include "demo/wav_writer.h"

namespace ursa::demo {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kFilesPurpose = 3;
constexpr Nanoseconds kUploadPerFile = 200ms;
constexpr size_t kAnchorBytes = 16;
constexpr size_t kMostBrokenAnchors = 6;

std::string Seconds(TimeNs time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

std::string AnchorsBytes(const Track& track, const Segment& segment, SeededRandom& random) {
  std::string bytes;
  std::vector<TimeNs> times = SampleTimes(track, segment);
  if (segment.broken != Break::kNone) {
    times.erase(times.begin(),
                times.end() - static_cast<ptrdiff_t>(std::min(times.size(), kMostBrokenAnchors)));
  }
  for (const TimeNs time : times) {
    const Nanoseconds since_first = time - track.segments.front().first;
    const int64_t samples =
        since_first / 1us * track.rate.numerator / track.rate.denominator / 1'000'000;
    AppendNumber(bytes, track.first_offset + std::max<int64_t>(samples, 0));
    AppendNumber(bytes, AnchorNear(time));
  }
  if (segment.broken == Break::kImplausible) {
    bytes.resize(bytes.size() - sizeof(double));
    AppendNumber(bytes, random.Chance(50) ? 0.0 : std::numeric_limits<double>::quiet_NaN());
  }
  const std::string next = bytes.substr(0, kAnchorBytes);
  const size_t piece = 1 + random.Below(kAnchorBytes - 1);
  if (segment.broken == Break::kNoRows) {
    return next.substr(0, piece);
  }
  const bool is_last_good = &segment == &track.LastGood();
  return bytes + (is_last_good && track.cut_tail ? next.substr(0, piece) : "");
}

std::string JsonLines(const Track& track, const Segment& segment, SeededRandom& random) {
  std::string text;
  if (random.Chance(15)) {
    text += "{\"event\":\"session_open\"}\n";
  } else if (random.Chance(10)) {
    text += "opened by launcher\n";
  }
  const TimeNotation& notation = track.notation;
  const bool is_integer = notation.fraction_digits == 0 && !notation.exponent &&
                          notation.excess == TimeNotation::Excess::kNone;
  const bool as_timestamp_ns = is_integer && random.Chance(60);
  for (const TimeNs time : SampleTimes(track, segment)) {
    text += fmt::format(R"({{"{}":{},"kind":"{}","value":{}}})",
                        as_timestamp_ns ? "timestamp_ns" : "timestamp", TimeText(notation, time),
                        FamilyName(track.family), random.Below(1'000));
    text += '\n';
  }
  return text + (random.Chance(20) ? "{\"timestamp\":17" : "");
}

void WriteSound(const Track& track, const Segment& segment, SeededRandom& random, RawFile& file) {
  if (segment.broken == Break::kGarbage) {
    WriteGarbageWav(track.wav, random, file);
    return;
  }
  const bool crashed = track.crashed_sizes && &segment == &track.LastGood();
  WriteWav(track.wav, segment, crashed, random, file);
}

// All files of one recording.
class FileList {
 public:
  FileList(const RecordingDesign& design, SeededRandom& random)
      : design_(design), random_(random) {}

  std::vector<RawFile> Make() {
    for (const Worker& worker : design_.workers) {
      for (const Track& track : worker.tracks) {
        AddTrack(worker, track);
      }
      AddFilesWithoutTimes(worker);
      AddReport(worker);
    }
    std::sort(files_.begin(), files_.end(),
              [](const RawFile& a, const RawFile& b) { return a.path < b.path; });
    SetTimes();
    return std::move(files_);
  }

 private:
  RawFile& Add(const Worker& worker, std::string_view slug, const std::string& name) {
    RawFile file;
    file.path = worker.name + "/" + name;
    file.worker = worker.name;
    file.slug = slug;
    file.is_gone = design_.damage.Has(Damage::kRawGone);
    files_.push_back(std::move(file));
    return files_.back();
  }

  void AddTrack(const Worker& worker, const Track& track) {
    for (const Segment& segment : track.segments) {
      RawFile& file = Add(worker, SlugOf(track), SidecarName(track, segment));
      if (track.old_mtime && &segment == &track.LastGood()) {
        file.modified = TimeNs{design_.start} - 24h * random_.Between(1, 300);
      }
      if (segment.broken != Break::kEmpty && !track.empty_first) {
        WriteSegment(track, segment, file);
      }
      AddDataOfSegment(worker, track, segment);
    }
    if (track.family == Family::kEeg) {
      Add(worker, "eeg", "eeg_meta.json").head = EegMeta(track);
    }
  }

  void WriteSegment(const Track& track, const Segment& segment, RawFile& file) {
    switch (track.family) {
      case Family::kEeg:
        file.head = AnchorsBytes(track, segment, random_);
        break;
      case Family::kMic:
        WriteSound(track, segment, random_, file);
        break;
      case Family::kCamera:
      case Family::kScreen:
      case Family::kSamsungwatch:
      case Family::kEnvironment:
      case Family::kPupillabs:
        file.head = CsvBytes(track, segment, random_);
        break;
      default:
        file.head = JsonLines(track, segment, random_);
        break;
    }
  }

  // The samples and pictures whose times the sidecar holds.
  void AddDataOfSegment(const Worker& worker, const Track& track, const Segment& segment) {
    if (track.family == Family::kEeg) {
      Add(worker, "eeg", fmt::format("eeg_{:04}.bin", segment.index)).head = random_.Bytes(256);
    } else if (IsVideo(track.family)) {
      AddVideo(worker, FamilyName(track.family),
               fmt::format("{}_{:04}_{}.mp4", FamilyName(track.family), segment.index,
                           Seconds(segment.first)));
    }
  }

  void AddVideo(const Worker& worker, std::string_view slug, const std::string& name) {
    Add(worker, slug, name).head = std::string(
                                       "\0\0\0\x14"
                                       "ftypisom\0\0\2\0mp41",
                                       20) +
                                   random_.Bytes(300);
  }

  [[nodiscard]] std::string EegMeta(const Track& track) const {
    return fmt::format(
        "{{\"device\": \"cap-32\", {}\"channels\": [\"Fp1\", \"Fp2\", \"Cz\", "
        "\"Oz\"]}}\n",
        track.no_rate ? "" : "\"sample_rate_hz\": " + track.rate.text + ", ");
  }

  void AddFilesWithoutTimes(const Worker& worker) {
    const std::string_view family = FamilyName(worker.family);
    if (worker.family == Family::kUnknown) {
      Add(worker, family, "scan_0000.pcd").head = random_.Bytes(400);
    }
    if (worker.family == Family::kCamera && worker.tracks.empty()) {
      AddVideo(worker, family, fmt::format("camera_0000_{}.mp4", Seconds(design_.start)));
    }
    if (worker.has_world_video) {
      AddVideo(worker, "pupillabs-scene", "world_0000.mp4");
      Add(worker, "pupillabs-scene", "world_timestamps_0000.csv").head =
          "section id,recording id,timestamp [ns]\n";
    }
    if (worker.has_decoy) {
      AddDecoy(worker);
    }
  }

  // A file with the latest times of all, in a place where no sidecar is.
  void AddDecoy(const Worker& worker) {
    const int64_t late = (TimeNs{design_.stopped_at} + 30min).time_since_epoch().count();
    const std::string csv = fmt::format("epoch_ns,frame,pts_ns,wall_clock\n{},0,0,\n", late);
    const std::string_view family = FamilyName(worker.family);
    const std::string slug =
        worker.tracks.empty() ? std::string(family) : SlugOf(worker.tracks.front());
    const bool of_one_slug = worker.family != Family::kSamsungwatch;
    if (of_one_slug && random_.Chance(50)) {
      Add(worker, slug, "calibration_9998.csv").head = csv;
    } else if (of_one_slug) {
      Add(worker, slug, fmt::format("backup/{}_timestamps_9998.csv", family)).head = csv;
    }
  }

  void AddReport(const Worker& worker) {
    if (!worker.stopped_at && !worker.has_unusable_report) {
      return;
    }
    RawFile report;
    report.path = worker.name + "/worker_report.json";
    report.head = fmt::format(R"({{"worker": "{}", "exit_code": {}, "stopped_at_utc": {}}})",
                              worker.name, worker.stopped_at ? 0 : 137, StoppedAt(worker)) +
                  "\n";
    report.is_gone = design_.damage.Has(Damage::kRawGone) && random_.Chance(50);
    files_.push_back(std::move(report));
  }

  std::string StoppedAt(const Worker& worker) {
    if (!worker.stopped_at) {
      return "null";
    }
    std::string time = FormatTime(*worker.stopped_at);
    switch (random_.Below(4)) {
      case 0:
        time.replace(time.size() - 1, 1, "+00:00");
        break;
      case 1:
        time = FormatTime(*worker.stopped_at + 2h);
        time.replace(time.size() - 1, 1, "+02:00");
        break;
      case 2:
        time.pop_back();  // without an offset it is UTC
        break;
      default:
        break;
    }
    return "\"" + time + "\"";
  }

  void SetTimes() {
    TimeNs modified = design_.uploaded;
    for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
      if (file->modified == TimeNs{}) {
        file->modified = modified;
      }
      modified -= kUploadPerFile;
    }
    if (design_.damage.Has(Damage::kEmptySession)) {
      for (RawFile& file : files_) {
        if (!file.worker.empty()) {
          file.head.clear();
          file.tail.clear();
          file.zero_bytes = 0;
        }
      }
    }
  }

  const RecordingDesign& design_;
  SeededRandom& random_;
  std::vector<RawFile> files_;
};

}  // namespace

std::string SidecarName(const Track& track, const Segment& segment) {
  const std::string index = fmt::format("{:04}", segment.index);
  const std::string_view family = FamilyName(track.family);
  switch (track.family) {
    case Family::kEeg:
      return fmt::format("eeg_{}_timestamps.bin", index);
    case Family::kMic:
      return segment.broken == Break::kNoTimeInName
                 ? fmt::format("mic_{}_final.wav", index)
                 : fmt::format("mic_{}_{}.wav", index, TimeText(track.notation, segment.first));
    case Family::kCamera:
    case Family::kScreen:
      return track.legacy_names
                 ? fmt::format("segment_{}_{}.csv", index, Seconds(segment.first))
                 : fmt::format("{}_timestamps_{}_{}.csv", family, index, Seconds(segment.first));
    case Family::kSamsungwatch:
    case Family::kPupillabs:
      return fmt::format("{}_{}_{}.csv", track.sensor, index, Seconds(segment.first));
    case Family::kEnvironment:
      return fmt::format("environment_{}_{}.csv", index, Seconds(segment.first));
    default:
      return fmt::format("{}_{}_{}.jsonl", family, index, Seconds(segment.first));
  }
}

std::string SidecarPath(const Worker& worker, const Track& track, const Segment& segment) {
  return worker.name + "/" + SidecarName(track, segment);
}

std::vector<RawFile> WorkerFiles(const RecordingDesign& design, uint64_t seed) {
  SeededRandom random(seed, design.index, kFilesPurpose);
  return FileList(design, random).Make();
}

}  // namespace ursa::demo
