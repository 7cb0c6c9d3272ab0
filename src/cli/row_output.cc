#include "cli/row_output.h"

#include <utility>

#include "delta/value.h"

namespace ursa::cli {
namespace {

// Ends a scan early, and is no failure.
constexpr std::string_view kEnough = "enough rows";

// Calls use(batch, row) for at most `limit` rows.
template <typename Use>
Result<uint64_t> ForEachRow(const store::ReadableStore& store, const delta::Snapshot& snapshot,
                            const delta::ScanOptions& options, uint64_t limit, const Use& use) {
  uint64_t rows = 0;
  if (limit == 0) {
    return rows;
  }
  auto scanned =
      delta::Scan(store, snapshot, options, [&](const delta::RowBatch& batch) -> Result<void> {
        for (size_t row = 0; row < batch.RowCount(); ++row) {
          use(batch, row);
          if (++rows == limit) {
            return Fail(ErrorCode::kInterrupted, std::string(kEnough));
          }
        }
        return {};
      });
  if (!scanned && scanned.error().message != kEnough) {
    return Propagate(std::move(scanned).error());
  }
  return rows;
}

std::vector<std::string> ColumnNames(const delta::Snapshot& snapshot,
                                     const delta::ScanOptions& options) {
  if (!options.columns.empty()) {
    return options.columns;
  }
  std::vector<std::string> names;
  for (const delta::Field& field : snapshot.schema.fields) {
    names.push_back(field.name);
  }
  return names;
}

Json CellJson(const delta::RowBatch& batch, size_t column, size_t row) {
  return Json(delta::ValueToJson(batch.Fields()[column].type, batch.At(column, row)));
}

Column ValueColumn(const std::string& name) {
  return {name, Alignment::kLeft,
          [name](const Json& row) { return ShowValue(row["values"][name]); }};
}

std::string CsvField(const Json& value) {
  if (value.is_null()) {
    return "";
  }
  const std::string text = value.is_string()
                               ? value.get<std::string>()
                               : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  // An empty string is quoted, so that it is not taken for a null.
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

Result<void> ReportRows(Report& report, const store::ReadableStore& store,
                        const delta::Snapshot& snapshot, const delta::ScanOptions& options,
                        uint64_t limit) {
  std::vector<Column> columns;
  for (const std::string& name : ColumnNames(snapshot, options)) {
    columns.push_back(ValueColumn(name));
  }
  report.UseColumns(std::move(columns));
  URSA_TRY(
      const uint64_t rows,
      ForEachRow(store, snapshot, options, limit, [&](const delta::RowBatch& batch, size_t row) {
        Json values = Json::object();
        for (size_t column = 0; column < batch.Fields().size(); ++column) {
          values[batch.Fields()[column].name] = CellJson(batch, column, row);
        }
        report.Row({Json{{"values", std::move(values)}}, true, false});
      }));
  report.Summary(Json{{"version", snapshot.version}, {"rows", rows}});
  return {};
}

Result<void> WriteCsv(Output& output, const store::ReadableStore& store,
                      const delta::Snapshot& snapshot, const delta::ScanOptions& options,
                      uint64_t limit) {
  std::string line;
  for (const std::string& name : ColumnNames(snapshot, options)) {
    line += (line.empty() ? "" : ",") + CsvField(name);
  }
  output.Write(line + "\n");
  const auto written =
      ForEachRow(store, snapshot, options, limit, [&](const delta::RowBatch& batch, size_t row) {
        line.clear();
        for (size_t column = 0; column < batch.Fields().size(); ++column) {
          line += (column == 0 ? "" : ",") + CsvField(CellJson(batch, column, row));
        }
        output.Write(line + "\n");
      });
  return written ? Result<void>() : Propagate(written.error());
}

}  // namespace ursa::cli
