#include "cli/json_report.h"

#include <fmt/format.h>

#include <utility>

#include "delta/value_text.h"

namespace ursa::cli {
namespace {

constexpr int kRecordVersion = 1;
constexpr Nanoseconds kFlushInterval = std::chrono::seconds(1);

// Most values are short text or numbers, which need no dump of their own.
void AppendJson(std::string& line, const Json& value) {
  if (value.is_string()) {
    delta::AppendJsonText(line, value.get_ref<const std::string&>());
  } else {
    line += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

Json OrNull(const std::optional<int64_t>& number) { return number ? Json(*number) : Json(nullptr); }

}  // namespace

JsonReport::JsonReport(std::string command, Output& output, Clock& clock, Log& log)
    : Report(log),
      command_(std::move(command)),
      output_(output),
      clock_(clock),
      flushed_(clock.Steady()) {}

void JsonReport::ShowBegin(const RunInfo& info) {
  Json values;
  values["profile"] = info.profile;
  values["catalog"] = info.catalog;
  values["environment"] = EnvironmentName(info.environment);
  values["table_version"] = OrNull(info.table_version);
  values["rows"] = OrNull(info.rows);
  WriteLine("run", values);
}

void JsonReport::ShowRow(const ReportRow& row, bool /*needs_person*/) {
  WriteLine("row", row.values);
}

void JsonReport::ShowTextRow(const std::function<void(std::string&)>& append_values,
                             bool /*needs_person*/) {
  std::string line = Envelope("row") + ",";
  append_values(line);
  WriteLine(std::move(line));
}

void JsonReport::ShowRecord(const ReportRecord& record) {
  if (!record.kind.empty()) {
    WriteLine(record.kind, record.values);
  }
}

void JsonReport::ShowEnd(const Ending& ending) {
  Json values = ending.summary.value_or(Json::object());
  if (!ending.outcome) {
    const Error& error = ending.outcome.error();
    if (error.code == ErrorCode::kRefused) {
      values["refused"] = error.rule;
      values["message"] = error.ToString();
    } else {
      values["error"] = {{"code", ErrorCodeName(error.code)}, {"message", error.ToString()}};
    }
  }
  WriteLine("summary", values);
  output_.Flush();
}

std::string JsonReport::Envelope(std::string_view kind) const {
  std::string line = "{\"record\":";
  delta::AppendJsonText(line, kind);
  line += fmt::format(",\"record_version\":{},\"command\":", kRecordVersion);
  if (command_.empty()) {
    line += "null";
  } else {
    delta::AppendJsonText(line, command_);
  }
  return line;
}

void JsonReport::WriteLine(std::string_view kind, const Json& values) {
  std::string line = Envelope(kind);
  for (const auto& [key, value] : values.items()) {
    // What stands in the envelope already is not replaced.
    if (key != "record" && key != "record_version" && key != "command") {
      line += ',';
      delta::AppendJsonText(line, key);
      line += ':';
      AppendJson(line, value);
    }
  }
  WriteLine(std::move(line));
}

void JsonReport::WriteLine(std::string line) {
  line += "}\n";
  output_.Write(line);
  if (const Nanoseconds now = clock_.Steady(); now - flushed_ >= kFlushInterval) {
    output_.Flush();
    flushed_ = now;
  }
}

}  // namespace ursa::cli
