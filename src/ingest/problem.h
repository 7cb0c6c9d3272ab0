// What a person has to know about a recording that is taken into the catalog, or is not.
//
// Besides the codes of raw/problem.h a row has these, stable because they stand in JSON output:
// Source: docs/commands.md, "ingest"; raw-recordings.md section 4.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "raw/problem.h"

namespace ursa::ingest {

namespace code {
// Of manifests.
inline constexpr std::string_view kBadManifest = "bad_manifest";
inline constexpr std::string_view kConflictingManifests = "conflicting_manifests";
inline constexpr std::string_view kLegacyManifest = "legacy_manifest";
inline constexpr std::string_view kNoManifest = "no_manifest";
inline constexpr std::string_view kNodeManifests = "node_manifests";
// Of the inventory.
inline constexpr std::string_view kBadKey = "bad_key";
inline constexpr std::string_view kTooManyFiles = "too_many_files";
inline constexpr std::string_view kInventoryMismatch = "inventory_mismatch";
inline constexpr std::string_view kNotInManifest = "not_in_manifest";  // a finding, refuses nothing
inline constexpr std::string_view kSimilarPaths = "similar_paths";     // likewise
inline constexpr std::string_view kStrayObject = "stray_object";       // likewise
inline constexpr std::string_view kUnknownFamily = "unknown_family";   // likewise
// Of work that was under way.
inline constexpr std::string_view kInventoryChanged = "inventory_changed";
inline constexpr std::string_view kObjectChanged = "object_changed";
inline constexpr std::string_view kReadFailed = "read_failed";
inline constexpr std::string_view kWriteFailed = "write_failed";
inline constexpr std::string_view kTimeout = "timeout";
// Of the catalog.
inline constexpr std::string_view kConflictingHash = "conflicting_hash";
inline constexpr std::string_view kInvalidRow = "invalid_row";
inline constexpr std::string_view kModalityDiffers = "modality_differs";
// Of the recording.
inline constexpr std::string_view kSessionLock = "session_lock";
inline constexpr std::string_view kStillArriving = "still_arriving";
inline constexpr std::string_view kParticipantUnreadable = "participant_unreadable";
inline constexpr std::string_view kParticipantCollision = "participant_collision";
inline constexpr std::string_view kSkippedLocalTime = "skipped_local_time";
}  // namespace code

struct Problem {
  std::string code;
  std::string key;      // from the bucket's root; bytes from outside
  std::string message;  // a sentence

  bool operator==(const Problem&) const = default;
};

inline Problem MakeProblem(std::string_view code, std::string key, std::string message) {
  return {std::string(code), std::move(key), std::move(message)};
}

inline Problem ToProblem(raw::Problem problem) {
  return {std::string(raw::ProblemCodeName(problem.code)), std::move(problem.key),
          std::move(problem.message)};
}

}  // namespace ursa::ingest
