#include "cli/report.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/exit_code.h"

namespace ursa::cli {
namespace {

// Whether the row's text at `key` is one of the words that need a person.
bool SaysSo(const Json& row, const char* key) {
  const auto value = row.find(key);
  return value != row.end() && value->is_string() &&
         NeedsPerson(value->get_ref<const std::string&>());
}

std::string Counted(const std::optional<int64_t>& count) {
  return count ? WithThousands(*count) : "no";
}

// In double quotes, its own ones doubled: no backslash, which showing would double.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  return quoted + '"';
}

// The value of one name in a summary line: one word, or quoted.
std::string SummaryValue(const Json& value) {
  if (value.is_array()) {
    std::string joined;
    for (const Json& entry : value) {
      joined += (joined.empty() ? "" : ",") + SummaryValue(entry);
    }
    return joined.empty() ? "-" : joined;
  }
  const std::string text = ShowValue(value);
  return value.is_string() && text.find_first_of(" \"=,") != std::string::npos ? Quoted(text)
                                                                               : text;
}

}  // namespace

std::string_view EnvironmentName(Environment environment) {
  return environment == Environment::kStaging ? "staging" : "production";
}

std::string BeginLine(const RunInfo& info) {
  const std::string version =
      info.table_version ? fmt::format("table version {}", *info.table_version) : "no table yet";
  return fmt::format("profile {}, catalog {}, {}, {}, {} {}", info.profile, info.catalog,
                     EnvironmentName(info.environment), version, Counted(info.rows),
                     info.rows == 1 ? "row" : "rows");
}

std::string SummaryLine(const Json& values) {
  std::string line;
  for (const auto& [name, value] : values.items()) {
    line += (line.empty() ? "" : " ") + name + '=' + SummaryValue(value);
  }
  return line;
}

std::string ErrorLine(const Error& error) {
  switch (error.code) {
    case ErrorCode::kRefused:
      return fmt::format("refused ({}): {}", error.rule, error.ToString());
    case ErrorCode::kInterrupted:
      return fmt::format("interrupted: {}; it is safe to run this again", error.ToString());
    default:
      return "error: " + error.ToString();
  }
}

void Report::Begin(const RunInfo& info) {
  log_.Write(BeginLine(info));
  ShowBegin(info);
}

void Report::Row(const ReportRow& row) {
  const bool needs_person =
      row.needs_person || SaysSo(row.values, "action") || SaysSo(row.values, "reason");
  needs_person_ = needs_person_ || needs_person;
  ShowRow(row, needs_person);
}

void Report::Row(std::string_view action, bool shown, bool row_needs_person,
                 const std::function<Json()>& make_values) {
  const bool needs_person = row_needs_person || cli::NeedsPerson(action);
  needs_person_ = needs_person_ || needs_person;
  ShowRow({WantsValues(shown) ? make_values() : Json(), shown, row_needs_person}, needs_person);
}

void Report::TextRow(std::string_view action,
                     const std::function<void(std::string&)>& append_values) {
  const bool needs_person = cli::NeedsPerson(action);
  needs_person_ = needs_person_ || needs_person;
  ShowTextRow(append_values, needs_person);
}

void Report::ShowTextRow(const std::function<void(std::string&)>& append_values,
                         bool needs_person) {
  ReportRow row;
  if (WantsValues(row.shown)) {
    std::string text = "{";
    append_values(text);
    row.values = Json::parse(text + "}");
  }
  ShowRow(row, needs_person);
}

void Report::Record(const ReportRecord& record) {
  needs_person_ = needs_person_ || record.needs_person;
  if (!record.text.empty()) {
    if (record.names_people) {
      log_.Write("a " + record.kind + ", whose names stay out of the log");
    } else {
      log_.Write(record.text, record.command_line);
    }
  }
  ShowRecord(record);
}

void Report::Note(const std::string& text, const std::string& command_line) {
  log_.Write(text, command_line);
  ShowNote(text, command_line);
}

void Report::End(const Result<void>& outcome) {
  if (summary_) {
    log_.Write(SummaryLine(*summary_));
  }
  if (!outcome) {
    log_.Write(ErrorLine(outcome.error()));
  }
  ShowEnd({summary_, commit_command_line_, outcome});
}

}  // namespace ursa::cli
