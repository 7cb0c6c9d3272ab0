// Whether a recording may be inserted: its recording_id must be absent, and not only its key.
//
// Before each try to commit, the ids of the recordings that a plan inserts are looked for in the
// newest `recordings`. Where one is there under another hash (another writer ingested it
// meanwhile), the insert is left alone, and so are those of the recording's modalities, which would
// refer to a row that never comes. Source: architecture.md, "The one idea".
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "delta/snapshot.h"
#include "plan/change.h"
#include "plan/plan.h"
#include "store/object_store.h"

namespace ursa::plan {

// The plan must live longer. Refresh is not thread-safe, MayInsert is.
class RecordingIds {
 public:
  explicit RecordingIds(const Plan& plan) : plan_(plan) {}

  // Whether the plan inserts recordings at all; where it doesn't there is nothing to look for.
  [[nodiscard]] bool AreInserted() const { return !plan_.InsertedRecordings().empty(); }

  // Looks at a snapshot of `recordings`. True where MayInsert now says something else than before.
  Result<bool> Refresh(const store::ReadableStore& assets, const delta::Snapshot& recordings,
                       size_t jobs, std::stop_token stop);

  // Of an insert, into whichever table.
  [[nodiscard]] bool MayInsert(const Change& change) const;

 private:
  const Plan& plan_;
  std::optional<int64_t> version_;  // of the snapshot that was looked at last
  std::set<std::string> taken_;     // hashes of the plan whose recording_id another one has
};

}  // namespace ursa::plan
