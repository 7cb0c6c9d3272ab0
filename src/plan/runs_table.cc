#include "plan/runs_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

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

  // `summary` is of its last snapshot, and stands in where the log has the commits no more.
  [[nodiscard]] catalog::NamedRow Row(const catalog::Catalog& catalog,
                                      const RollbackSummary& summary, bool finished) const {
    RunCommit commit = newest_.value_or(RunCommit{});
    const TimeUs saved_at = std::chrono::floor<Microseconds>(summary.last_modified);
    const TimeUs committed_at =
        newest_ ? TimeUs{std::chrono::milliseconds{commit.timestamp_ms}} : saved_at;
    if (!newest_) {
      commit.command = summary.command;
      commit.plan_digest = summary.plan_digest;
      commit.started_at = summary.created_at;
      commit.engine_info = summary.tool;
      commit.rollback_key = summary.key;
      for (const auto& [table, count] : summary.changes_of) {
        commit.rows_changed += count;
      }
    }
    const std::string uri = catalog.Assets().Uri() + "/" + commit.rollback_key;
    return {{"run_id", run_id_},
            {"command", commit.command},
            {"plan_digest", commit.plan_digest},
            {"actor", TextOrNull(commit.actor)},
            {"host", TextOrNull(commit.host)},
            {"version", commit.engine_info.substr(commit.engine_info.find('/') + 1)},
            {"started_at", TimeOf(commit.started_at, saved_at)},
            {"committed_at", Value(committed_at)},
            {"rows_changed", static_cast<int64_t>(newest_ ? rows_changed_ : commit.rows_changed)},
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

// The plans that have a txn and no row, or the wrong one.
std::vector<std::string> MissingRuns(
    const std::map<std::string, std::vector<store::ObjectInfo>>& rollbacks,
    const std::map<std::string, delta::SnapshotPtr>& tables,
    const std::map<std::string, RecordedRun>& recorded, const std::string& finished) {
  std::vector<std::string> missing;
  for (const auto& [plan_id, snapshots] : rollbacks) {
    const auto row = recorded.find(plan_id);
    const bool is_recorded = row != recorded.end() && (plan_id != finished || row->second.finished);
    const bool is_committed = std::any_of(tables.begin(), tables.end(), [&](const auto& table) {
      return table.second->transactions.contains(plan_id);
    });
    if (!is_recorded && is_committed) {
      missing.push_back(plan_id);
    }
  }
  return missing;
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

}  // namespace

Result<std::map<std::string, RecordedRun>> ReadRecordedRuns(const catalog::Catalog& catalog) {
  std::map<std::string, RecordedRun> recorded;
  const auto table = catalog.Table(catalog::kMaintenanceRuns);
  if (!table && table.error().code == ErrorCode::kNotFound) {
    return recorded;
  }
  if (!table) {
    return Propagate(table.error());
  }
  const delta::ScanOptions scan{
      {"run_id", "summary", "rollback_uri", "actor", "host", "committed_at", "rows_changed",
       "command", "version", "started_at", "tables"},
      {},
      1,
      {}};
  URSA_CHECK(delta::Scan(catalog.Assets(), **table, scan,
                         [&](const delta::RowBatch& batch) -> Result<void> {
                           for (size_t row = 0; row < batch.RowCount(); ++row) {
                             recorded[std::string(batch.String(0, row))] = ReadRow(batch, row);
                           }
                           return {};
                         }));
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

Result<void> CompleteRunsTable(catalog::Writer& writer, const std::string& finished) {
  const catalog::Catalog& catalog = writer.Tables();
  URSA_TRY(const auto rollbacks, ListRollbacks(catalog));
  URSA_TRY(const auto tables, LoadTables(catalog));
  URSA_TRY(const auto recorded, ReadRecordedRuns(catalog));
  // Another run may be writing its own row right now, and knows better.
  std::vector<catalog::NamedRow> own;
  std::vector<catalog::NamedRow> others;
  for (const std::string& plan_id : MissingRuns(rollbacks, tables, recorded, finished)) {
    RunRow row(plan_id);
    for (const auto& [name, snapshot] : tables) {
      if (snapshot->transactions.contains(plan_id)) {
        URSA_TRY(const auto commit, FindRunCommit(catalog, name, plan_id));
        if (commit) {
          row.Add(name, *commit);
        }
      }
    }
    URSA_TRY(const RollbackSummary summary,
             DescribeRollback(catalog.Assets(), rollbacks.at(plan_id).back()));
    (plan_id == finished ? own : others).push_back(row.Row(catalog, summary, plan_id == finished));
  }
  const catalog::TableDefinition& table = *catalog::FindTable(catalog::kMaintenanceRuns);
  if (!others.empty()) {
    URSA_CHECK(writer.Register(table, others, catalog::OnConflict::kSkip));
  }
  if (!own.empty()) {
    URSA_CHECK(writer.Register(table, own, catalog::OnConflict::kOverwrite));
  }
  return {};
}

}  // namespace ursa::plan
