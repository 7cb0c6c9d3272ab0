#include "cli/json_report.h"

#include <utility>

namespace ursa::cli {
namespace {

constexpr int kRecordVersion = 1;
constexpr Nanoseconds kFlushInterval = std::chrono::seconds(1);

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

void JsonReport::WriteLine(std::string_view kind, const Json& values) {
  Json line;
  line["record"] = kind;
  line["record_version"] = kRecordVersion;
  line["command"] = command_.empty() ? Json(nullptr) : Json(command_);
  for (const auto& [key, value] : values.items()) {
    line.emplace(key, Json(value));  // what stands there already is not replaced
  }
  output_.Write(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  if (const Nanoseconds now = clock_.Steady(); now - flushed_ >= kFlushInterval) {
    output_.Flush();
    flushed_ = now;
  }
}

}  // namespace ursa::cli
