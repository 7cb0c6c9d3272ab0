#include "plan/row_comparer.h"

#include <algorithm>

#include "delta/merge.h"
#include "delta/scan.h"

namespace ursa::plan {

RowComparer::RowComparer(const Plan& plan, const catalog::TableDefinition& table)
    : plan_(plan),
      table_(table),
      changes_(plan.ChangesOf(table.name)),
      by_key_(changes_.size()),
      found_(changes_.size()) {
  for (size_t i = 0; i < changes_.size(); ++i) {
    by_key_.Add(plan.EncodedKey(changes_[i]), i, KeyAt());
  }
}

Result<void> RowComparer::Read(const store::ReadableStore& assets, const delta::Snapshot& snapshot,
                               size_t jobs, std::stop_token stop) {
  delta::ScanOptions scan;
  scan.columns = table_.key_columns;
  for (const std::string& column : plan_.ColumnsOf(table_.name)) {
    scan.columns.push_back(column);
  }
  scan.jobs = jobs;
  scan.stop = std::move(stop);
  std::vector<size_t> by_locator = changes_;
  const auto locator = [&](size_t change) { return plan_.Locator(change); };
  std::ranges::sort(by_locator, {}, locator);
  scan.filters.push_back(
      {table_.locator_column, {}, [&](std::string_view min, std::string_view max) {
         const auto first = std::ranges::lower_bound(by_locator, min, {}, locator);
         return first != by_locator.end() && locator(*first) <= max;
       }});
  return delta::Scan(assets, snapshot, scan,
                     [&](const delta::RowBatch& batch) { return Take(batch); });
}

Result<void> RowComparer::Take(const delta::RowBatch& batch) {
  std::string key;
  for (size_t row = 0; row < batch.RowCount(); ++row) {
    const auto match =
        by_key_.Find(delta::KeyOfRow(batch, row, table_.key_columns.size(), key), KeyAt());
    if (match) {
      URSA_TRY(const Change change, plan_.ChangeAt(changes_[*match]));
      Compare(change, batch, row, found_[*match]);
    }
  }
  return {};
}

delta::Value RowComparer::ValueOf(const delta::RowBatch& batch, size_t row,
                                  const std::string& column) const {
  const auto& columns = plan_.ColumnsOf(table_.name);
  const auto position = std::find(columns.begin(), columns.end(), column) - columns.begin();
  return batch.At(table_.key_columns.size() + static_cast<size_t>(position), row);
}

void RowComparer::Compare(const Change& change, const delta::RowBatch& batch, size_t row,
                          Found& found) const {
  found.is_one_of_several = found.exists;
  found.exists = true;
  for (size_t i = 0; i < change.columns.size(); ++i) {
    const ColumnChange& column = change.columns[i];
    const delta::Value value = ValueOf(batch, row, column.column);
    found.has_before[i] = value == column.before;
    found.has_after[i] = value == column.after;
  }
  const auto has = [&](const auto& entry) {
    return ValueOf(batch, row, entry.first) == entry.second;
  };
  found.relies = std::all_of(change.relied.begin(), change.relied.end(), has);
  found.is_row = std::all_of(change.row.begin(), change.row.end(), has);
}

}  // namespace ursa::plan
