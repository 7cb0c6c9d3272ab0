#include "plan/runs_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "delta/scan.h"
#include "plan/plan.h"
#include "plan/rollback.h"
#include "plan/runs.h"

namespace ursa::plan {
namespace {

using Json = nlohmann::ordered_json;
using delta::Value;

Value TextOrNull(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }

Value TimeOf(const std::string& text, TimeUs otherwise) {
  const auto time =
      delta::ValueFromJson(delta::Type(delta::TypeKind::kTimestamp), nlohmann::json(text));
  return time ? *time : Value(otherwise);
}

// The row of one plan, from the commits that it has.
class RunRow {
 public:
  explicit RunRow(std::string run_id) : run_id_(std::move(run_id)) {}

  void Add(const std::string& table, const RunCommit& commit) {
    tables_[table] = commit.version;
    rows_changed_ += commit.rows_changed;
    if (!newest_ || commit.timestamp_ms >= newest_->timestamp_ms) {
      newest_ = commit;
    }
  }

  [[nodiscard]] bool HasCommit() const { return newest_.has_value(); }

  // Where the log has the commits no more, its last snapshot stands in for them.
  void StandIn(const RollbackSummary& summary) {
    RunCommit commit;
    commit.timestamp_ms = std::chrono::floor<std::chrono::milliseconds>(summary.last_modified)
                              .time_since_epoch()
                              .count();
    commit.command = summary.command;
    commit.plan_digest = summary.plan_digest;
    commit.started_at = summary.created_at;
    commit.engine_info = summary.tool;
    commit.rollback_key = summary.key;
    for (const auto& [table, count] : summary.changes_of) {
      rows_changed_ += count;
    }
    newest_ = std::move(commit);
  }

  [[nodiscard]] catalog::NamedRow Row(const catalog::Catalog& catalog, bool finished) const {
    const RunCommit& commit = *newest_;
    const TimeUs committed_at{std::chrono::milliseconds{commit.timestamp_ms}};
    const std::string uri = catalog.Assets().Uri() + "/" + commit.rollback_key;
    return {{"run_id", run_id_},
            {"command", commit.command},
            {"plan_digest", commit.plan_digest},
            {"actor", TextOrNull(commit.actor)},
            {"host", TextOrNull(commit.host)},
            {"version", commit.engine_info.substr(commit.engine_info.find('/') + 1)},
            {"started_at", TimeOf(commit.started_at, committed_at)},
            {"committed_at", Value(committed_at)},
            {"rows_changed", static_cast<int64_t>(rows_changed_)},
            {"tables", Json(tables_).dump()},
            {"rollback_uri", uri},
            {"summary", Json{{"finished", finished}}.dump()}};
  }

 private:
  const std::string run_id_;
  std::map<std::string, int64_t> tables_;
  uint64_t rows_changed_ = 0;
  std::optional<RunCommit> newest_;
};

// The txn that a row's commit carries; its version says whether the run is in all its tables.
std::string RecordedAs(const std::string& plan_id) { return "recorded/" + plan_id; }
constexpr int64_t kRecordedInPart = 1;
constexpr int64_t kRecordedWhole = 2;

// A run writes its row right after its commits: one that has none after this time is dead.
constexpr std::chrono::milliseconds kPatience = std::chrono::minutes{1};

using Tables = std::map<std::string, delta::SnapshotPtr>;

int64_t RecordedVersion(const Tables& tables, const std::string& plan_id) {
  const auto table = tables.find(std::string(catalog::kMaintenanceRuns));
  if (table == tables.end()) {
    return 0;
  }
  const auto transaction = table->second->transactions.find(RecordedAs(plan_id));
  return transaction == table->second->transactions.end() ? 0 : transaction->second.version;
}

// The appIds in the tables that plans change of which `wanted` is true.
std::set<std::string> SelectIds(const Tables& tables,
                                const std::function<bool(const delta::Transaction&)>& wanted) {
  std::set<std::string> ids;
  for (const auto& [name, snapshot] : tables) {
    if (name == catalog::kMaintenanceRuns) {
      continue;
    }
    for (const auto& [id, transaction] : snapshot->transactions) {
      if (wanted(transaction)) {
        ids.insert(id);
      }
    }
  }
  return ids;
}

// The row of a plan from its commits; none where no table has one.
Result<std::optional<catalog::NamedRow>> MakeRow(const catalog::Catalog& catalog,
                                                 const Tables& tables, const std::string& plan_id,
                                                 const std::map<std::string, int64_t>& versions,
                                                 bool finished) {
  RunRow row(plan_id);
  bool is_committed = false;
  for (const auto& [name, snapshot] : tables) {
    if (!snapshot->transactions.contains(plan_id)) {
      continue;
    }
    is_committed = true;
    const auto version = versions.find(name);
    URSA_TRY(
        const auto commit,
        FindRunCommit(catalog, name, plan_id,
                      version == versions.end() ? std::nullopt : std::optional(version->second)));
    if (commit) {
      row.Add(name, *commit);
    }
  }
  if (!is_committed) {
    return std::optional<catalog::NamedRow>();
  }
  if (!row.HasCommit()) {
    URSA_TRY(const auto rollbacks, ListRollbacks(catalog));
    const auto snapshots = rollbacks.find(plan_id);
    if (snapshots == rollbacks.end()) {
      return std::optional<catalog::NamedRow>();  // an appId of another program
    }
    URSA_TRY(const RollbackSummary summary,
             DescribeRollback(catalog.Assets(), snapshots->second.back()));
    row.StandIn(summary);
  }
  return std::optional(row.Row(catalog, finished));
}

std::optional<std::string> TextOrNone(const delta::RowBatch& batch, size_t column, size_t row) {
  return batch.IsNull(column, row) ? std::nullopt
                                   : std::optional(std::string(batch.String(column, row)));
}

// A row as ReadRecordedRuns asks for it.
RecordedRun ReadRow(const delta::RowBatch& batch, size_t row) {
  const auto summary = nlohmann::json::parse(batch.String(1, row), nullptr, false);
  RecordedRun run;
  run.finished = summary.is_object() && summary.value("finished", nlohmann::json()) == true;
  run.rollback_uri = batch.String(2, row);
  run.actor = TextOrNone(batch, 3, row);
  run.host = TextOrNone(batch, 4, row);
  run.committed_at = TimeUs{Microseconds{batch.Long(5, row)}};
  run.rows_changed = batch.Long(6, row);
  run.command = batch.String(7, row);
  run.version = batch.String(8, row);
  run.started_at = TimeUs{Microseconds{batch.Long(9, row)}};
  const auto tables = nlohmann::json::parse(batch.String(10, row), nullptr, false);
  if (tables.is_object()) {
    for (const auto& [table, version] : tables.items()) {
      run.tables.push_back(table);
    }
  }
  return run;
}

// What a file of the table that is cut, gone or another's gives: no reason to know nothing of runs,
// for the table is a copy.
bool IsDamage(const Error& error) {
  return error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kNotFound ||
         error.code == ErrorCode::kUnsupported;
}

// Registers rows of runs. Where the table is damaged the error says what to do.
Result<void> RegisterRuns(catalog::Writer& writer, const std::vector<catalog::NamedRow>& rows,
                          catalog::OnConflict on_conflict,
                          std::vector<delta::Transaction> transactions) {
  auto registered = writer.Register(*catalog::FindTable(catalog::kMaintenanceRuns), rows,
                                    on_conflict, std::move(transactions));
  if (registered) {
    return {};
  }
  Error error = std::move(registered).error();
  if (IsDamage(error)) {
    error.message += fmt::format(
        "; the run itself is committed, and this table is only a copy for other engines: move {} "
        "away, and the next commit makes it anew",
        writer.Tables().TablePath(catalog::kMaintenanceRuns));
  }
  return Propagate(std::move(error));
}

}  // namespace

Result<delta::SnapshotPtr> LoadRunsTable(const catalog::Catalog& catalog) {
  auto table = catalog.TableIfAny(catalog::kMaintenanceRuns);
  return !table && IsDamage(table.error()) ? delta::SnapshotPtr() : table;
}

Result<std::map<std::string, RecordedRun>> ReadRecordedRuns(const catalog::Catalog& catalog) {
  std::map<std::string, RecordedRun> recorded;
  URSA_TRY(const delta::SnapshotPtr table, LoadRunsTable(catalog));
  if (table == nullptr) {
    return recorded;
  }
  const delta::ScanOptions scan{
      {"run_id", "summary", "rollback_uri", "actor", "host", "committed_at", "rows_changed",
       "command", "version", "started_at", "tables"},
      {},
      1,
      {}};
  auto scanned = delta::Scan(catalog.Assets(), *table, scan,
                             [&](const delta::RowBatch& batch) -> Result<void> {
                               for (size_t row = 0; row < batch.RowCount(); ++row) {
                                 recorded[std::string(batch.String(0, row))] = ReadRow(batch, row);
                               }
                               return {};
                             });
  if (!scanned && !IsDamage(scanned.error())) {
    return Propagate(std::move(scanned).error());
  }
  return recorded;
}

Result<std::optional<std::string>> RecordedRollbackKey(const catalog::Catalog& catalog,
                                                       const std::string& run_id) {
  URSA_TRY(const auto recorded, ReadRecordedRuns(catalog));
  const auto row = recorded.find(run_id);
  if (row == recorded.end() || row->second.rollback_uri.empty()) {
    return std::optional<std::string>();
  }
  const std::string& uri = row->second.rollback_uri;
  return std::optional(catalog.Prefix() + "/_rollback/" + uri.substr(uri.rfind('/') + 1));
}

namespace {

// Gives runs that died before their row one; what is there by now stays, as whoever wrote it knows
// better.
Result<void> RecordDeadRuns(catalog::Writer& writer, const Tables& tables) {
  const catalog::Catalog& catalog = writer.Tables();
  const TimeNs before = writer.Context().clock.Now() - kPatience;
  const int64_t before_ms =
      std::chrono::floor<std::chrono::milliseconds>(before).time_since_epoch().count();
  const auto unrecorded = SelectIds(tables, [&](const delta::Transaction& transaction) {
    return transaction.last_updated_ms.value_or(0) < before_ms &&
           RecordedVersion(tables, transaction.app_id) == 0;
  });
  if (unrecorded.empty()) {
    return {};
  }
  URSA_TRY(const auto rollbacks, ListRollbacks(catalog));
  std::vector<catalog::NamedRow> rows;
  std::vector<delta::Transaction> transactions;
  for (const std::string& plan_id : unrecorded) {
    const auto snapshots = rollbacks.find(plan_id);
    if (snapshots == rollbacks.end()) {
      continue;
    }
    URSA_TRY(const RollbackSummary summary,
             DescribeRollback(catalog.Assets(), snapshots->second.back()));
    const bool whole =
        StateOfPlan(plan_id, summary.changes_of, tables) != RunState::kPartlyCommitted;
    URSA_TRY(auto row, MakeRow(catalog, tables, plan_id, {}, whole));
    if (row) {
      rows.push_back(std::move(*row));
      transactions.push_back(
          {RecordedAs(plan_id), whole ? kRecordedWhole : kRecordedInPart, std::nullopt});
    }
  }
  if (!rows.empty()) {
    URSA_CHECK(RegisterRuns(writer, rows, catalog::OnConflict::kSkip, std::move(transactions)));
  }
  return {};
}

}  // namespace

std::set<std::string> NotKnownAsWhole(const Tables& tables) {
  return SelectIds(tables, [&](const delta::Transaction& transaction) {
    return transaction.version == kRunApplied &&
           RecordedVersion(tables, transaction.app_id) != kRecordedWhole;
  });
}

Result<void> CompleteRunsTable(catalog::Writer& writer, const Plan& plan,
                               const std::map<std::string, int64_t>& committed) {
  const catalog::Catalog& catalog = writer.Tables();
  URSA_TRY(const auto tables, LoadTables(catalog));
  if (RecordedVersion(tables, plan.RunId()) != kRecordedWhole) {
    URSA_TRY(auto row, MakeRow(catalog, tables, plan.RunId(), committed, true));
    if (row) {
      std::vector<delta::Transaction> transactions{
          {RecordedAs(plan.RunId()), kRecordedWhole, std::nullopt}};
      for (const auto& [part, version] : plan.Header().marks) {
        if (version == kRunApplied) {
          transactions.push_back({RecordedAs(part), kRecordedWhole, std::nullopt});
        }
      }
      URSA_CHECK(RegisterRuns(writer, {std::move(*row)}, catalog::OnConflict::kOverwrite,
                              std::move(transactions)));
    }
  }
  return RecordDeadRuns(writer, tables);
}

}  // namespace ursa::plan
