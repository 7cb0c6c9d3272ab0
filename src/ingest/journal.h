// The journal of a recording's hashed files, so that an interrupted run goes on where it was.
//
//   <assets>/ursa/work/<recording_id>.json
//   {"journal_version":1,"recording_id":..,"files":[{"path","size","etag","sha256"}]}
//
// It is a cache: one that is damaged, of another version, or does not match what is listed counts
// for nothing. Source: commands.md, "reconstruct-all-recent".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::ingest {

// Where all journals lie.
inline constexpr std::string_view kJournalsPrefix = "ursa/work/";

// Whose journal a key below that prefix is; none where that is no journal's key.
std::optional<std::string> RecordingOfJournal(std::string_view key);

// Not thread-safe.
class Journal {
 public:
  explicit Journal(std::string recording_id) : recording_id_(std::move(recording_id)) {}

  // What the assets bucket has of this recording; empty where that is nothing, or cannot be read.
  static Journal Load(const store::ReadableStore& assets, const std::string& recording_id);
  static Journal Parse(std::string_view bytes, const std::string& recording_id);

  // The digest of the very version of `path` that was listed as `object`.
  [[nodiscard]] std::optional<std::string> Find(std::string_view path,
                                                const store::ObjectInfo& object) const;
  void Add(std::string_view path, const store::ObjectInfo& object, std::string sha256);

  // Takes what another process, which is at the same recording, put there meanwhile: the paths that
  // this one does not know.
  void Merge(const Journal& other);

  [[nodiscard]] size_t Count() const { return files_.size(); }
  [[nodiscard]] const std::string& RecordingId() const { return recording_id_; }
  [[nodiscard]] std::string Key() const;
  [[nodiscard]] std::string Text() const;

 private:
  struct Entry {
    uint64_t size_bytes = 0;
    std::string etag;
    std::string sha256;
  };

  std::string recording_id_;
  std::map<std::string, Entry, std::less<>> files_;  // by path
};

}  // namespace ursa::ingest
