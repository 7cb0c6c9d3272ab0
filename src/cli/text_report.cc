#include "cli/text_report.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace ursa::cli {

TextReport::TextReport(std::vector<Column> columns, const TextSettings& settings, Output& output,
                       Log& log)
    : Report(log),
      columns_(std::move(columns)),
      settings_(settings),
      style_(settings.colored),
      output_(output) {}

void TextReport::ShowBegin(const RunInfo& info) {
  const std::string line = EscapeForDisplay(BeginLine(info));
  const bool production = info.environment == Environment::kProduction;
  output_.Write((production ? style_.Alarm(line) : style_.Bold(line)) + "\n");
  output_.Flush();
  anything_written_ = true;
}

void TextReport::ShowRow(const ReportRow& row, bool needs_person) {
  if (!row.shown) {
    return;
  }
  ++rows_told_;
  if (WantsValues(row.shown)) {
    rows_.push_back(row.values);
    needs_person_.push_back(needs_person);
  }
}

void TextReport::ShowRecord(const ReportRecord& record) {
  if (record.text.empty()) {
    return;
  }
  const std::string line = EscapeForDisplay(record.text) + record.command_line;
  const std::string styled = record.needs_person ? style_.Alarm(line) : line;
  switch (record.place) {
    case ReportRecord::Place::kBeforeRows:
      output_.Write(styled + "\n");
      output_.Flush();
      anything_written_ = true;
      break;
    case ReportRecord::Place::kAfterRows:
      after_rows_.push_back(styled);
      break;
    case ReportRecord::Place::kAfterSummary:
      after_summary_.push_back(styled);
      break;
  }
}

void TextReport::ShowNote(const std::string& text, const std::string& command_line) {
  after_summary_.push_back(style_.Alarm(EscapeForDisplay(text) + command_line));
}

void TextReport::ShowEnd(const Ending& ending) {
  ShowTable();
  WriteParagraph(after_rows_);
  ShowSummary(ending);
  WriteParagraph(after_summary_);
  if (ending.outcome && !ending.commit_command_line.empty()) {
    WriteParagraph(
        {style_.Bold("Nothing was written. To commit:"), "  " + ending.commit_command_line});
  }
  output_.Flush();
}

void TextReport::ShowTable() {
  if (columns_.empty()) {
    return;
  }
  std::vector<std::string> lines;
  if (!rows_.empty()) {
    lines = RenderTable(columns_, rows_, settings_.terminal_columns);
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == 0) {
      lines[i] = style_.Bold(lines[i]);
    } else if (needs_person_[i - 1]) {
      lines[i] = style_.Alarm(lines[i]);
    }
  }
  if (const uint64_t hidden = rows_told_ - rows_.size(); hidden > 0) {
    const std::string count = WithThousands(static_cast<long long>(hidden));
    lines.push_back(style_.Dim(rows_.empty() ? count + (hidden == 1 ? " row" : " rows")
                                             : fmt::format("and {} more", count)));
  }
  WriteParagraph(lines);
}

void TextReport::ShowSummary(const Ending& ending) {
  Json values = ending.summary.value_or(Json::object());
  if (!ending.outcome && ending.outcome.error().code == ErrorCode::kRefused) {
    values["refused"] = ending.outcome.error().rule;
  }
  if (!values.empty()) {
    WriteParagraph({EscapeForDisplay(SummaryLine(values))});
  }
}

void TextReport::WriteParagraph(const std::vector<std::string>& lines) {
  if (lines.empty()) {
    return;
  }
  if (anything_written_) {
    output_.Write("\n");
  }
  for (const std::string& line : lines) {
    output_.Write(line + "\n");
  }
  anything_written_ = true;
}

}  // namespace ursa::cli
