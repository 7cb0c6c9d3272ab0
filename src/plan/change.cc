#include "plan/change.h"

#include <nlohmann/json.hpp>

#include "delta/value_text.h"
#include "plan/change_line.h"

namespace ursa::plan {
namespace {

using Json = nlohmann::ordered_json;
using catalog::NamedRow;
using catalog::TableDefinition;
using delta::AppendJsonText;
using delta::AppendJsonValue;

std::string_view KindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kUpdate:
      return "update";
    case ChangeKind::kInsert:
      return "insert";
    case ChangeKind::kDelete:
      return "delete";
  }
  return "";
}

// Plans speak only of columns that catalog.md has, so their types are known.
const delta::Type& TypeOf(const TableDefinition& table, std::string_view column) {
  return table.schema.fields[*table.schema.IndexOf(column)].type;
}

// {"name": ..., of which `append` writes what follows the colon.
template <typename Range, typename NameOf, typename Append>
void AppendObject(std::string& line, const Range& members, const NameOf& name_of,
                  const Append& append) {
  line += '{';
  bool first = true;
  for (const auto& member : members) {
    line += first ? "" : ",";
    AppendJsonText(line, name_of(member));
    line += ':';
    append(member);
    first = false;
  }
  line += '}';
}

void AppendRow(std::string& line, const TableDefinition& table, const NamedRow& row) {
  AppendObject(
      line, row, [](const auto& entry) { return std::string_view(entry.first); },
      [&](const auto& entry) { AppendJsonValue(line, TypeOf(table, entry.first), entry.second); });
}

// "table":..,"key":..,"locator":..
void AppendPlace(std::string& line, const TableDefinition& table,
                 const std::vector<std::string>& key, const std::string& locator) {
  line += "\"table\":";
  AppendJsonText(line, table.name);
  line += ",\"key\":";
  AppendObject(
      line, key,
      [&](const auto& value) {
        return std::string_view(table.key_columns[static_cast<size_t>(&value - key.data())]);
      },
      [&](const auto& value) { AppendJsonText(line, value); });
  line += ",\"locator\":";
  AppendJsonText(line, locator);
}

void AppendColumns(std::string& line, const Change& change) {
  AppendObject(
      line, change.columns,
      [](const ColumnChange& column) { return std::string_view(column.column); },
      [&](const ColumnChange& column) {
        const delta::Type& type = TypeOf(*change.table, column.column);
        line += "{\"before\":";
        AppendJsonValue(line, type, column.before);
        line += ",\"after\":";
        AppendJsonValue(line, type, column.after);
        line += '}';
      });
}

void AppendReliedRows(std::string& line, const std::vector<ReliedRow>& rows) {
  line += ",\"relied_rows\":[";
  for (const ReliedRow& row : rows) {
    line += &row == rows.data() ? "{" : ",{";
    AppendPlace(line, *row.table, row.key, row.locator);
    line += ",\"values\":";
    AppendRow(line, *row.table, row.values);
    line += '}';
  }
  line += ']';
}

tl::unexpected<Error> Damaged(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "a change of the plan " + what);
}

Result<delta::Value> ReadValue(const TableDefinition& table, const std::string& column,
                               const Json& json) {
  const auto position = table.schema.IndexOf(column);
  if (!position) {
    return Damaged("names the column " + table.name + "." + column + ", which does not exist");
  }
  auto value = delta::ValueFromJson(table.schema.fields[*position].type, nlohmann::json(json));
  if (!value) {
    return Damaged("has a bad value for " + table.name + "." + column + ": " +
                   value.error().message);
  }
  return value;
}

Result<NamedRow> ReadRow(const TableDefinition& table, const Json& json) {
  NamedRow row;
  for (const auto& [column, text] : json.items()) {
    URSA_TRY(delta::Value value, ReadValue(table, column, text));
    row.emplace_back(column, std::move(value));
  }
  return row;
}

Result<std::vector<ColumnChange>> ReadColumns(const TableDefinition& table, const Json& json) {
  std::vector<ColumnChange> columns;
  for (const auto& [column, change] : json.items()) {
    if (!change.is_object() || !change.contains("before") || !change.contains("after")) {
      return Damaged("lacks a value before or after of " + table.name + "." + column);
    }
    URSA_TRY(delta::Value before, ReadValue(table, column, change["before"]));
    URSA_TRY(delta::Value after, ReadValue(table, column, change["after"]));
    columns.push_back({column, std::move(before), std::move(after)});
  }
  return columns;
}

// The member of an object; null (a discarded value) where it is not there or has another type.
const Json& Member(const Json& json, const char* name) {
  static const Json absent;
  const auto member = json.find(name);
  return member == json.end() ? absent : *member;
}

Result<const TableDefinition*> ReadTable(const Json& name) {
  const TableDefinition* table = catalog::FindTable(name.get<std::string>());
  if (table == nullptr) {
    return Damaged("is for the table '" + name.get<std::string>() +
                   "', which a catalog does not have");
  }
  return table;
}

Result<std::vector<std::string>> ReadKey(const TableDefinition& table, const Json& json) {
  std::vector<std::string> key;
  for (const std::string& column : table.key_columns) {
    const Json& value = Member(json, column.c_str());
    if (!value.is_string()) {
      return Damaged("lacks the key column " + column);
    }
    key.push_back(value.get<std::string>());
  }
  return key;
}

// `list` is null where the change has none.
Result<std::vector<ReliedRow>> ReadReliedRows(const Json& list) {
  std::vector<ReliedRow> rows;
  if (!list.is_null() && !list.is_array()) {
    return Damaged("relied on something that is no list of rows");
  }
  for (const Json& json : list) {
    if (!json.is_object() || !Member(json, "table").is_string() ||
        !Member(json, "key").is_object() || !Member(json, "locator").is_string() ||
        !Member(json, "values").is_object()) {
      return Damaged("relied on something that is no row");
    }
    ReliedRow row;
    URSA_TRY(row.table, ReadTable(json["table"]));
    URSA_TRY(row.key, ReadKey(*row.table, json["key"]));
    row.locator = json["locator"].get<std::string>();
    URSA_TRY(row.values, ReadRow(*row.table, json["values"]));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string ChangeToLine(const Change& change) {
  std::string line = "{\"record\":\"change\",\"kind\":";
  AppendJsonText(line, KindName(change.kind));
  line += ',';
  AppendPlace(line, *change.table, change.key, change.locator);
  if (change.kind == ChangeKind::kUpdate) {
    line += ",\"columns\":";
    AppendColumns(line, change);
    line += ",\"relied\":";
    AppendRow(line, *change.table, change.relied);
  } else {
    line += ",\"row\":";
    AppendRow(line, *change.table, change.row);
  }
  if (!change.relied_rows.empty()) {
    AppendReliedRows(line, change.relied_rows);
  }
  line += '}';
  return line;
}

Result<Change> ParseChange(std::string_view line) {
  if (auto change = TakeChangeLine(line)) {
    return std::move(*change);
  }
  const auto json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !Member(json, "table").is_string() ||
      !Member(json, "kind").is_string() || !Member(json, "key").is_object() ||
      !Member(json, "locator").is_string()) {
    return Damaged("is no change: " + std::string(line.substr(0, 80)));
  }
  Change change;
  URSA_TRY(change.table, ReadTable(json["table"]));
  URSA_TRY(change.key, ReadKey(*change.table, json["key"]));
  change.locator = json["locator"].get<std::string>();
  URSA_TRY(change.relied_rows, ReadReliedRows(Member(json, "relied_rows")));
  const auto kind = json["kind"].get<std::string>();
  if (kind == "update") {
    if (!Member(json, "columns").is_object() || !Member(json, "relied").is_object()) {
      return Damaged("lacks its columns");
    }
    URSA_TRY(change.columns, ReadColumns(*change.table, json["columns"]));
    URSA_TRY(change.relied, ReadRow(*change.table, json["relied"]));
    return change;
  }
  if ((kind != "insert" && kind != "delete") || !Member(json, "row").is_object()) {
    return Damaged("is of an unknown kind: " + kind);
  }
  change.kind = kind == "insert" ? ChangeKind::kInsert : ChangeKind::kDelete;
  URSA_TRY(change.row, ReadRow(*change.table, json["row"]));
  return change;
}

Change Inverse(const Change& change) {
  Change inverse = change;
  // What was relied on says why the change was right, not whether it may be taken back.
  inverse.relied.clear();
  inverse.relied_rows.clear();
  if (change.kind == ChangeKind::kUpdate) {
    for (ColumnChange& column : inverse.columns) {
      std::swap(column.before, column.after);
    }
    return inverse;
  }
  inverse.kind = change.kind == ChangeKind::kInsert ? ChangeKind::kDelete : ChangeKind::kInsert;
  return inverse;
}

}  // namespace ursa::plan
