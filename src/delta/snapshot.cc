#include "delta/snapshot.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "delta/checkpoint.h"
#include "delta/log_listing.h"
#include "delta/statistics.h"

namespace ursa::delta {
namespace {

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
  for (Action& action : actions) {
    if (auto* add = std::get_if<AddFile>(&action)) {
      const std::string path = add->path;
      snapshot.tombstones.erase(path);
      snapshot.files.insert_or_assign(path, std::move(*add));
    }
  }
}

Result<void> CheckReadable(const Snapshot& snapshot) {
  const Protocol& protocol = snapshot.protocol;
  if (protocol.min_reader_version == 1) {
    return {};
  }
  std::string needs;
  if (protocol.min_reader_version == 2) {
    needs = "columnMapping";
  } else if (protocol.min_reader_version == 3) {
    for (const std::string& feature : protocol.reader_features) {
      needs += (needs.empty() ? "" : ", ") + feature;
    }
  }
  return Fail(ErrorCode::kUnsupported,
              "the table " + snapshot.table_path + " needs a reader of version " +
                  std::to_string(protocol.min_reader_version) +
                  (needs.empty() ? "" : " with " + needs) + "; Ursa reads version 1");
}

// What must be true of every snapshot that is handed out; the protocol is judged before the schema
// is parsed.
Result<SnapshotPtr> Seal(Snapshot snapshot, bool has_protocol, bool has_metadata) {
  if (!has_protocol || !has_metadata) {
    return Fail(ErrorCode::kCorrupt,
                "the log of the table " + snapshot.table_path + " has no " +
                    (has_protocol ? "metaData" : "protocol") + "; restore it from a backup");
  }
  URSA_CHECK(CheckReadable(snapshot));
  URSA_TRY_CONTEXT(snapshot.schema, ParseSchema(snapshot.metadata.schema_string),
                   "reading the table " + snapshot.table_path);
  return std::make_shared<const Snapshot>(std::move(snapshot));
}

Result<std::vector<Action>> ReadCommit(const store::ReadableStore& store, const std::string& key) {
  URSA_TRY(const store::Object entry, store.Get(key));
  auto actions = ParseCommit(entry.bytes);
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
    if (checkpoint.version <= version && (newest == nullptr || checkpoint.version > newest->version)) {
      newest = &checkpoint;
    }
  }
  return newest;
}

tl::unexpected<Error> Gap(const std::string& table_path, int64_t missing) {
  return Fail(ErrorCode::kCorrupt, "the log of the table " + table_path + " has a gap: version " +
                                       std::to_string(missing) + " (" +
                                       CommitKey(table_path, missing) +
                                       ") is missing; restore it from a backup");
}

Result<SnapshotPtr> Build(const store::ReadableStore& store, const std::string& table_path,
                          const LogListing& listing, int64_t version) {
  Snapshot snapshot;
  snapshot.table_path = table_path;
  snapshot.version = version;
  bool has_protocol = false;
  bool has_metadata = false;
  const auto take = [&](std::vector<Action> actions) {
    has_protocol = has_protocol || HasAction<Protocol>(actions);
    has_metadata = has_metadata || HasAction<Metadata>(actions);
    Reconcile(std::move(actions), snapshot);
  };
  int64_t next = 0;
  if (const auto* checkpoint = FindCheckpoint(listing, version)) {
    URSA_TRY(std::vector<Action> actions, ReadCheckpoint(store, checkpoint->keys));
    take(std::move(actions));
    snapshot.checkpoint_version = checkpoint->version;
    next = checkpoint->version + 1;
  }
  for (; next <= version; ++next) {
    if (!listing.commits.contains(next)) {
      return Gap(table_path, next);
    }
    URSA_TRY(std::vector<Action> actions, ReadCommit(store, CommitKey(table_path, next)));
    take(std::move(actions));
  }
  return Seal(std::move(snapshot), has_protocol, has_metadata);
}

}  // namespace

std::optional<uint64_t> Snapshot::RowCount() const {
  uint64_t rows = 0;
  for (const auto& [path, file] : files) {
    const auto count = RecordCountOf(file);
    if (!count) {
      return std::nullopt;
    }
    rows += *count;
  }
  return rows;
}

Result<SnapshotPtr> LoadSnapshot(const store::ReadableStore& store, std::string table_path,
                                 std::optional<int64_t> version) {
  URSA_TRY(const LogListing listing, ListLog(store, table_path, version));
  const auto newest = listing.Newest();
  if (!newest) {
    return Fail(ErrorCode::kNotFound,
                "there is no Delta table at " + store.Uri() + "/" + table_path);
  }
  if (version && (*version < 0 || *version > *newest)) {
    return Fail(ErrorCode::kInvalid, "the table " + table_path + " has no version " +
                                         std::to_string(*version) + "; its newest is " +
                                         std::to_string(*newest));
  }
  return Build(store, table_path, listing, version.value_or(*newest));
}

Result<SnapshotPtr> UpdateSnapshot(const store::ReadableStore& store, const SnapshotPtr& snapshot) {
  std::optional<Snapshot> newer;
  for (int64_t next = snapshot->version + 1;; ++next) {
    auto actions = ReadCommit(store, CommitKey(snapshot->table_path, next));
    if (!actions && actions.error().code == ErrorCode::kNotFound) {
      break;
    }
    if (!actions) {
      return Propagate(std::move(actions).error());
    }
    if (!newer) {
      newer = *snapshot;
    }
    newer->version = next;
    Reconcile(std::move(*actions), *newer);
  }
  return newer ? Seal(std::move(*newer), true, true) : Result<SnapshotPtr>(snapshot);
}

Result<void> CheckWritable(const Snapshot& snapshot, bool removes) {
  const std::string table = "the table " + snapshot.table_path;
  if (snapshot.protocol.min_writer_version > 2) {
    std::string needs;
    for (const std::string& feature : snapshot.protocol.writer_features) {
      needs += (needs.empty() ? " with " : ", ") + feature;
    }
    return Fail(ErrorCode::kUnsupported,
                table + " needs a writer of version " +
                    std::to_string(snapshot.protocol.min_writer_version) + needs +
                    "; Ursa writes version 2");
  }
  if (!snapshot.metadata.partition_columns.empty()) {
    return Fail(ErrorCode::kUnsupported, table + " is partitioned by " +
                                             snapshot.metadata.partition_columns.front() +
                                             "; Ursa does not upsert into partitioned tables");
  }
  for (const Field& field : snapshot.schema.fields) {
    if (nlohmann::json::parse(field.metadata, nullptr, false).contains("delta.invariants")) {
      return Fail(ErrorCode::kUnsupported, table + " has delta.invariants on the column " +
                                               field.name + ", which Ursa does not check");
    }
  }
  const auto append_only = snapshot.metadata.configuration.find("delta.appendOnly");
  if (removes && append_only != snapshot.metadata.configuration.end() &&
      append_only->second == "true") {
    return Fail(ErrorCode::kUnsupported, table + " is append-only (delta.appendOnly)");
  }
  return {};
}

Result<std::vector<HistoryEntry>> ReadHistory(const store::ReadableStore& store,
                                              const std::string& table_path, size_t limit) {
  URSA_TRY(const LogListing listing, ListLog(store, table_path, 0));
  std::vector<HistoryEntry> history;
  for (auto version = listing.commits.rbegin();
       version != listing.commits.rend() && history.size() < limit; ++version) {
    URSA_TRY(const std::vector<Action> actions,
             ReadCommit(store, CommitKey(table_path, *version)));
    HistoryEntry entry{*version, "{}"};
    for (const Action& action : actions) {
      if (const auto* info = std::get_if<CommitInfo>(&action)) {
        entry.commit_info = info->json;
      }
    }
    history.push_back(std::move(entry));
  }
  return history;
}

namespace {

// Whether the entry that is there is the one we sent.
Result<bool> IsOurs(const store::ReadableStore& store, const std::string& key,
                    const std::string& transaction_id) {
  URSA_TRY(const std::vector<Action> actions, ReadCommit(store, key));
  for (const Action& action : actions) {
    if (const auto* info = std::get_if<CommitInfo>(&action)) {
      const auto json = nlohmann::json::parse(info->json, nullptr, false);
      return json.is_object() && json.value("txnId", nlohmann::json()) == transaction_id;
    }
  }
  return false;
}

}  // namespace

Result<CommitOutcome> PutCommit(store::ObjectStore& store, const std::string& table_path,
                                int64_t version, const std::vector<Action>& actions,
                                const std::string& transaction_id) {
  const std::string key = CommitKey(table_path, version);
  const auto put = store.Put(key, SerializeCommit(actions), store::PutCondition::kIfAbsent);
  if (put) {
    return CommitOutcome::kCommitted;
  }
  if (put.error().code != ErrorCode::kAlreadyExists &&
      put.error().code != ErrorCode::kUnknownOutcome) {
    return Propagate(put.error(), "committing version " + std::to_string(version));
  }
  // On NFS a link that succeeded can be reported as lost, so the entry itself decides both cases.
  const auto ours = IsOurs(store, key, transaction_id);
  if (!ours) {
    return Fail(ErrorCode::kUnknownOutcome,
                "it is not known whether version " + std::to_string(version) + " of " +
                    table_path + " was committed (" + put.error().ToString() + "; " +
                    ours.error().ToString() + "); run the command again: it finds out");
  }
  return *ours ? CommitOutcome::kCommitted : CommitOutcome::kLost;
}

}  // namespace ursa::delta
