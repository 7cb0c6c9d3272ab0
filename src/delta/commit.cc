// The put of an entry is the one moment at which a change of a table happens, and the one call
// whose failure does not say whether it did: store/put_if_absent.cc settles it, by the entry's
// txnId. Where it can't, the command ends, its data files stay, and the same plan applied again
// finds its txn in the table, or does the work anew; either way it is done once (catalog.md section
// 3, "Unknown outcomes" and "Idempotence"). The txnId is fresh for every try of a merge, and one of
// unknown outcome is its last, so that one id is all there is to compare with.
//
// Before it the entry of the version before is looked for, as a put makes the directories that it
// needs.

#include "delta/commit.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "delta/json_text.h"
#include "delta/log_listing.h"

namespace ursa::delta {
namespace {

// What a commit must not hold twice.
class UniqueActions {
 public:
  Result<void> Take(const Action& action) {
    if (std::holds_alternative<CommitInfo>(action)) {
      return Once("commitInfo", "");
    }
    if (std::holds_alternative<Protocol>(action)) {
      return Once("protocol", "");
    }
    if (std::holds_alternative<Metadata>(action)) {
      return Once("metaData", "");
    }
    if (const auto* transaction = std::get_if<Transaction>(&action)) {
      return Once("txn of ", transaction->app_id);
    }
    if (const auto* remove = std::get_if<RemoveFile>(&action)) {
      return Once("action on the file ", remove->path);
    }
    return Once("action on the file ", std::get<AddFile>(action).path);
  }

 private:
  Result<void> Once(const std::string& kind, const std::string& which) {
    if (!seen_.insert(kind + which).second) {
      return Fail(ErrorCode::kInvalid, "it holds more than one " + kind + which);
    }
    return {};
  }

  std::set<std::string> seen_;
};

bool HasTransactionId(const std::string& commit_info, const std::string& transaction_id) {
  const auto json = nlohmann::json::parse(commit_info, nullptr, false);
  const auto* id = json.is_object() ? FindMember(json, "txnId") : nullptr;
  return id != nullptr && *id == transaction_id;
}

// The duties of a writer (delta-format.md section 3), and what settling relies on.
Result<void> CheckCommit(const std::vector<Action>& actions, const std::string& transaction_id) {
  UniqueActions unique;
  bool identified = false;
  for (const Action& action : actions) {
    URSA_CHECK(unique.Take(action));
    const auto* info = std::get_if<CommitInfo>(&action);
    identified = identified || (info != nullptr && HasTransactionId(info->json, transaction_id));
  }
  if (!identified || transaction_id.empty()) {
    return Fail(ErrorCode::kInvalid, "its commitInfo does not carry the txnId " + transaction_id);
  }
  return {};
}

// Whether the entry that is there is the one we sent. An entry with a damaged commitInfo is not.
Result<bool> IsOurs(const store::ReadableStore& store, const std::string& key,
                    const std::string& transaction_id) {
  URSA_TRY(const store::Object entry, store.Get(key));
  const auto commit_info = FindCommitInfo(entry.bytes);
  return commit_info.has_value() && HasTransactionId(*commit_info, transaction_id);
}

// A directory that vanished (unmounted, moved) would be made anew by the put, with this entry alone
// in it: a commit that nobody finds. An entry that was cleaned up has left a checkpoint.
Result<void> CheckLogIsThere(const store::ObjectStore& store, const std::string& table_path,
                             int64_t version) {
  if (version == 0) {
    return {};
  }
  const auto previous = store.Head(CommitKey(table_path, version - 1));
  if (previous || previous.error().code != ErrorCode::kNotFound) {
    return previous ? Result<void>() : Propagate(previous.error());
  }
  URSA_TRY(const store::ListPage checkpoint,
           store.List(LogPrefix(table_path) + VersionDigits(version - 1) + ".checkpoint.", {}));
  if (checkpoint.objects.empty()) {
    return Fail(ErrorCode::kUnavailable, "the table's log is gone: version " +
                                             std::to_string(version - 1) +
                                             " is not there any more; nothing was committed");
  }
  return {};
}

}  // namespace

int64_t LogTime(TimeNs time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

CommitInfo DescribeCommit(const CommitDescription& description) {
  using Json = nlohmann::ordered_json;
  Json info{{"timestamp", LogTime(description.now)},
            {"operation", description.operation},
            {"operationParameters", Json::parse(description.parameters)}};
  if (description.read_version) {
    info["readVersion"] = *description.read_version;
  }
  info["isBlindAppend"] = !description.read_version;
  info["isolationLevel"] = "Serializable";
  info["engineInfo"] = description.engine_info;
  info["txnId"] = description.transaction_id;
  info.update(Json::parse(description.more));
  return {info.dump()};
}

Result<CommitOutcome> PutCommit(store::ObjectStore& store, const std::string& table_path,
                                int64_t version, const std::vector<Action>& actions,
                                const std::string& transaction_id,
                                const std::optional<store::Patience>& patience) {
  const std::string what = "committing version " + std::to_string(version) + " of " + table_path;
  if (version < 0 || version > kVersionMax) {
    return Propagate(Error{ErrorCode::kInvalid, "there is no such version", {}, {}}, what);
  }
  URSA_CHECK_CONTEXT(CheckCommit(actions, transaction_id), what);
  URSA_CHECK_CONTEXT(CheckLogIsThere(store, table_path, version), what);
  const std::string key = CommitKey(table_path, version);
  const auto put = store::PutIfAbsent(
      store, key, SerializeCommit(actions), [&] { return IsOurs(store, key, transaction_id); },
      patience);
  if (put) {
    return *put == store::PutOutcome::kDone ? CommitOutcome::kCommitted : CommitOutcome::kLost;
  }
  if (put.error().code != ErrorCode::kUnknownOutcome) {
    return Propagate(put.error(), what);
  }
  return Fail(ErrorCode::kUnknownOutcome, "it is not known whether version " +
                                              std::to_string(version) + " of " + table_path +
                                              " was committed (" + put.error().ToString() +
                                              "); run the command again: it finds out");
}

std::string CommitKey(const std::string& table_path, int64_t version) {
  return LogPrefix(table_path) + VersionDigits(version) + ".json";
}

Result<std::string> FindCommitInfo(std::string_view entry) {
  for (size_t number = 1; !entry.empty(); ++number) {
    const size_t end = std::min(entry.find('\n'), entry.size());
    const std::string_view line = entry.substr(0, end);
    entry.remove_prefix(std::min(end + 1, entry.size()));
    if (line.find("\"commitInfo\"") == std::string_view::npos) {
      continue;
    }
    const std::string where = "line " + std::to_string(number);
    URSA_TRY_CONTEXT(const nlohmann::json json, ParseJson(line), where);
    const auto* info = json.is_object() ? FindMember(json, "commitInfo") : nullptr;
    if (info != nullptr && !info->is_object()) {
      return Propagate(Error{ErrorCode::kCorrupt, "commitInfo is no object", {}, {}}, where);
    }
    if (info != nullptr) {
      return info->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
  }
  return "{}";
}

}  // namespace ursa::delta
