// A recording's manifest, parsed, and the gate that it has to pass.
//
//   augmented  recording_hash, started_at and files: what ingest needs
//   legacy     a JSON object with neither recording_hash nor files
//   else       bad: never replaced, never ignored; the rule that failed is named
//
// Manifests come from outside. A file is read as a stream of events, never as a tree: what it says
// beyond the members that matter costs no memory, and every count has a limit. Pure; thread-safe.
// Source: raw-recordings.md section 4.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/time.h"

namespace ursa::ingest {

// A rig's longest days have some ten thousand files of a hundred bytes each in a manifest.
inline constexpr uint64_t kManifestBytesMax = uint64_t{64} << 20;
inline constexpr size_t kManifestFilesMax = 250'000;
inline constexpr size_t kManifestDepthMax = 32;
// Values of all kinds, those of `files` excepted.
inline constexpr size_t kManifestValuesMax = 100'000;
// Members of an entry of `files`; three of them matter.
inline constexpr size_t kFileMembersMax = 64;
// Texts that matter (times, digests, paths, what becomes of a row), and the names of all members.
// S3's keys have at most 1024 bytes.
inline constexpr size_t kManifestTextBytesMax = 4096;
// Texts in `workers`, which are copied into a reconstructed manifest.
inline constexpr size_t kWorkerTextBytesMax = size_t{64} << 10;

using Json = nlohmann::ordered_json;

struct ManifestFile {
  std::string path;  // below the recording's prefix
  uint64_t size_bytes = 0;
  std::string sha256;  // 64 lower-case hex digits
};

struct Manifest {
  bool is_augmented = false;
  bool is_reconstructed = false;  // it has the member of that name
  std::string recording_hash;     // of an augmented one
  std::optional<IsoTime> started_at;
  std::optional<IsoTime> ended_at;
  std::optional<std::string> hostname;
  std::optional<std::string> data_engine_version;
  Json workers;                     // as it stands there; null where there is none
  std::vector<ManifestFile> files;  // of an augmented one, in its order
};

enum class GateRule {
  kTooLarge,       // more bytes than kManifestBytesMax
  kNotJson,        // no JSON text, or not UTF-8
  kNotAnObject,    // JSON, but no object
  kTooDeep,        // nested deeper than kManifestDepthMax
  kTooManyValues,  // more than kManifestValuesMax, or in an entry of files than kFileMembersMax
  kTextTooLong,    // a text or a member's name that is longer than the limits above
  kDuplicateKey,   // an object that has a member twice, at any depth
  kRecordingId,    // given, and not that of the prefix
  kRecordingHash,  // not 64 lower-case hex digits
  kStartedAt,      // no ISO 8601 time
  kFiles,          // no list, an empty one, or an entry that is no object
  kTooManyFiles,   // more than kManifestFilesMax
  kFilePath,       // not relative, or with a part that is empty, ".", "..", or a backslash or NUL
  kFileSize,       // no integer from 0 on
  kFileSha256,     // not 64 lower-case hex digits
  kDuplicatePath,  // two files of one path
};

// The stable name, e.g. "file_path".
std::string_view GateRuleName(GateRule rule);

struct GateFault {
  GateRule rule;
  std::string message;  // "rule file_path: ...", fit to be shown
};

// A manifest that is augmented or legacy, or the rule that says why it is neither.
tl::expected<Manifest, GateFault> ParseManifest(std::string_view bytes,
                                                std::string_view recording_id);

// A manifest that is too large to be read.
GateFault TooLarge(uint64_t size_bytes);

// What is wrong with a path of the inventory, as a phrase; none: nothing.
std::optional<std::string> PathFault(std::string_view path);

}  // namespace ursa::ingest
