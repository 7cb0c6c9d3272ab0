#include "plan/reliance.h"

#include <algorithm>
#include <unordered_map>

#include "delta/merge.h"
#include "delta/scan.h"

namespace ursa::plan {
namespace {

std::string KeyOf(const ReliedRow& row) {
  return delta::EncodeKey({row.key.begin(), row.key.end()});
}

// The key columns, then every column that some row of the table states.
std::vector<std::string> ColumnsOf(const std::vector<ReliedRow>& rows,
                                   const catalog::TableDefinition& table) {
  std::vector<std::string> columns = table.key_columns;
  for (const ReliedRow& row : rows) {
    for (const auto& [column, value] : row.values) {
      if (row.table == &table && std::ranges::find(columns, column) == columns.end()) {
        columns.push_back(column);
      }
    }
  }
  return columns;
}

bool HasValues(const delta::RowBatch& batch, size_t row, const std::vector<std::string>& columns,
               const catalog::NamedRow& values) {
  return std::ranges::all_of(values, [&](const auto& entry) {
    const auto column = std::ranges::find(columns, entry.first) - columns.begin();
    return batch.At(static_cast<size_t>(column), row) == entry.second;
  });
}

}  // namespace

ReliedRow RelyOnParticipant(const std::string& participant_id, const std::string& display_name) {
  return {catalog::FindTable(catalog::kParticipants),
          {participant_id},
          participant_id,
          {{"display_name", display_name}}};
}

void Reliance::Add(size_t change, const std::vector<ReliedRow>& rows) {
  for (const ReliedRow& row : rows) {
    if (rows_.empty() || !(rows_.back() == row)) {
      rows_.push_back(row);
    }
    uses_.emplace_back(change, rows_.size() - 1);
  }
}

RelianceCheck::RelianceCheck(const Reliance& reliance, size_t change_count)
    : reliance_(reliance),
      row_holds_(reliance.Rows().size(), false),
      broken_(change_count, false) {}

Result<bool> RelianceCheck::Refresh(const catalog::Catalog& catalog, size_t jobs,
                                    std::stop_token stop) {
  std::vector<const catalog::TableDefinition*> tables;
  for (const ReliedRow& row : reliance_.Rows()) {
    if (std::ranges::find(tables, row.table) == tables.end()) {
      tables.push_back(row.table);
    }
  }
  for (const catalog::TableDefinition* table : tables) {
    URSA_TRY_CONTEXT(const delta::SnapshotPtr snapshot, catalog.Table(table->name),
                     "looking at what the plan relied on");
    const auto seen = versions_.find(table->name);
    if (seen == versions_.end() || seen->second != snapshot->version) {
      URSA_CHECK_CONTEXT(Compare(catalog, *snapshot, *table, jobs, stop),
                         "looking at what the plan relied on");
      versions_[table->name] = snapshot->version;
    }
  }
  std::vector<bool> broken = FindBroken();
  const bool changed = broken != broken_;
  broken_ = std::move(broken);
  return changed;
}

std::vector<bool> RelianceCheck::FindBroken() const {
  std::vector<bool> broken(broken_.size(), false);
  for (const auto& [change, row] : reliance_.Uses()) {
    broken[change] = broken[change] || !row_holds_[row];
  }
  return broken;
}

void RelianceCheck::Assume(const Change& insert) {
  for (size_t i = 0; i < reliance_.Rows().size(); ++i) {
    const ReliedRow& row = reliance_.Rows()[i];
    row_holds_[i] = row_holds_[i] ||
                    (row.table == insert.table && row.key == insert.key &&
                     std::ranges::all_of(row.values, [&](const auto& entry) {
                       const delta::Value* value = catalog::FindColumn(insert.row, entry.first);
                       return (value == nullptr ? delta::Value() : *value) == entry.second;
                     }));
  }
  broken_ = FindBroken();
}

Result<void> RelianceCheck::Compare(const catalog::Catalog& catalog,
                                    const delta::Snapshot& snapshot,
                                    const catalog::TableDefinition& table, size_t jobs,
                                    std::stop_token stop) {
  const std::vector<ReliedRow>& rows = reliance_.Rows();
  delta::ScanOptions scan;
  scan.columns = ColumnsOf(rows, table);
  scan.jobs = jobs;
  scan.stop = stop;
  delta::FileFilter filter{table.locator_column, {}};
  std::unordered_multimap<std::string, size_t> by_key;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].table == &table) {
      row_holds_[i] = false;
      filter.values.push_back(rows[i].locator);
      by_key.emplace(KeyOf(rows[i]), i);
    }
  }
  scan.filters.push_back(std::move(filter));
  return delta::Scan(
      catalog.Assets(), snapshot, scan, [&](const delta::RowBatch& batch) -> Result<void> {
        std::string key;
        for (size_t row = 0; row < batch.RowCount(); ++row) {
          const auto [first, last] = by_key.equal_range(
              std::string(delta::KeyOfRow(batch, row, table.key_columns.size(), key)));
          for (auto match = first; match != last; ++match) {
            row_holds_[match->second] =
                HasValues(batch, row, scan.columns, rows[match->second].values);
          }
        }
        return {};
      });
}

}  // namespace ursa::plan
