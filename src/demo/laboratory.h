// A seeded, realistic, damaged laboratory with a known truth: for `ursa demo`, tests, benchmarks.
//
// The directory becomes
//
//   .ursa-staging          commits need no production guard
//   raw/                   the raw bucket (raw-recordings.md section 1)
//   assets/                the assets bucket, with the catalog (catalog.md)
//   participants.mergemap  whom the partial names mean that operators type
//   truth.jsonl            the truth, one JSON object a line and recording, in the order of making
//   ursa.toml              the profile "local"; written last, so a laboratory that has it is whole
//
// Each recording is designed first, in times that its files can express, then written; no code of
// the derivations is used (recording_design.h). Which damage a recording has depends on its number
// (damage.h), everything else on the seed, its number and `now`: so the recordings of a laboratory
// of 20 are the first 20 of one of 2,000 with the same seed and `now`, to the last byte.
//
// A line of truth.jsonl. Times are integers of ns since the Unix epoch, null where there is none.
//
//   recording_id, hostname
//   recording_hash        null where the catalog has no row of it
//   in_raw                whether anything of it lies in the raw bucket
//   damage                list of stable codes (damage.h); empty: nothing is wrong with it
//   manifest              "augmented", "augmented_elsewhere" (below manifests/), "reconstructed",
//                         "legacy", "nodes", "none", "bad"
//   start_ns              start_time of its row; else the start by raw-recordings.md section 3.3
//   end_ns, end_source    its end by section 3.1; a stream's name or "worker_report"
//   streams               {stream: its end}, all six
//   duration_us           floor((end - start) / 1 us), or null and then
//   indeterminate_reason  "raw_gone", "no_signal", "still_arriving", "empty_session", "withdrawn"
//   stored                {duration_us, duration_known_wrong} of the row as made; null without one
//   fix_durations         {action, problems: [{code, key}]} of fix-durations-inplace at default
//                         flags; problems in no particular order; null without a row
//   reconstruct           {action, reason, recording_hash, files, bytes} of reconstruct-all-recent
//                         where it lists the recording (its age permitting), else null. The hash is
//                         the one that it gets, where there is a stale lock once that is broken;
//                         null where it gets none
//   participants          text: participant.txt, null without one; typed: the names in it;
//                         expected: [{participant_id, display_name}] under participants.mergemap;
//                         stored: participant_ids of the row; backfill_action: null where the row
//                         is attributed; is_dropped: whether audit-participants reports it
//   modalities            its rows as made: {worker, modality, ingestion_status,
//                         stored_start_epoch_ns, action, problem, start_epoch_ns, shift_ns}; action
//                         of fix-modalities-start-epoch (null: not selected), the problem's code
//                         where underivable, and for "shift" the true first sample and its distance
//                         from the start
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/writer.h"

namespace ursa::demo {

// All rows are in memory when they are registered, about 30 KB a recording.
inline constexpr size_t kRecordingsMax = 100'000;

// Between these a laboratory's `now` lies; the latter is no such time any more.
inline constexpr TimeNs kNowMin{std::chrono::sys_days{std::chrono::January / 1 / 2003}};
inline constexpr TimeNs kNowMax{std::chrono::sys_days{std::chrono::January / 1 / 2099}};

constexpr bool CanBeNow(TimeNs time) { return time >= kNowMin && time < kNowMax; }

struct LaboratoryOptions {
  size_t recordings = 40;
  uint64_t seed = 1;
  TimeNs now;  // the recordings are of the 400 days before; CanBeNow
};

struct DamageCount {
  std::string_view code;
  std::string_view sentence;  // without a full stop
  uint64_t recordings = 0;
};

struct LaboratoryReport {
  uint64_t recordings = 0;
  uint64_t raw_files = 0;
  uint64_t raw_bytes = 0;  // as listings say; holes take no place on disk
  uint64_t participant_rows = 0;
  uint64_t recording_rows = 0;
  uint64_t modality_rows = 0;
  std::vector<DamageCount> damage;  // all kinds that occur
};

// Makes a laboratory in `directory`, which must be absent or empty: kUsage otherwise, naming it.
// Nothing is ever overwritten. Raw files are not fsynced. Works with `context.jobs` threads, and
// stops with kInterrupted; then what was made so far is removed. After any other error it stays,
// and the message says so.
Result<LaboratoryReport> MakeLaboratory(const std::filesystem::path& directory,
                                        const LaboratoryOptions& options,
                                        const catalog::WriteContext& context, Progress& progress);

}  // namespace ursa::demo
