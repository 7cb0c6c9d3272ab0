// All manifests of a recording, and which one counts.
//
// The rig's (recordings/<id>/manifest.json, then manifests/<id>/manifest.json) counts where it
// passes the gate, else the reconstructed one. One that is neither augmented nor legacy, or two
// that pass with different hashes, are left for a person. Source: raw-recordings.md section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/manifest.h"
#include "ingest/problem.h"
#include "ingest/recording_listing.h"
#include "store/object_store.h"

namespace ursa::ingest {

struct FoundManifest {
  Manifest manifest;
  std::string key;
};

// What became of a manifest that was found.
enum class ManifestVerdict {
  kCounts,
  kAgrees,     // augmented, with the hash of the one that counts
  kConflicts,  // augmented, with another hash than the one before it
  kLegacy,     // of the rig, with neither hash nor files
  kNode,       // of one node
  kBad,        // it breaks a rule of the gate
};

// The stable name: counts, agrees, conflicts, legacy, node, bad.
std::string_view ManifestVerdictName(ManifestVerdict verdict);

struct ManifestEvidence {
  std::string key;
  ManifestVerdict verdict = ManifestVerdict::kBad;
  std::optional<IsoTime> started_at;  // as it says
};

struct RecordingManifests {
  std::vector<ManifestEvidence> evidence;  // of each that was found, in the order of their rank
  std::optional<FoundManifest> counts;     // the augmented one that counts
  std::optional<FoundManifest> legacy;     // the rig's, where it is legacy
  std::vector<FoundManifest> nodes;        // in the order of their names
  std::optional<Problem> fault;            // bad_manifest, conflicting_manifests

  // Why a recording without an augmented manifest has none: code::kLegacyManifest,
  // kNodeManifests or kNoManifest.
  [[nodiscard]] std::string_view WhyNone() const;
  // "rig-3" of the manifest that says it first; empty where none does.
  [[nodiscard]] std::string Hostname() const;
};

// Where a rig may have put its manifest instead of beside the recording's files: below this.
std::string ManifestsPrefix(std::string_view recording_id);

// Whether there is anything below it.
enum class Elsewhere { kPerhaps, kNothing };

// Reads them, each at most once. Errors are failed reads.
Result<RecordingManifests> ReadManifests(const store::ReadableStore& raw,
                                         const RecordingListing& listing,
                                         Elsewhere elsewhere = Elsewhere::kPerhaps);

}  // namespace ursa::ingest
