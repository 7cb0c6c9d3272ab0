// The manifest that stands in for a rig's: a function of the bucket, but for `at` and `tool`.
// Source: raw-recordings.md section 4, "Reconstructed".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "ingest/manifest.h"
#include "ingest/recording_listing.h"
#include "ingest/recording_manifests.h"

namespace ursa::ingest {

// SHA-256 over "ursa-recording-hash/1 <recording_id>\n" and "<sha256> <size> <path>\n" of each
// file, in this order, where '%', CR and LF of a path are written %25, %0D and %0A. 64 hex digits.
std::string ReconstructedHash(std::string_view recording_id,
                              const std::vector<ManifestFile>& files);

struct Reconstruction {
  const RecordingListing& listing;
  const RecordingManifests& manifests;     // none that counts
  const std::vector<ManifestFile>& files;  // the inventory, hashed, in its order
  TimeNs start;                            // by section 3.3
  TimeNs at;
  std::string tool;  // "Ursa/0.1.0"
};

// The text of manifest.reconstructed.json.
std::string MakeReconstructedManifest(const Reconstruction& reconstruction);

}  // namespace ursa::ingest
