// The tables of a catalog: names, keys, schemas, and the rules of their values.
// Source: catalog.md section 2. Immutable; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/schema.h"
#include "delta/value.h"

namespace ursa::catalog {

struct TableDefinition {
  std::string name;
  std::vector<std::string> key_columns;
  // Files are sorted by this column, then by the key; lookups that know it pass over most files.
  std::string locator_column;
  delta::Schema schema;
};

inline constexpr std::string_view kParticipants = "participants";
inline constexpr std::string_view kRecordings = "recordings";
inline constexpr std::string_view kModalities = "modalities";
inline constexpr std::string_view kEvents = "events";
inline constexpr std::string_view kMaintenanceRuns = "maintenance_runs";

// All tables, in the order in which a batch that touches several commits them: a recording's row is
// its commit mark and comes after participants and modalities.
const std::vector<TableDefinition>& AllTables();

// The definition of a table of that name; null where catalog.md has none.
const TableDefinition* FindTable(std::string_view name);

// kInvalid naming column and rule where the value breaks a rule of its column. Columns that
// catalog.md does not have are free.
Result<void> CheckValue(const TableDefinition& table, std::string_view column,
                        const delta::Value& value);

// A row by column names; columns left out are null.
using NamedRow = std::vector<std::pair<std::string, delta::Value>>;

// Checks all values of a row and that no column that must have one lacks it; registered_at and
// updated_at are stamped at commit and may be absent.
Result<void> CheckRow(const TableDefinition& table, const NamedRow& row);

// The encoded key (delta::EncodeKey) of a row. kInvalid where a key column is missing.
Result<std::string> KeyOf(const TableDefinition& table, const NamedRow& row);

// The value of a column of a row; null where it is left out.
const delta::Value* FindColumn(const NamedRow& row, std::string_view column);

}  // namespace ursa::catalog
