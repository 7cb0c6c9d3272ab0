#include "delta/table_property.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "delta/checkpoint.h"
#include "delta/commit.h"
#include "delta/lost_races.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Action> ActionsOf(const Snapshot& snapshot, const std::string& name,
                              const std::optional<std::string>& value,
                              const PropertyOptions& options, const std::string& transaction_id) {
  Metadata metadata = snapshot.metadata;
  CommitDescription description{value ? "SET TBLPROPERTIES" : "UNSET TBLPROPERTIES",
                                snapshot.version, options.engine_info, transaction_id,
                                options.clock.Now()};
  if (value) {
    metadata.configuration[name] = *value;
    description.parameters = Json{{"properties", Json{{name, *value}}.dump()}}.dump();
  } else {
    metadata.configuration.erase(name);
    description.parameters =
        Json{{"properties", Json::array({name}).dump()}, {"ifExists", "true"}}.dump();
  }
  return {DescribeCommit(description), std::move(metadata)};
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
  LostRaces races(options.timeout, options.clock, options.random, options.stop);
  while (!IsSo(*snapshot, name, value)) {
    URSA_CHECK(CheckWritable(*snapshot, false));
    const std::string transaction_id = MakeUuid(options.random);
    URSA_TRY(const CommitOutcome outcome,
             PutCommit(store, snapshot->table_path, snapshot->version + 1,
                       ActionsOf(*snapshot, name, value, options, transaction_id), transaction_id,
                       races.Patience()));
    if (outcome == CommitOutcome::kLost) {
      URSA_CHECK(races.Wait(snapshot->table_path));
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
