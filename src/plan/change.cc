#include "plan/change.h"

#include <nlohmann/json.hpp>

namespace ursa::plan {
namespace {

using Json = nlohmann::ordered_json;
using catalog::NamedRow;
using catalog::TableDefinition;

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

Json RowToJson(const TableDefinition& table, const NamedRow& row) {
  Json json = Json::object();
  for (const auto& [column, value] : row) {
    json[column] = delta::ValueToJson(TypeOf(table, column), value);
  }
  return json;
}

Json KeyToJson(const TableDefinition& table, const std::vector<std::string>& values) {
  Json key = Json::object();
  for (size_t i = 0; i < values.size(); ++i) {
    key[table.key_columns[i]] = values[i];
  }
  return key;
}

Json ReliedRowsToJson(const std::vector<ReliedRow>& rows) {
  Json list = Json::array();
  for (const ReliedRow& row : rows) {
    list.push_back(Json{{"table", row.table->name},
                        {"key", KeyToJson(*row.table, row.key)},
                        {"locator", row.locator},
                        {"values", RowToJson(*row.table, row.values)}});
  }
  return list;
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
  Json json{{"record", "change"},
            {"kind", KindName(change.kind)},
            {"table", change.table->name},
            {"key", KeyToJson(*change.table, change.key)},
            {"locator", change.locator}};
  if (change.kind == ChangeKind::kUpdate) {
    Json columns = Json::object();
    for (const ColumnChange& column : change.columns) {
      const delta::Type& type = TypeOf(*change.table, column.column);
      columns[column.column] = Json{{"before", delta::ValueToJson(type, column.before)},
                                    {"after", delta::ValueToJson(type, column.after)}};
    }
    json["columns"] = std::move(columns);
    json["relied"] = RowToJson(*change.table, change.relied);
    if (!change.relied_rows.empty()) {
      json["relied_rows"] = ReliedRowsToJson(change.relied_rows);
    }
  } else {
    json["row"] = RowToJson(*change.table, change.row);
  }
  // Bytes that are not UTF-8 can't come from a table; they must not end the program either.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Change> ParseChange(std::string_view line) {
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
  const auto kind = json["kind"].get<std::string>();
  if (kind == "update") {
    if (!Member(json, "columns").is_object() || !Member(json, "relied").is_object()) {
      return Damaged("lacks its columns");
    }
    URSA_TRY(change.columns, ReadColumns(*change.table, json["columns"]));
    URSA_TRY(change.relied, ReadRow(*change.table, json["relied"]));
    URSA_TRY(change.relied_rows, ReadReliedRows(Member(json, "relied_rows")));
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
  if (change.kind == ChangeKind::kUpdate) {
    for (ColumnChange& column : inverse.columns) {
      std::swap(column.before, column.after);
    }
    // What was relied on says why the change was right, not whether it may be taken back.
    inverse.relied.clear();
    inverse.relied_rows.clear();
    return inverse;
  }
  inverse.kind = change.kind == ChangeKind::kInsert ? ChangeKind::kDelete : ChangeKind::kInsert;
  return inverse;
}

}  // namespace ursa::plan
