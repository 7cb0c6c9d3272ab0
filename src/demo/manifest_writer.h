// The manifests of a recording: a rig's own (augmented), legacy ones, those of nodes, damaged ones,
// and the one that a reconstruction left. Source: raw-recordings.md section 4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "demo/manifest_kind.h"
#include "demo/raw_file.h"
#include "demo/recording_design.h"

namespace ursa::demo {

// One file of the inventory.
struct InventoryFile {
  std::string path;  // below the recording's prefix
  uint64_t size_bytes = 0;
  std::string sha256;
};

// All `files` of the workers, in the order of their paths.
std::vector<InventoryFile> InventoryOf(const std::vector<RawFile>& files);

// The recording_hash that a reconstruction over this inventory gives.
std::string ReconstructedHash(std::string_view recording_id,
                              const std::vector<InventoryFile>& inventory);

struct Manifests {
  ManifestKind kind = ManifestKind::kNone;
  // 64 hex digits: the recording's hash, in the catalog already or as it gets one; empty where the
  // manifest has to be looked at first (kBad).
  std::string recording_hash;
  std::vector<RawFile> files;      // with paths below recordings/<id>/
  std::vector<RawFile> elsewhere;  // with paths below manifests/<id>/
};

// Writes what a recording has of manifests. A pure function of its arguments.
Manifests MakeManifests(const RecordingDesign& design, uint64_t seed,
                        const std::vector<InventoryFile>& inventory);

}  // namespace ursa::demo
