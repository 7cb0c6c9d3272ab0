// The one way in which rows of a table change: a merge of changes found by key, committed as one
// version, serializable beside any other writer.
//
// A merge is a function of a snapshot: for every change it finds the row that has its key, asks the
// source what to do with it, and rewrites the files that hold rows to be changed; inserts go into
// new files. Data files never change, so what was found in one of them stays true as long as the
// file is live, and is remembered by its path. A lost race is therefore answered by doing the same
// again on the newer snapshot: files already searched cost nothing, files that went are forgotten,
// files that came are searched (by statistics, Bloom filter, else by their key column). Where
// nothing of that concerned us, the very same files are committed as the next version. This covers
// every rule of delta-format.md section 8.4 without a second definition of "conflict".
//
// Tries are bounded by time and jittered. Source: catalog.md section 3.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "delta/actions.h"
#include "delta/row_batch.h"
#include "delta/snapshot.h"
#include "delta/value.h"
#include "store/object_store.h"

namespace ursa::delta {

// The row that the newest snapshot has for a change's key.
class CurrentRow {
 public:
  virtual ~CurrentRow() = default;
  // The value of one of the columns that the source asked for (MergeSource::Columns), by its
  // position in that list.
  [[nodiscard]] virtual Value At(size_t position) const = 0;
};

// What becomes of one change.
struct RowDecision {
  enum class Kind { kKeep, kUpdate, kInsert, kDelete };
  Kind kind = Kind::kKeep;
  // Column positions of the snapshot's schema with their new values. kUpdate: all other columns
  // stay as they are. kInsert: all other columns are null.
  std::vector<std::pair<size_t, Value>> values;
};

struct MergeCounts {
  uint64_t updated = 0;
  uint64_t inserted = 0;
  uint64_t deleted = 0;
  [[nodiscard]] uint64_t Total() const { return updated + inserted + deleted; }
};

// The changes of a merge, numbered 0 .. Count() - 1.
class MergeSource {
 public:
  virtual ~MergeSource() = default;

  [[nodiscard]] virtual size_t Count() const = 0;
  // The encoded key (EncodeKey) of a change; each only once. Lives as long as the source.
  [[nodiscard]] virtual std::string_view Key(size_t change) const = 0;
  // The value of the locator column in the change's row, by which files are passed over.
  [[nodiscard]] virtual std::string_view Locator(size_t change) const = 0;
  // The columns that Decide looks at, by name; the same for the whole merge.
  [[nodiscard]] virtual const std::vector<std::string>& Columns() const = 0;

  // Called before every try with the snapshot that it goes by. False: there is nothing to do any
  // more (the same plan was applied by somebody else), and the merge ends without a commit.
  virtual Result<bool> Begin(const Snapshot& snapshot) = 0;

  // Whether decisions that were made before the last Begin still stand. Where they don't (the
  // source goes by something besides the row), every change is decided again.
  [[nodiscard]] virtual bool DecisionsHold() const { return true; }

  // What to do with a change, given the row that has its key, or null where none has. Called at
  // once from several threads for different changes, and again after a lost race where the row's
  // file is another one by then. An error ends the merge; nothing is committed.
  virtual Result<RowDecision> Decide(size_t change, const CurrentRow* row) = 0;

  // Told, once for as long as it is so, that several rows of the table have the key of this change,
  // as an append of another engine may leave them: which one is meant nobody can say. True: none of
  // them is written, whatever Decide said of one, and the rest goes on; Decide is called again only
  // where that has changed. False: the merge ends with kCorrupt. Not called while Decide is.
  virtual Result<bool> PassOver(size_t /*change*/) { return false; }

  // Called before each try is sent, once all is decided and there is something to commit. What it
  // returns, a JSON object, is added to the commitInfo.
  virtual Result<std::string> BeforeCommit(const MergeCounts& counts) = 0;

  // Asked after BeforeCommit, right before a try is sent: whether what the decisions go by besides
  // the rows of this table is as it was when they were made. False: all is decided again.
  virtual Result<bool> StillHolds() { return true; }
};

struct MergeOptions {
  std::vector<std::string> key_columns;  // of type string
  std::string locator_column;            // of type string; files are sorted by it, then by the key
  std::string operation = "MERGE";
  std::vector<Transaction> transactions;  // go into the commit, stamped
  std::string engine_info;                // "Ursa/0.1.0"
  Nanoseconds timeout{std::chrono::seconds{120}};
  size_t jobs = 1;
  std::stop_token stop;
  Clock& clock;
  Random& random;
};

struct MergeOutcome {
  SnapshotPtr snapshot;  // the table after the merge, with what others committed meanwhile
  bool committed = false;
  int64_t version = 0;  // of our commit; without one, of the snapshot
  MergeCounts counts;
  uint32_t tries = 0;
  // The commit holds, but reading it back or its checkpoint failed: nothing is lost.
  std::optional<Error> follow_up_error;
};

// Merges `source` into the table, from `snapshot` on. kConflict after `timeout` of lost races;
// kUnknownOutcome where it can't be told whether the commit holds; kCorrupt where the table has two
// rows with one key that the source does not pass over; kInvalid where the source has two changes
// with one.
Result<MergeOutcome> Merge(store::ObjectStore& store, SnapshotPtr snapshot, MergeSource& source,
                           const MergeOptions& options);

// One string for the values of the key columns, equal exactly where all of them are.
std::string EncodeKey(const std::vector<std::string_view>& values);

// The encoded key of a row whose key columns are the first `key_count` of its batch. Lives as long
// as the batch and `buffer`, which is used where it has to be put together.
std::string_view KeyOfRow(const RowBatch& batch, size_t row, size_t key_count, std::string& buffer);

// Version 0 of a new table: protocol (1, 2) and metaData. kAlreadyExists where there is one.
Result<SnapshotPtr> CreateTable(store::ObjectStore& store, const std::string& table_path,
                                const Schema& schema, const std::string& engine_info, Clock& clock,
                                Random& random);

}  // namespace ursa::delta
