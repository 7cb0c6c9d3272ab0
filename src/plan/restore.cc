#include "plan/restore.h"

#include <algorithm>
#include <unordered_map>

#include "delta/merge.h"
#include "delta/scan.h"
#include "plan/runs.h"

namespace ursa::plan {
namespace {

// What the newest snapshot has for the row of a change.
struct Found {
  bool exists = false;
  std::vector<bool> has_before;  // of each changed column of an update
  std::vector<bool> has_after;
  bool is_row = false;  // of an insert or delete: the row has all values stated
};

// Compares the table's rows with a plan's changes in it.
class RowComparer {
 public:
  RowComparer(const Plan& plan, const catalog::TableDefinition& table)
      : plan_(plan), table_(table), changes_(plan.ChangesOf(table.name)), found_(changes_.size()) {
    for (size_t i = 0; i < changes_.size(); ++i) {
      by_key_.emplace(plan.EncodedKey(changes_[i]), i);
    }
  }

  Result<void> Read(const RestoreContext& context, const delta::Snapshot& snapshot) {
    delta::ScanOptions scan;
    scan.columns = table_.key_columns;
    for (const std::string& column : plan_.ColumnsOf(table_.name)) {
      scan.columns.push_back(column);
    }
    scan.jobs = context.jobs;
    scan.stop = context.stop;
    delta::FileFilter filter{table_.locator_column, {}};
    for (const size_t change : changes_) {
      filter.values.push_back(plan_.Locator(change));
    }
    scan.filters.push_back(std::move(filter));
    return delta::Scan(context.catalog.Assets(), snapshot, scan,
                       [&](const delta::RowBatch& batch) { return Take(batch); });
  }

  [[nodiscard]] const Found& Of(size_t number) const { return found_[number]; }

 private:
  Result<void> Take(const delta::RowBatch& batch) {
    const size_t key_count = table_.key_columns.size();
    for (size_t row = 0; row < batch.RowCount(); ++row) {
      std::vector<std::string_view> key;
      for (size_t column = 0; column < key_count; ++column) {
        key.push_back(batch.String(column, row));
      }
      const auto match = by_key_.find(delta::EncodeKey(key));
      if (match != by_key_.end()) {
        URSA_TRY(const Change change, plan_.ChangeAt(changes_[match->second]));
        Compare(change, batch, row, found_[match->second]);
      }
    }
    return {};
  }

  [[nodiscard]] delta::Value ValueOf(const delta::RowBatch& batch, size_t row,
                                     const std::string& column) const {
    const auto& columns = plan_.ColumnsOf(table_.name);
    const auto position = std::find(columns.begin(), columns.end(), column) - columns.begin();
    return batch.At(table_.key_columns.size() + static_cast<size_t>(position), row);
  }

  void Compare(const Change& change, const delta::RowBatch& batch, size_t row,
               Found& found) const {
    found.exists = true;
    for (const ColumnChange& column : change.columns) {
      const delta::Value value = ValueOf(batch, row, column.column);
      found.has_before.push_back(value == column.before);
      found.has_after.push_back(value == column.after);
    }
    found.is_row = std::all_of(change.row.begin(), change.row.end(), [&](const auto& entry) {
      return ValueOf(batch, row, entry.first) == entry.second;
    });
  }

  const Plan& plan_;
  const catalog::TableDefinition& table_;
  const std::vector<size_t>& changes_;
  std::unordered_map<std::string_view, size_t> by_key_;
  std::vector<Found> found_;
};

std::string JoinKey(const Change& change) {
  std::string text;
  for (const std::string& part : change.key) {
    text += (text.empty() ? "" : "/") + part;
  }
  return text;
}

// The part of an update's inverse that still fits; fills in the row's account.
Change InverseOfUpdate(const Change& change, const Found& found, RestoreRow& row) {
  Change inverse = Inverse(change);
  inverse.columns.clear();
  if (!found.exists) {
    row.action = RestoreAction::kRefused;
    row.reason = "the row is gone";
    return inverse;
  }
  for (size_t i = 0; i < change.columns.size(); ++i) {
    const ColumnChange& column = change.columns[i];
    if (found.has_before[i]) {
      continue;
    }
    if (!found.has_after[i]) {
      row.refused.push_back(column.column);
      continue;
    }
    row.restored.push_back(column.column);
    inverse.columns.push_back({column.column, column.after, column.before});
  }
  if (!row.refused.empty()) {
    row.action = RestoreAction::kRefused;
    row.reason = "changed since the run";
  } else if (!row.restored.empty()) {
    row.action = RestoreAction::kRestore;
  }
  return inverse;
}

// The inverse of an insert or a delete; none where the row is not what the run left.
std::optional<Change> InverseOfRow(const Change& change, const Found& found, RestoreRow& row) {
  const bool inserted = change.kind == ChangeKind::kInsert;
  if (found.exists != inserted) {
    row.action = RestoreAction::kNothing;
    return std::nullopt;
  }
  if (inserted && !found.is_row) {
    row.action = RestoreAction::kRefused;
    row.reason = "the row was changed since the run";
    return std::nullopt;
  }
  row.action = RestoreAction::kRestore;
  return Inverse(change);
}

Result<void> AddInverses(const RestoreContext& context, const Plan& plan, PlanBuilder& builder,
                         std::vector<RestoreRow>& rows) {
  for (const catalog::TableDefinition& table : catalog::AllTables()) {
    const std::vector<size_t>& changes = plan.ChangesOf(table.name);
    if (changes.empty()) {
      continue;
    }
    URSA_TRY(const delta::SnapshotPtr snapshot, context.catalog.Table(table.name));
    RowComparer comparer(plan, table);
    URSA_CHECK(comparer.Read(context, *snapshot));
    for (size_t i = 0; i < changes.size(); ++i) {
      URSA_TRY(const Change change, plan.ChangeAt(changes[i]));
      RestoreRow row{table.name, JoinKey(change), change.locator, RestoreAction::kNothing, {}, {},
                     {}, {}};
      std::optional<Change> inverse = change.kind == ChangeKind::kUpdate
                                          ? InverseOfUpdate(change, comparer.Of(i), row)
                                          : InverseOfRow(change, comparer.Of(i), row);
      if (inverse && (inverse->kind != ChangeKind::kUpdate || !inverse->columns.empty())) {
        row.change = builder.Count();
        URSA_CHECK(builder.Add(*inverse));
      }
      rows.push_back(std::move(row));
    }
  }
  return {};
}

}  // namespace

std::string_view RestoreActionName(RestoreAction action) {
  switch (action) {
    case RestoreAction::kRestore:
      return "restore";
    case RestoreAction::kNothing:
      return "nothing";
    case RestoreAction::kRefused:
      return "refused";
  }
  return "";
}

namespace {

Result<RestorePlan> PlanRestoreOf(const RestoreContext& context, const std::vector<Plan>& plans,
                                  std::optional<uint64_t> max_changes) {
  PlanHeader header;
  header.command = "restore";
  header.catalog_uri = context.catalog.Uri();
  header.tool = context.tool;
  header.created_at = context.created_at;
  for (const Plan& plan : plans) {
    header.marks[plan.RunId()] = kRunUndone;
    for (const auto& [name, base] : plan.Header().tables) {
      URSA_TRY(const delta::SnapshotPtr snapshot, context.catalog.Table(name));
      header.tables[name] = TableBase{snapshot->metadata.id, snapshot->version};
    }
    // A restore that is taken back itself leaves the run that it had undone applied.
    for (const auto& [marked, version] : plan.Header().marks) {
      header.marks[marked] = version == kRunUndone ? kRunApplied : kRunUndone;
    }
  }
  PlanBuilder builder(std::move(header), context.spool);
  std::vector<RestoreRow> rows;
  for (auto plan = plans.rbegin(); plan != plans.rend(); ++plan) {
    URSA_CHECK(AddInverses(context, *plan, builder, rows));
  }
  builder.AddMaxChanges(max_changes);
  RestorePlan restore{std::move(builder).Finish(), std::move(rows), 0, 0, 0,
                      plans.front().Header().command};
  for (const RestoreRow& row : restore.rows) {
    ++(row.action == RestoreAction::kRestore   ? restore.restore
       : row.action == RestoreAction::kNothing ? restore.nothing
                                               : restore.refused);
  }
  return restore;
}

}  // namespace

Result<RestorePlan> PlanRestore(const RestoreContext& context, const std::string& run_id,
                                std::optional<uint64_t> max_changes) {
  URSA_TRY(const std::vector<Plan> plans,
           ReadCommittedPlans(context.catalog, run_id, context.spool));
  return PlanRestoreOf(context, plans, max_changes);
}

Result<RestorePlan> PlanRestoreOfSnapshot(const RestoreContext& context, Plan snapshot,
                                          std::optional<uint64_t> max_changes) {
  if (snapshot.Header().catalog_uri != context.catalog.Uri()) {
    return Refuse("plan_other_catalog", "the snapshot is of the catalog " +
                                            snapshot.Header().catalog_uri + ", not of " +
                                            context.catalog.Uri());
  }
  std::vector<Plan> plans;
  plans.push_back(std::move(snapshot));
  return PlanRestoreOf(context, plans, max_changes);
}

}  // namespace ursa::plan
