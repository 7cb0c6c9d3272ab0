#include "plan/change_line.h"

#include <bitset>

#include "delta/value_text.h"

namespace ursa::plan {
namespace {

using catalog::NamedRow;
using catalog::TableDefinition;

// More columns than any table of catalog.md has.
constexpr size_t kColumnsMax = 64;

// Takes a line apart from its start on. Each function is false where what it looks for is not
// there.
class LineTaker {
 public:
  explicit LineTaker(std::string_view line) : rest_(line) {}

  [[nodiscard]] bool AtEnd() const { return rest_.empty(); }

  bool Literal(std::string_view literal) {
    if (!rest_.starts_with(literal)) {
      return false;
    }
    rest_.remove_prefix(literal.size());
    return true;
  }

  bool Kind(ChangeKind& kind) {
    const auto name = delta::TakeJsonText(rest_);
    kind = name == "insert"   ? ChangeKind::kInsert
           : name == "delete" ? ChangeKind::kDelete
                              : ChangeKind::kUpdate;
    return name && (kind != ChangeKind::kUpdate || *name == "update");
  }

  // "table":..,"key":{..},"locator":..
  bool Place(const TableDefinition*& table, std::vector<std::string>& key, std::string& locator) {
    if (!Literal("\"table\":")) {
      return false;
    }
    const auto name = delta::TakeJsonText(rest_);
    table = name ? catalog::FindTable(*name) : nullptr;
    if (table == nullptr || table->schema.fields.size() > kColumnsMax || !Literal(",\"key\":")) {
      return false;
    }
    key.reserve(table->key_columns.size());
    for (const std::string& column : table->key_columns) {
      if (!Literal(key.empty() ? "{" : ",") || delta::TakeJsonText(rest_) != column ||
          !Literal(":") || !Text(key.emplace_back())) {
        return false;
      }
    }
    return Literal("},\"locator\":") && Text(locator);
  }

  bool Columns(const TableDefinition& table, std::vector<ColumnChange>& columns) {
    return Members(table, [&](const delta::Field& field) {
      ColumnChange& column = columns.emplace_back();
      column.column = field.name;
      return Literal("{\"before\":") && Value(field, column.before) && Literal(",\"after\":") &&
             Value(field, column.after) && Literal("}");
    });
  }

  bool Row(const TableDefinition& table, NamedRow& row) {
    return Members(table, [&](const delta::Field& field) {
      auto& [column, value] = row.emplace_back();
      column = field.name;
      return Value(field, value);
    });
  }

  // The list's elements and its end.
  bool ReliedRows(std::vector<ReliedRow>& rows) {
    do {
      ReliedRow& row = rows.emplace_back();
      if (!Literal("{") || !Place(row.table, row.key, row.locator) || !Literal(",\"values\":") ||
          !Row(*row.table, row.values) || !Literal("}")) {
        return false;
      }
    } while (Literal(","));
    return Literal("]");
  }

 private:
  bool Text(std::string& text) {
    const auto taken = delta::TakeJsonText(rest_);
    text = taken.value_or(std::string_view());
    return taken.has_value();
  }

  bool Value(const delta::Field& field, delta::Value& value) {
    auto taken = delta::TakeJsonValue(rest_, field.type);
    if (taken) {
      value = std::move(*taken);
    }
    return taken.has_value();
  }

  // An object of columns, each only once: of two a parser would keep the last.
  template <typename TakeMember>
  bool Members(const TableDefinition& table, const TakeMember& take_member) {
    if (!Literal("{")) {
      return false;
    }
    std::bitset<kColumnsMax> seen;
    while (!Literal("}")) {
      if (seen.any() && !Literal(",")) {
        return false;
      }
      const auto name = delta::TakeJsonText(rest_);
      const auto position = name ? table.schema.IndexOf(*name) : std::nullopt;
      if (!position || seen[*position] || !Literal(":") ||
          !take_member(table.schema.fields[*position])) {
        return false;
      }
      seen.set(*position);
    }
    return true;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<Change> TakeChangeLine(std::string_view line) {
  LineTaker taker(line);
  Change change;
  if (!taker.Literal("{\"record\":\"change\",\"kind\":") || !taker.Kind(change.kind) ||
      !taker.Literal(",") || !taker.Place(change.table, change.key, change.locator)) {
    return std::nullopt;
  }
  const bool taken =
      change.kind == ChangeKind::kUpdate
          ? taker.Literal(",\"columns\":") && taker.Columns(*change.table, change.columns) &&
                taker.Literal(",\"relied\":") && taker.Row(*change.table, change.relied)
          : taker.Literal(",\"row\":") && taker.Row(*change.table, change.row);
  if (!taken || (taker.Literal(",\"relied_rows\":[") && !taker.ReliedRows(change.relied_rows)) ||
      !taker.Literal("}") || !taker.AtEnd()) {
    return std::nullopt;
  }
  return change;
}

}  // namespace ursa::plan
