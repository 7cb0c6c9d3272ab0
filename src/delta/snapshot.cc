// The log is replayed forwards: a checkpoint, then commit after commit, each reconciled into maps
// by path and by appId. What can't be read ends the replay with an error; there is no half
// snapshot.
//
// A log may change while it is read: another engine's clean-up deletes entries that a newer
// checkpoint makes superfluous. So an entry that was listed and is gone is kUnavailable, to be
// tried again, and never kNotFound, which callers take for "there is no table, create one".
#include "delta/snapshot.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "delta/checkpoint.h"
#include "delta/log_listing.h"
#include "delta/protocol_gate.h"
#include "delta/statistics.h"

namespace ursa::delta {
namespace {

// An entry of a million files has about this size.
constexpr uint64_t kEntryBytesMax = uint64_t{1} << 30;

// The newest action of each path wins; lines of one version come in any order.
void Reconcile(std::vector<Action> actions, Snapshot& snapshot) {
  for (Action& action : actions) {
    if (auto* protocol = std::get_if<Protocol>(&action)) {
      snapshot.protocol = std::move(*protocol);
    } else if (auto* metadata = std::get_if<Metadata>(&action)) {
      snapshot.metadata = std::move(*metadata);
    } else if (auto* transaction = std::get_if<Transaction>(&action)) {
      const std::string app_id = transaction->app_id;
      snapshot.transactions.insert_or_assign(app_id, std::move(*transaction));
    } else if (auto* remove = std::get_if<RemoveFile>(&action)) {
      const std::string path = remove->path;
      snapshot.files.erase(path);
      snapshot.tombstones.insert_or_assign(path, std::move(*remove));
    }
  }
  // A file that one version removes and adds (with new statistics, say) is live.
  for (Action& action : actions) {
    if (auto* add = std::get_if<AddFile>(&action)) {
      const std::string path = add->path;
      snapshot.tombstones.erase(path);
      snapshot.files.insert_or_assign(path, std::move(*add));
    }
  }
}

// What must be true of every snapshot that is handed out; the protocol is judged before the schema
// is parsed.
Result<SnapshotPtr> Seal(Snapshot snapshot, bool has_protocol, bool has_metadata) {
  if (!has_protocol || !has_metadata) {
    return Fail(ErrorCode::kCorrupt, "the log of the table " + snapshot.table_path + " has no " +
                                         (has_protocol ? "metaData" : "protocol") +
                                         "; restore it from a backup");
  }
  const std::string what = "reading the table " + snapshot.table_path;
  URSA_CHECK_CONTEXT(CheckReadable(snapshot.protocol), what);
  URSA_TRY_CONTEXT(snapshot.schema, ParseSchema(snapshot.metadata.schema_string), what);
  return std::make_shared<const Snapshot>(std::move(snapshot));
}

Result<std::string> ReadEntry(const store::ReadableStore& store, const std::string& key) {
  URSA_TRY(store::Object entry, store.Get(key, store::ByteRange::From(0, kEntryBytesMax)));
  if (entry.size_bytes == 0 || entry.size_bytes > kEntryBytesMax) {
    return Fail(ErrorCode::kCorrupt, "the log entry " + key + " has " +
                                         std::to_string(entry.size_bytes) +
                                         " bytes; restore it from a backup");
  }
  return std::move(entry.bytes);
}

Result<std::vector<Action>> ReadCommit(const store::ReadableStore& store, const std::string& key) {
  URSA_TRY(const std::string entry, ReadEntry(store, key));
  auto actions = ParseCommit(entry);
  if (!actions) {
    if (actions.error().code == ErrorCode::kCorrupt) {
      actions.error().message += "; restore this log entry from a backup";
    }
    return Propagate(std::move(actions).error(), key);
  }
  return actions;
}

template <typename T>
bool HasAction(const std::vector<Action>& actions) {
  return std::any_of(actions.begin(), actions.end(),
                     [](const Action& action) { return std::holds_alternative<T>(action); });
}

// Where loading begins: the newest complete checkpoint at or below the wanted version.
const LogListing::Checkpoint* FindCheckpoint(const LogListing& listing, int64_t version) {
  const LogListing::Checkpoint* newest = nullptr;
  for (const auto& checkpoint : listing.checkpoints) {
    if (checkpoint.version <= version &&
        (newest == nullptr || checkpoint.version > newest->version)) {
      newest = &checkpoint;
    }
  }
  return newest;
}

// Replays a listed log up to one version.
class Replay {
 public:
  Replay(const store::ReadableStore& store, std::string table_path) : store_(store) {
    snapshot_.table_path = std::move(table_path);
  }

  Result<SnapshotPtr> Run(const LogListing& listing, int64_t version) {
    const std::string& table_path = snapshot_.table_path;
    int64_t next = 0;
    if (const auto* checkpoint = FindCheckpoint(listing, version)) {
      URSA_CHECK(Take(ReadCheckpoint(store_, checkpoint->keys)));
      snapshot_.checkpoint_version = checkpoint->version;
      next = checkpoint->version + 1;
    }
    for (; next <= version; ++next) {
      const std::string key = CommitKey(table_path, next);
      if (!listing.commits.contains(next)) {
        URSA_CHECK(CheckNotCleanedUp(listing, version, next));
        return Fail(ErrorCode::kCorrupt, "the log of the table " + table_path +
                                             " has a gap: version " + std::to_string(next) + " (" +
                                             key + ") is missing; restore it from a backup");
      }
      URSA_CHECK(Take(ReadCommit(store_, key)));
    }
    snapshot_.version = version;
    return Seal(std::move(snapshot_), has_protocol_, has_metadata_);
  }

 private:
  // Another engine's clean-up deletes the oldest entries, the first among them, where a checkpoint
  // stands for them: the versions before it are gone, and nothing is damaged.
  [[nodiscard]] Result<void> CheckNotCleanedUp(const LogListing& listing, int64_t version,
                                               int64_t missing) const {
    const auto oldest =
        std::ranges::min_element(listing.checkpoints, {}, &LogListing::Checkpoint::version);
    if (missing > 0 || oldest == listing.checkpoints.end()) {
      return {};
    }
    return Fail(ErrorCode::kInvalid,
                "the table " + snapshot_.table_path + " can't be read at version " +
                    std::to_string(version) +
                    " any more: its log was cleaned up, and the oldest version that it has is " +
                    std::to_string(oldest->version));
  }

  Result<void> Take(Result<std::vector<Action>> read) {
    if (!read) {
      return tl::unexpected(Explain(std::move(read).error()));
    }
    has_protocol_ = has_protocol_ || HasAction<Protocol>(*read);
    has_metadata_ = has_metadata_ || HasAction<Metadata>(*read);
    Reconcile(std::move(*read), snapshot_);
    return {};
  }

  [[nodiscard]] Error Explain(Error error) const {
    if (error.code == ErrorCode::kNotFound) {
      error.code = ErrorCode::kUnavailable;
      error.message += "; the log of the table " + snapshot_.table_path +
                       " was cleaned up while it was read: run the command again";
    } else if (error.code == ErrorCode::kUnsupported && has_protocol_) {
      // A feature is seen in an entry after the protocol that declares it.
      return RefusalOf({snapshot_.protocol}, std::move(error));
    }
    return error;
  }

  const store::ReadableStore& store_;
  Snapshot snapshot_;
  bool has_protocol_ = false;
  bool has_metadata_ = false;
};

tl::unexpected<Error> NoTable(const store::ReadableStore& store, const std::string& table_path) {
  return Fail(ErrorCode::kNotFound, "there is no Delta table at " + store.Uri() + "/" + table_path);
}

}  // namespace

std::optional<uint64_t> Snapshot::RowCount() const {
  uint64_t rows = 0;
  for (const auto& [path, file] : files) {
    const auto count = RecordCountOf(file);
    if (!count || __builtin_add_overflow(rows, *count, &rows)) {
      return std::nullopt;
    }
  }
  return rows;
}

Result<SnapshotPtr> LoadSnapshot(const store::ReadableStore& store, std::string table_path,
                                 std::optional<int64_t> version) {
  URSA_TRY(const LogListing listing, ListLog(store, table_path, version));
  const auto newest = listing.Newest();
  if (!newest) {
    return NoTable(store, table_path);
  }
  if (version && (*version < 0 || *version > *newest)) {
    return Fail(ErrorCode::kInvalid, "the table " + table_path + " has no version " +
                                         std::to_string(*version) + "; its newest is " +
                                         std::to_string(*newest));
  }
  return Replay(store, std::move(table_path)).Run(listing, version.value_or(*newest));
}

Result<SnapshotPtr> UpdateSnapshot(const store::ReadableStore& store, const SnapshotPtr& snapshot) {
  std::optional<Snapshot> newer;
  for (int64_t next = snapshot->version + 1; next <= kVersionMax; ++next) {
    auto actions = ReadCommit(store, CommitKey(snapshot->table_path, next));
    if (!actions && actions.error().code == ErrorCode::kNotFound) {
      break;
    }
    if (!actions) {
      const Protocol& protocol = newer ? newer->protocol : snapshot->protocol;
      return tl::unexpected(RefusalOf({protocol}, std::move(actions).error()));
    }
    if (!newer) {
      newer = *snapshot;
    }
    newer->version = next;
    Reconcile(std::move(*actions), *newer);
  }
  return newer ? Seal(std::move(*newer), true, true) : Result<SnapshotPtr>(snapshot);
}

Result<HistoryEntry> ReadHistoryEntry(const store::ReadableStore& store,
                                      const std::string& table_path, int64_t version) {
  const std::string key = CommitKey(table_path, version);
  URSA_TRY_CONTEXT(const std::string entry, ReadEntry(store, key),
                   "reading the history of " + table_path);
  URSA_TRY_CONTEXT(std::string commit_info, FindCommitInfo(entry), key);
  return HistoryEntry{version, std::move(commit_info)};
}

Result<std::vector<HistoryEntry>> ReadHistory(const store::ReadableStore& store,
                                              const std::string& table_path, size_t limit) {
  URSA_TRY(const LogListing listing, ListLog(store, table_path, 0));
  if (!listing.Newest()) {
    return NoTable(store, table_path);
  }
  std::vector<HistoryEntry> history;
  for (auto version = listing.commits.rbegin();
       version != listing.commits.rend() && history.size() < limit; ++version) {
    auto entry = ReadHistoryEntry(store, table_path, *version);
    if (!entry && entry.error().code == ErrorCode::kNotFound) {
      break;  // cleaned up meanwhile, and with it all before
    }
    if (!entry) {
      return Propagate(std::move(entry).error());
    }
    history.push_back(std::move(*entry));
  }
  return history;
}

}  // namespace ursa::delta
