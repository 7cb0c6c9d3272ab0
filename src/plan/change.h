// One change of a plan, and its line of JSON.
//
// An update states, for every column it changes, the value before and after, and the columns that
// it relied on; everything else about the row stays as the newest snapshot has it. An insert states
// the row, whose key must be absent; a delete, only ever the inverse of an insert, states the row
// that must still be there. Stamps (registered_at, updated_at) stand in no plan.
// Source: architecture.md, "The one idea"; catalog.md section 3, "Preconditions".
//
//   {"record":"change","kind":"update","table":"recordings","key":{"recording_hash":"00.."},
//    "locator":"rec_..","columns":{"duration_us":{"before":1,"after":2}},"relied":{"start_time":..}}
//   {"record":"change","kind":"insert","table":..,"key":..,"locator":..,"row":{column: value}}
//   A change that relied on rows of other tables has also, at its end,
//    "relied_rows":[{"table":"recordings","key":{..},"locator":"rec_..","values":{column: value}}]
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/tables.h"
#include "delta/value.h"

namespace ursa::plan {

enum class ChangeKind { kUpdate, kInsert, kDelete };

struct ColumnChange {
  std::string column;
  delta::Value before;
  delta::Value after;
};

// A row of another table that a change relied on: columns and the values they had.
struct ReliedRow {
  const catalog::TableDefinition* table = nullptr;
  std::vector<std::string> key;
  std::string locator;
  catalog::NamedRow values;

  bool operator==(const ReliedRow& other) const = default;
};

struct Change {
  ChangeKind kind = ChangeKind::kUpdate;
  const catalog::TableDefinition* table = nullptr;
  std::vector<std::string> key;        // values of the table's key columns
  std::string locator;                 // the row's value in the table's locator column
  std::vector<ColumnChange> columns;   // of an update
  catalog::NamedRow relied;            // of an update: columns and the values they had
  std::vector<ReliedRow> relied_rows;  // of an update or an insert: of other tables
  catalog::NamedRow row;               // of an insert or a delete
};

// The change as one line, without a line break; the same change gives the same bytes.
std::string ChangeToLine(const Change& change);

// kCorrupt says what is wrong with the line.
Result<Change> ParseChange(std::string_view line);

// The change that takes `change` back.
Change Inverse(const Change& change);

}  // namespace ursa::plan
