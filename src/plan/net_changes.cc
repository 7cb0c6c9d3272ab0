#include "plan/net_changes.h"

#include <algorithm>
#include <map>

namespace ursa::plan {
namespace {

using RowKey = std::pair<const catalog::TableDefinition*, std::string>;

// Calls `use` with every change that was committed, in the order of the plans.
template <typename Use>
Result<void> ForEachCommitted(const std::vector<CommittedPlan>& plans, const Use& use) {
  for (const CommittedPlan& committed : plans) {
    for (const catalog::TableDefinition& table : catalog::AllTables()) {
      if (std::find(committed.tables.begin(), committed.tables.end(), table.name) ==
          committed.tables.end()) {
        continue;
      }
      for (const size_t number : committed.plan.ChangesOf(table.name)) {
        URSA_CHECK(use(committed.plan, table, number));
      }
    }
  }
  return {};
}

// The values of `row` with those of the columns that `update` changes.
catalog::NamedRow Updated(catalog::NamedRow row, const Change& update) {
  for (const ColumnChange& column : update.columns) {
    for (auto& [name, value] : row) {
      value = name == column.column ? column.after : value;
    }
  }
  return row;
}

Change ComposeUpdates(const Change& first, const Change& second) {
  Change change = first;
  for (const ColumnChange& later : second.columns) {
    const auto earlier =
        std::find_if(change.columns.begin(), change.columns.end(),
                     [&](const ColumnChange& column) { return column.column == later.column; });
    if (earlier == change.columns.end()) {
      change.columns.push_back(later);
    } else {
      earlier->after = later.after;
    }
  }
  return change;
}

}  // namespace

std::optional<Change> Compose(const Change& first, const Change& second) {
  if (second.kind == ChangeKind::kUpdate) {
    if (first.kind == ChangeKind::kUpdate) {
      return ComposeUpdates(first, second);
    }
    Change change = first;
    change.row = Updated(first.row, second);
    return change;
  }
  if (first.kind == ChangeKind::kInsert && second.kind == ChangeKind::kDelete) {
    return std::nullopt;
  }
  if (first.kind == ChangeKind::kDelete && second.kind == ChangeKind::kInsert) {
    Change change = second;
    change.kind = ChangeKind::kUpdate;
    for (const auto& [column, after] : second.row) {
      const delta::Value* before = catalog::FindColumn(first.row, column);
      change.columns.push_back({column, before == nullptr ? delta::Value() : *before, after});
    }
    change.row.clear();
    return change;
  }
  // An update, then the end of the row: what was there before the update is what went.
  Change change = second;
  for (const ColumnChange& column : first.columns) {
    for (auto& [name, value] : change.row) {
      value = name == column.column ? column.before : value;
    }
  }
  return change;
}

Result<Plan> JoinCommittedPlans(const std::vector<CommittedPlan>& plans, PlanHeader header,
                                const SpoolOptions& spool) {
  PlanBuilder builder(std::move(header), spool);
  std::map<RowKey, uint64_t> times;
  if (plans.size() > 1) {
    URSA_CHECK(ForEachCommitted(plans, [&](const Plan& plan, const auto& table, size_t number) {
      ++times[{&table, std::string(plan.EncodedKey(number))}];
      return Result<void>();
    }));
  }
  // Most rows are changed once; only the others are kept in memory.
  std::map<RowKey, std::optional<Change>> composed;
  URSA_CHECK(ForEachCommitted(
      plans, [&](const Plan& plan, const auto& table, size_t number) -> Result<void> {
        URSA_TRY(Change change, plan.ChangeAt(number));
        const RowKey key{&table, std::string(plan.EncodedKey(number))};
        if (const auto count = times.find(key); count == times.end() || count->second == 1) {
          return builder.Add(change);
        }
        std::optional<Change>& so_far = composed[key];
        so_far = so_far ? Compose(*so_far, change) : std::optional(std::move(change));
        return {};
      }));
  for (const auto& [key, change] : composed) {
    if (change) {
      URSA_CHECK(builder.Add(*change));
    }
  }
  return std::move(builder).Finish();
}

}  // namespace ursa::plan
