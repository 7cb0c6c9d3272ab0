// One listing of a recording, sorted out for ingest: what it holds, and its inventory.
//
// The inventory is every object below the recording's prefix but its manifests, participant.txt,
// session.lock and what keys ending in '/' stand for. Source: raw-recordings.md section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/problem.h"
#include "raw/recording_objects.h"
#include "store/object_store.h"

namespace ursa::ingest {

inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kParticipantsName = "participant.txt";
inline constexpr std::string_view kReconstructedName = "manifest.reconstructed.json";

struct RecordingListing {
  std::string recording_id;
  std::string prefix;  // "recordings/<recording_id>/"
  raw::RecordingObjects objects;
  std::vector<store::ObjectInfo> inventory;        // in the order of their paths' bytes
  std::vector<store::ObjectInfo> beside;           // what else lies there, in key order
  std::vector<store::ObjectInfo> node_manifests;   // in the order of their names
  std::optional<store::ObjectInfo> manifest;       // manifest.json
  std::optional<store::ObjectInfo> reconstructed;  // manifest.reconstructed.json
  std::optional<store::ObjectInfo> participants;   // participant.txt
  std::optional<store::ObjectInfo> session_lock;   // session.lock
  std::optional<TimeNs> newest;  // last-modified of all objects but our own manifest
  uint64_t inventory_bytes = 0;
  uint64_t data_bytes = 0;  // of the workers' data files
  std::vector<Problem> bad_keys;

  // Whether it has a session.lock, and not just the very one that an operator broke.
  [[nodiscard]] bool IsLocked(const std::optional<store::ObjectInfo>& broken = {}) const;
  // The path of an object of the inventory: a view into it.
  [[nodiscard]] std::string_view PathOf(const store::ObjectInfo& object) const {
    return std::string_view(object.key).substr(prefix.size());
  }
  [[nodiscard]] bool IsEmpty() const { return !newest && !reconstructed; }
};

// Sorts out a listing below the recording's prefix, in key order.
RecordingListing SortOutListing(std::string_view recording_id,
                                std::vector<store::ObjectInfo> objects);

// Lists a recording. kInvalid where the id is no plain name, else the store's errors.
Result<RecordingListing> ReadListing(const store::ReadableStore& raw,
                                     std::string_view recording_id);

// Whether two listings have the same inventory: keys, sizes and etags.
bool HaveSameInventory(const RecordingListing& listing, const RecordingListing& other);

// What a person may want to look at and what refuses nothing: workers of families that are not
// known (raw-recordings.md section 2), and groups of paths that some file systems would take for
// one, equal after NFC and case folding, each as a problem at the second of two.
std::vector<Problem> FindOddities(const RecordingListing& listing);

}  // namespace ursa::ingest
