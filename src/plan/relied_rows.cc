#include "plan/relied_rows.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "delta/merge.h"
#include "delta/scan.h"

namespace ursa::plan {
namespace {

struct Reliance {
  size_t change = 0;
  catalog::NamedRow values;
};

// What the changes rely on in one other table.
struct Relied {
  std::unordered_map<std::string, std::vector<Reliance>> by_key;
  std::vector<std::string> locators;
  std::vector<std::string> columns;
};

using ReliedByTable = std::map<const catalog::TableDefinition*, Relied>;

Result<ReliedByTable> Collect(const Plan& plan, const catalog::TableDefinition& table) {
  ReliedByTable relied;
  for (const size_t number : plan.ChangesOf(table.name)) {
    URSA_TRY(Change change, plan.ChangeAt(number));
    for (ReliedRow& row : change.relied_rows) {
      Relied& other = relied[row.table];
      for (const auto& [column, value] : row.values) {
        if (std::find(other.columns.begin(), other.columns.end(), column) == other.columns.end()) {
          other.columns.push_back(column);
        }
      }
      other.locators.push_back(row.locator);
      other.by_key[delta::EncodeKey({row.key.begin(), row.key.end()})].push_back(
          {number, std::move(row.values)});
    }
  }
  return relied;
}

// Leaves in `by_key` what was not found as it was relied on.
Result<void> Compare(const catalog::TableDefinition& table, Relied& relied,
                     const catalog::Catalog& catalog, size_t jobs, const std::stop_token& stop) {
  auto snapshot = catalog.Table(table.name);
  if (!snapshot && snapshot.error().code == ErrorCode::kNotFound) {
    return {};
  }
  if (!snapshot) {
    return Propagate(std::move(snapshot).error());
  }
  const size_t keys = table.key_columns.size();
  delta::ScanOptions scan{table.key_columns, {{table.locator_column, relied.locators}}, jobs, stop};
  scan.columns.insert(scan.columns.end(), relied.columns.begin(), relied.columns.end());
  return delta::Scan(
      catalog.Assets(), **snapshot, scan, [&](const delta::RowBatch& batch) -> Result<void> {
        for (size_t row = 0; row < batch.RowCount(); ++row) {
          std::vector<std::string_view> key;
          for (size_t column = 0; column < keys; ++column) {
            key.push_back(batch.String(column, row));
          }
          const auto found = relied.by_key.find(delta::EncodeKey(key));
          if (found == relied.by_key.end()) {
            continue;
          }
          std::erase_if(found->second, [&](const Reliance& reliance) {
            return std::all_of(
                reliance.values.begin(), reliance.values.end(), [&](const auto& entry) {
                  const auto column =
                      std::find(relied.columns.begin(), relied.columns.end(), entry.first) -
                      relied.columns.begin();
                  return batch.At(keys + static_cast<size_t>(column), row) == entry.second;
                });
          });
        }
        return {};
      });
}

}  // namespace

Result<std::set<size_t>> FindBrokenReliance(const Plan& plan, const catalog::TableDefinition& table,
                                            const catalog::Catalog& catalog, size_t jobs,
                                            const std::stop_token& stop) {
  URSA_TRY(ReliedByTable relied, Collect(plan, table));
  std::set<size_t> broken;
  for (auto& [other, rows] : relied) {
    URSA_CHECK(Compare(*other, rows, catalog, jobs, stop));
    for (const auto& [key, reliances] : rows.by_key) {
      for (const Reliance& reliance : reliances) {
        broken.insert(reliance.change);
      }
    }
  }
  return broken;
}

}  // namespace ursa::plan
