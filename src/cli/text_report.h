// A run's report for people: the first line at once; then, when all is known, a table of the first
// rows, what is no row, one line of name=value, and a dry run's command line that commits it.
// Rows beyond `top` are counted and not kept. Everything from outside is escaped.
// Source: commands.md, "Output".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/output.h"
#include "cli/report.h"
#include "cli/style.h"

namespace ursa::cli {

struct TextSettings {
  uint64_t top = 50;                                      // rows shown
  std::optional<size_t> terminal_columns = std::nullopt;  // none: not a terminal, cells stay whole
  bool colored = false;
};

class TextReport final : public Report {
 public:
  TextReport(std::vector<Column> columns, const TextSettings& settings, Output& output, Log& log);

  void UseColumns(std::vector<Column> columns) override { columns_ = std::move(columns); }

 private:
  void ShowBegin(const RunInfo& info) override;
  void ShowRow(const ReportRow& row, bool needs_person) override;
  [[nodiscard]] bool WantsValues(bool shown) const override {
    return shown && rows_.size() < settings_.top;
  }
  void ShowRecord(const ReportRecord& record) override;
  void ShowNote(const std::string& text, const std::string& command_line) override;
  void ShowEnd(const Ending& ending) override;

  void ShowTable();
  void ShowSummary(const Ending& ending);
  // Writes lines with an empty one before them, but at the very beginning.
  void WriteParagraph(const std::vector<std::string>& lines);

  std::vector<Column> columns_;
  const TextSettings settings_;
  const Style style_;
  Output& output_;
  std::vector<Json> rows_;          // the first `top` ones
  std::vector<bool> needs_person_;  // of each of them
  uint64_t rows_told_ = 0;          // of those meant for people
  std::vector<std::string> after_rows_;
  std::vector<std::string> after_summary_;
  bool anything_written_ = false;
};

}  // namespace ursa::cli
