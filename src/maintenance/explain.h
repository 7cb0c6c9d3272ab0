// explain: the evidence for the derived fields of one recording, changing nothing.
//
// Its manifests, and which one counts; its inventory; the start that ingest would write; every file
// that could carry an end of the recording, what it says, and whether that counted; and the first
// sample of every modality that has one.
// Source: commands.md, "Catalog and ingest"; raw-recordings.md sections 3 and 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/recording_manifests.h"
#include "ingest/recording_start.h"
#include "ingest/rig_time.h"
#include "maintenance/recording_rows.h"
#include "recovery/first_sample.h"
#include "recovery/recording_end.h"

namespace ursa::maintenance {

enum class EvidenceRole {
  kDecides,     // the recording's end
  kCandidate,   // the end of its segment, and earlier than the one that decides
  kPassedOver,  // it says nothing, or what it says does not count
  kNotNeeded,   // a higher segment gave the end already
  kReadFailed,
};

std::string_view EvidenceRoleName(EvidenceRole role);

// One file. `stream` is a stream's name or "worker_report".
struct EndEvidenceRow {
  std::string stream;
  std::string worker;
  std::string key;
  EvidenceRole role = EvidenceRole::kNotNeeded;
  std::optional<TimeNs> time;  // what it says, whether that counts or not
  std::string problem;         // the code of why it does not count, or empty
};

// When a modality of a worker began, or why that is not known.
struct FirstSampleRow {
  std::string worker;
  std::string modality;
  recovery::FirstSample sample;
};

struct ManifestRow {
  std::string key;
  ingest::ManifestVerdict verdict = ingest::ManifestVerdict::kBad;
  std::optional<TimeNs> started_at;  // as it says, in UTC; none where that is no plausible time
};

struct Explanation {
  std::string recording_id;
  std::optional<RecordingRow> row;  // none: the catalog lacks it
  bool session_lock = false;
  TimeUs start;                   // the row's, else the one that ingest would write, else the stamp
  std::string_view start_source;  // "catalog", or as StartSourceName
  std::vector<ManifestRow> manifests;                  // in the order of their rank
  std::optional<ingest::RecordingStart> ingest_start;  // that ingest would write
  std::vector<ingest::Problem> problems;               // of manifests, inventory and start
  uint64_t inventory_files = 0;
  uint64_t inventory_bytes = 0;
  uint64_t bad_keys = 0;  // of the inventory; `problems` has each
  recovery::RecordingEnd end;
  std::optional<Microseconds> derived;  // end - start
  // Stream by stream, worker by worker, the highest segment first; reports last.
  std::vector<EndEvidenceRow> evidence;
  std::vector<FirstSampleRow> first_samples;  // worker by worker
};

// kUsage where neither catalog nor bucket has the recording, or its id is no recording's; kInvalid
// where its row has no start_time.
Result<Explanation> Explain(const PlanningContext& context, const delta::Snapshot& recordings,
                            const std::string& recording_id, const ingest::RigTimezone& timezone);

}  // namespace ursa::maintenance
