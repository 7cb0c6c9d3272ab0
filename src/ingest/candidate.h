// One recording on its way into the catalog: through the gate, held against the listing, and turned
// into the rows that its manifest makes. Reading only. Source: raw-recordings.md section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "catalog/rows.h"
#include "ingest/problem.h"
#include "ingest/recording_listing.h"
#include "ingest/recording_manifests.h"
#include "ingest/rig_time.h"
#include "store/object_store.h"

namespace ursa::ingest {

struct IngestSettings {
  RigTimezone timezone;
  std::string raw_location;  // "<scheme>://<bucket>": what raw_storage_uri begins with
  std::optional<store::ObjectInfo> broken_lock;  // the very session.lock that an operator broke
  TimeNs now;  // of this run: bounds what a file may say of its end
};

enum class IngestAction {
  kIngested,  // its rows are new
  kAlready,   // the catalog has it under this hash
  kRefused,   // the gate, its inventory or the catalog says no: `problems` say why
  kFailed,    // it could not be looked at
};

std::string_view IngestActionName(IngestAction action);

struct IngestCandidate {
  std::string recording_id;
  IngestAction action = IngestAction::kIngested;
  std::vector<Problem> problems;
  std::string reason;            // of kRefused and kFailed: the code of the problem that decided
  catalog::Recording recording;  // recording_hash as far as known
  std::vector<catalog::Modality> modalities;
  std::optional<std::string> participant_text;  // of participant.txt; who is meant is decided later
  std::optional<size_t> change;                 // of the recording's row: its number in the plan

  // Refuses it, or says that it failed, for this problem.
  void End(IngestAction how, Problem problem);
  // The first problem of its reason.
  [[nodiscard]] const Problem& Why() const;
};

// Looks at a recording that was listed a moment ago, and makes its rows. The catalog is not asked.
// Thread-safe.
IngestCandidate PrepareIngest(const store::ReadableStore& raw, RecordingListing listing,
                              const IngestSettings& settings);

// The same of one whose manifests were read as well.
IngestCandidate PrepareIngest(const store::ReadableStore& raw, RecordingListing listing,
                              const RecordingManifests& manifests, const IngestSettings& settings);

}  // namespace ursa::ingest
