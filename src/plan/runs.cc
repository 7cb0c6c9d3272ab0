#include "plan/runs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "plan/plan_reader.h"

namespace ursa::plan {
namespace {

constexpr std::string_view kSuffix = ".jsonl";
// A plan's first and last line are short; changes lie between.
constexpr uint64_t kLineWindowBytes = uint64_t{64} << 10;
// How far back a table's log is searched for the commit of a run.
constexpr size_t kHistoryMax = 1'000'000;

std::string RollbackPrefix(const catalog::Catalog& catalog) {
  return catalog.Prefix() + "/_rollback/";
}

// "<run_id>.jsonl", "<run_id>-2.jsonl" -> run_id; none for any other name.
std::optional<std::string> RunIdOf(std::string_view name) {
  if (!name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  name.remove_suffix(kSuffix.size());
  return std::string(name.substr(0, name.find('-')));
}

nlohmann::json FirstLine(std::string_view bytes) {
  return nlohmann::json::parse(bytes.substr(0, bytes.find('\n')), nullptr, false);
}

nlohmann::json LastLine(std::string_view bytes) {
  if (bytes.ends_with('\n')) {
    bytes.remove_suffix(1);
  }
  const size_t start = bytes.rfind('\n');
  return nlohmann::json::parse(start == std::string_view::npos ? bytes : bytes.substr(start + 1),
                               nullptr, false);
}

std::string TextOf(const nlohmann::json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

// Fills in what the snapshot's first and last line say. A damaged one says less; the run is listed
// all the same, and reading it whole will refuse it.
Result<void> Describe(const store::ReadableStore& assets, const store::ObjectInfo& object,
                      Run& run) {
  URSA_TRY(const store::Object head,
           assets.Get(object.key, store::ByteRange::From(0, kLineWindowBytes)));
  URSA_TRY(const store::Object tail, assets.Get(object.key, store::ByteRange::Last(kLineWindowBytes)));
  const nlohmann::json header = FirstLine(head.bytes);
  const nlohmann::json digest = LastLine(tail.bytes);
  if (header.is_object()) {
    run.command = TextOf(header, "command");
    run.tool = TextOf(header, "tool");
    run.created_at = TextOf(header, "created_at");
    if (const auto tables = header.find("tables"); tables != header.end() && tables->is_object()) {
      run.tables.clear();
      for (const auto& [name, base] : tables->items()) {
        run.tables.push_back(name);
      }
    }
  }
  if (digest.is_object()) {
    const auto changes = digest.find("changes");
    run.changes = changes != digest.end() && changes->is_number_unsigned()
                      ? changes->get<uint64_t>()
                      : 0;
  }
  run.rollback_keys.push_back(object.key);
  return {};
}

// The newest snapshot of every table that the runs name; tables that are gone are left out.
Result<std::map<std::string, delta::SnapshotPtr>> LoadTables(const catalog::Catalog& catalog,
                                                             const std::set<std::string>& names) {
  std::map<std::string, delta::SnapshotPtr> tables;
  for (const std::string& name : names) {
    auto snapshot = catalog.Table(name);
    if (!snapshot && snapshot.error().code != ErrorCode::kNotFound) {
      return Propagate(std::move(snapshot).error());
    }
    if (snapshot) {
      tables.emplace(name, std::move(*snapshot));
    }
  }
  return tables;
}

RunState StateOf(const Run& run, const std::map<std::string, delta::SnapshotPtr>& tables) {
  RunState state = RunState::kNotCommitted;
  for (const std::string& name : run.tables) {
    const auto table = tables.find(name);
    if (table == tables.end()) {
      continue;
    }
    const auto transaction = table->second->transactions.find(run.run_id);
    if (transaction == table->second->transactions.end()) {
      continue;
    }
    if (transaction->second.version == kRunUndone) {
      return RunState::kUndone;
    }
    state = RunState::kCommitted;
  }
  return state;
}

// The rollback snapshot that the table's commit of this run names.
Result<std::optional<std::string>> CommittedSnapshot(const catalog::Catalog& catalog,
                                                     const std::string& table,
                                                     const std::string& run_id) {
  URSA_TRY(const auto history,
           delta::ReadHistory(catalog.Assets(), catalog.TablePath(table), kHistoryMax));
  for (const delta::HistoryEntry& entry : history) {
    const auto info = nlohmann::json::parse(entry.commit_info, nullptr, false);
    const auto ours = info.is_object() ? info.find("ursa") : info.end();
    if (!info.is_object() || ours == info.end() || !ours->is_object() ||
        TextOf(*ours, "run_id") != run_id) {
      continue;
    }
    const std::string uri = TextOf(*ours, "rollback_uri");
    const size_t name = uri.rfind('/');
    return std::optional(RollbackPrefix(catalog) +
                         (name == std::string::npos ? uri : uri.substr(name + 1)));
  }
  return std::optional<std::string>();
}

Result<Plan> ReadSnapshotPlan(const catalog::Catalog& catalog, const std::string& key,
                              const SpoolOptions& spool) {
  URSA_TRY_CONTEXT(const store::Object object, catalog.Assets().Get(key),
                   "reading the rollback snapshot");
  PlanReader reader(key, spool);
  URSA_CHECK(reader.Take(object.bytes));
  return std::move(reader).Finish();
}

}  // namespace

std::string_view RunStateName(RunState state) {
  switch (state) {
    case RunState::kCommitted:
      return "committed";
    case RunState::kUndone:
      return "undone";
    case RunState::kNotCommitted:
      return "not_committed";
  }
  return "";
}

Result<std::vector<Run>> ListRuns(const catalog::Catalog& catalog) {
  const std::string prefix = RollbackPrefix(catalog);
  URSA_TRY_CONTEXT(const auto objects, ListAll(catalog.Assets(), prefix), "listing the runs");
  std::map<std::string, Run> by_id;
  std::set<std::string> table_names;
  for (const store::ObjectInfo& object : objects) {
    const auto run_id = RunIdOf(std::string_view(object.key).substr(prefix.size()));
    if (!run_id) {
      continue;
    }
    Run& run = by_id[*run_id];
    run.run_id = *run_id;
    URSA_CHECK(Describe(catalog.Assets(), object, run));
    table_names.insert(run.tables.begin(), run.tables.end());
  }
  URSA_TRY(const auto tables, LoadTables(catalog, table_names));
  std::vector<Run> runs;
  for (auto& [run_id, run] : by_id) {
    run.state = StateOf(run, tables);
    runs.push_back(std::move(run));
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const Run& a, const Run& b) { return a.created_at > b.created_at; });
  return runs;
}

Result<std::vector<Plan>> ReadCommittedPlans(const catalog::Catalog& catalog,
                                             const std::string& run_id,
                                             const SpoolOptions& spool) {
  URSA_TRY(const std::vector<Run> runs, ListRuns(catalog));
  const auto run = std::find_if(runs.begin(), runs.end(),
                                [&](const Run& candidate) { return candidate.run_id == run_id; });
  if (run == runs.end()) {
    return Fail(ErrorCode::kUsage, "no run has the id " + run_id + "; `ursa runs` lists them");
  }
  std::vector<Plan> plans;
  for (const std::string& table : run->tables) {
    URSA_TRY(const auto key, CommittedSnapshot(catalog, table, run_id));
    if (key) {
      URSA_TRY(Plan plan, ReadSnapshotPlan(catalog, *key, spool));
      plans.push_back(std::move(plan));
    }
  }
  if (plans.empty()) {
    return Fail(ErrorCode::kUsage,
                "the run " + run_id + " never committed: there is nothing to undo");
  }
  return plans;
}

}  // namespace ursa::plan
