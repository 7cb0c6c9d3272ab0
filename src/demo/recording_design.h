// The truth of one recording, decided before a byte of it is written.
//
// A design says when everything was sampled, in times that the files can express to the
// nanosecond, and what is broken how. From it follow, without reading any file, the recording's
// end and the first samples (raw-recordings.md sections 3.1 to 3.3): a track's end is the `last` of
// its last segment that is not broken, a stream's the latest of its tracks', the recording's the
// latest of its streams'. The writers (recording_files.h) only express it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "demo/damage.h"
#include "demo/exact_time.h"
#include "demo/participants.h"
#include "demo/time_notation.h"

namespace ursa::demo {

// Worker families; the first six are the streams that carry an end, in the order that breaks ties.
enum class Family {
  kEeg,
  kCamera,
  kScreen,
  kMic,
  kSamsungwatch,
  kEnvironment,
  kPupillabs,
  kKeyboard,
  kMouse,
  kBrowser,
  kNotes,
  kLocation,
  kBattery,
  kUnknown,
};
inline constexpr size_t kStreamCount = 6;
inline constexpr size_t kFamilyCount = static_cast<size_t>(Family::kUnknown) + 1;

// "eeg", ...; the unknown family is called "lidar".
std::string_view FamilyName(Family family);
// The format of its modality rows, e.g. "raw_csv".
std::string_view FamilyFormat(Family family);
inline bool IsStream(Family family) { return static_cast<size_t>(family) < kStreamCount; }
inline bool IsVideo(Family family) {
  return family == Family::kCamera || family == Family::kScreen;
}

// Why a segment yields no end, so that the one below counts.
enum class Break {
  kNone,
  kEmpty,          // no bytes
  kNoRows,         // a header, or less than one anchor
  kBeforeStart,    // its last time is earlier than the recording's start
  kAfterModified,  // its last time is later than its file was written
  kImplausible,    // its last time is a number, and none of this century
  kUnparseable,    // its last time is no number
  kGarbage,        // bytes that are no WAV
  kNoTimeInName,   // a WAV that does not say when it starts
};
// The stable code of the problem that it is reported as; empty for kNone.
std::string_view ProblemOf(Break broken);

struct Segment {
  uint32_t index = 0;
  TimeNs first;              // of its first sample
  TimeNs last;               // of its last one; of a sound, where it ends
  uint64_t sound_bytes = 0;  // of the mic
  Break broken = Break::kNone;
};

// How the mic writes sound.
struct WavFormat {
  uint16_t code = 1;  // PCM, 3 float, 6 A-law, 7 mu-law
  uint16_t channels = 1;
  uint16_t bits = 16;
  uint32_t rate_hz = 16;
  bool extensible = false;
  bool is_64_bit = false;  // RF64 or BW64, with a ds64 chunk
  bool has_other_chunks = false;

  [[nodiscard]] uint64_t FrameBytes() const { return uint64_t{channels} * ((bits + 7U) / 8U); }
  [[nodiscard]] uint64_t BytesPerSecond() const { return FrameBytes() * rate_hz; }
};

// A sequence of segments: a worker's, of the watch one sensor's.
struct Track {
  Family family = Family::kEeg;
  std::string sensor;  // of the watch: "imu"; of pupillabs: "gaze"; else empty
  TimeNotation notation;
  std::vector<Segment> segments;  // ascending; broken ones after the others

  WavFormat wav;
  SampleRate rate;           // of the EEG
  int64_t first_offset = 0;  // of the EEG's first anchor, in samples
  size_t rows = 0;           // times a segment: rows, lines or anchors

  bool legacy_names = false;    // segment_NNNN_<ts>.csv
  bool cut_tail = false;        // after the last whole row of the last good segment comes a piece
  bool crashed_sizes = false;   // of the last good WAV
  bool old_mtime = false;       // the last good file claims to be older than the recording
  bool glitched_first = false;  // segment 0 starts with a time of the year 2000
  bool no_rate = false;         // eeg_meta.json does not say the rate
  bool empty_first = false;     // segment 0 has no bytes: only of gaze

  // By section 3.2; none: `first_fault` is the code why.
  std::optional<TimeNs> first_sample;
  std::string_view first_fault;

  // The last segment that is not broken.
  [[nodiscard]] const Segment& LastGood() const;
};

// "samsungwatch-heart-rate", "pupillabs-gaze", or the family.
std::string SlugOf(const Track& track);

struct Worker {
  std::string name;
  Family family = Family::kEeg;
  std::vector<Track> tracks;     // none: its files carry no time (the unknown family, a bare video)
  bool has_world_video = false;  // of pupillabs
  bool has_decoy = false;        // a file with later times that must not count
  std::optional<TimeUs> stopped_at;  // its worker_report.json says
  bool has_unusable_report = false;  // a worker_report.json that does not
};

// All that is decided about one recording.
struct RecordingDesign {
  size_t index = 0;
  DamageSet damage;
  std::string recording_id;
  TimeUs start;       // as the row or the manifest has it, or as it is derived without either
  TimeNs uploaded;    // when its first file arrived; the others follow within a minute
  TimeUs stopped_at;  // when the processes ended
  std::string hostname;
  std::string engine_version;
  std::vector<Worker> workers;
  TypedNames names;

  // The truth of section 3.1.
  std::array<std::optional<TimeNs>, kStreamCount> stream_ends;
  std::optional<TimeNs> end;
  std::string_view end_source;     // a stream's name, "worker_report", or empty
  std::string_view no_end_reason;  // where there is no end
  // floor((end - start) / 1 us)
  std::optional<int64_t> duration_us;

  // What the catalog says, where it has the recording.
  std::optional<int64_t> stored_duration_us;
  bool stored_known_wrong = false;
};

// Designs recording number `index`. A pure function of its arguments.
RecordingDesign DesignRecording(uint64_t seed, size_t index, TimeNs now);

}  // namespace ursa::demo
