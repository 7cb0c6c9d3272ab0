#include "delta/table_property.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "delta/checkpoint.h"
#include "delta/commit.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::ordered_json;

constexpr Nanoseconds kFirstWait = std::chrono::milliseconds{4};
constexpr Nanoseconds kLongestWait = std::chrono::seconds{1};

std::vector<Action> ActionsOf(const Snapshot& snapshot, const std::string& name,
                              const std::optional<std::string>& value,
                              const PropertyOptions& options, const std::string& transaction_id) {
  Metadata metadata = snapshot.metadata;
  Json parameters;
  if (value) {
    metadata.configuration[name] = *value;
    parameters = {{"properties", Json{{name, *value}}.dump()}};
  } else {
    metadata.configuration.erase(name);
    parameters = {{"properties", Json::array({name}).dump()}, {"ifExists", "true"}};
  }
  const Json info{{"timestamp", std::chrono::floor<std::chrono::milliseconds>(options.clock.Now())
                                    .time_since_epoch()
                                    .count()},
                  {"operation", value ? "SET TBLPROPERTIES" : "UNSET TBLPROPERTIES"},
                  {"operationParameters", std::move(parameters)},
                  {"readVersion", snapshot.version},
                  {"isBlindAppend", false},
                  {"isolationLevel", "Serializable"},
                  {"engineInfo", options.engine_info},
                  {"txnId", transaction_id}};
  return {CommitInfo{info.dump()}, std::move(metadata)};
}

bool IsSo(const Snapshot& snapshot, const std::string& name,
          const std::optional<std::string>& value) {
  const auto found = snapshot.metadata.configuration.find(name);
  return found == snapshot.metadata.configuration.end() ? !value : value == found->second;
}

}  // namespace

Result<SnapshotPtr> SetProperty(store::ObjectStore& store, SnapshotPtr snapshot,
                                const std::string& name, const std::optional<std::string>& value,
                                const PropertyOptions& options) {
  const Nanoseconds deadline = options.clock.Steady() + options.timeout;
  Nanoseconds wait = kFirstWait;
  while (!IsSo(*snapshot, name, value)) {
    URSA_CHECK(CheckWritable(*snapshot, false));
    const std::string transaction_id = MakeUuid(options.random);
    URSA_TRY(const CommitOutcome outcome,
             PutCommit(store, snapshot->table_path, snapshot->version + 1,
                       ActionsOf(*snapshot, name, value, options, transaction_id), transaction_id,
                       store::Patience{deadline, options.stop, options.clock, options.random}));
    if (outcome == CommitOutcome::kLost) {
      if (options.clock.Steady() >= deadline) {
        return Fail(ErrorCode::kConflict, "other writers were faster within the time limit: " +
                                              snapshot->table_path + " is as it was");
      }
      const auto part = options.random.Next() % static_cast<uint64_t>(wait.count());
      options.clock.Sleep(Nanoseconds{static_cast<int64_t>(part)}, options.stop);
      wait = std::min(wait * 2, kLongestWait);
      if (options.stop.stop_requested()) {
        return Fail(ErrorCode::kInterrupted, "interrupted before the commit");
      }
    }
    const int64_t ours = snapshot->version + 1;
    URSA_TRY(snapshot, UpdateSnapshot(store, snapshot));
    if (outcome == CommitOutcome::kCommitted && snapshot->version == ours &&
        WantsCheckpoint(snapshot->metadata, ours)) {
      // The commit holds without it; the next one in turn makes up for it.
      (void)WriteCheckpoint(store, *snapshot, options.clock.Now());
    }
  }
  return snapshot;
}

}  // namespace ursa::delta
