// A table at one version: what its log adds up to.
//
// Loading: the newest complete checkpoint at or below the wanted version, then each commit after
// it without a gap; `_last_checkpoint` is only a hint where to begin listing. A later snapshot is
// made from an earlier one by reading the commits between (Update), so that a lost race costs the
// winners' entries and no more. Both give the same table; only where it was read from
// (checkpoint_version), old tombstones that a checkpoint leaves out, and the files' dataChange,
// which says something of a commit and nothing of a table, may differ. Source: delta-format.md
// sections 1, 2, 3 and 8.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/actions.h"
#include "delta/commit.h"
#include "delta/schema.h"
#include "store/object_store.h"

namespace ursa::delta {

struct Snapshot {
  std::string table_path;  // the key prefix of the table, without a slash at its end
  int64_t version = 0;
  Protocol protocol;
  Metadata metadata;
  Schema schema;
  std::map<std::string, AddFile> files;  // live ones, by path
  std::map<std::string, RemoveFile>
      tombstones;  // removed ones, by path, as far as the log has them
  std::map<std::string, Transaction> transactions;  // by appId
  int64_t checkpoint_version = -1;                  // of the checkpoint it was read from; -1: none

  // Rows by the files' statistics; none where a file has no numRecords, or no total fits 64 bits.
  [[nodiscard]] std::optional<uint64_t> RowCount() const;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

// The table at `version`, or at its newest one. Costs one Get of the hint, one listing from it on,
// one Get of a checkpoint of up to 16 MiB, and one Get a commit after it. kNotFound: no log below
// table_path, and nothing else. kCorrupt: a gap (naming the missing version), a damaged entry
// (naming file and line), a log without protocol or metaData. kUnsupported: reader version or
// features, by name. kInvalid: a version that the table does not have. kUnavailable: a part of the
// log was cleaned up while it was read.
Result<SnapshotPtr> LoadSnapshot(const store::ReadableStore& store, std::string table_path,
                                 std::optional<int64_t> version = std::nullopt);

// The newest version of the table, from a snapshot of an earlier one: one Get a commit since, and
// one that finds no further. The entries since must still be there, so the snapshot must be younger
// than the log's retention (delta.logRetentionDuration, 30 days). Errors as of LoadSnapshot.
Result<SnapshotPtr> UpdateSnapshot(const store::ReadableStore& store, const SnapshotPtr& snapshot);

// kUnsupported unless Ursa may write this table: writer version above 2 (naming the features),
// delta.invariants on a column, partition columns; `removes`: also delta.appendOnly.
Result<void> CheckWritable(const Snapshot& snapshot, bool removes);

// One commit of a table's history, from its JSON entry.
struct HistoryEntry {
  int64_t version = 0;
  std::string commit_info;  // a JSON object; "{}" where the commit has none
};

// One entry of the log. kNotFound where the log has it no more, or not yet.
Result<HistoryEntry> ReadHistoryEntry(const store::ReadableStore& store,
                                      const std::string& table_path, int64_t version);

// The entries that the log still has, newest first, at most `limit`, of tables too that Ursa does
// not read. kNotFound: no log below table_path. kCorrupt: a commitInfo that is no JSON object.
Result<std::vector<HistoryEntry>> ReadHistory(const store::ReadableStore& store,
                                              const std::string& table_path, size_t limit);

}  // namespace ursa::delta
