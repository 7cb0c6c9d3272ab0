// A run's report as JSON lines, for programs: one object a line, and nothing else on the output.
//
//   {"record":"run","record_version":1,"command":"...","profile":...}      where a catalog was
//   opened
//   {"record":"row","record_version":1,"command":"...", ...}               each
//   {"record":"summary","record_version":1,"command":"...", ...}           always, last
//
// The summary of a refused run has "refused" and "message", that of a failed one has "error".
// Lines are valid UTF-8 whatever the names in them are: bytes that are not become U+FFFD.
// Source: commands.md, "Output".
#pragma once

#include <string>

#include "base/environment.h"
#include "cli/output.h"
#include "cli/report.h"

namespace ursa::cli {

class JsonReport final : public Report {
 public:
  // `command` in kebab-case; empty, where no command was recognised, is written as null. What was
  // told is flushed at least once a second while something is told.
  JsonReport(std::string command, Output& output, Clock& clock, Log& log);

 private:
  void ShowBegin(const RunInfo& info) override;
  void ShowRow(const ReportRow& row, bool needs_person) override;
  void ShowTextRow(const std::function<void(std::string&)>& append_values,
                   bool needs_person) override;
  void ShowRecord(const ReportRecord& record) override;
  void ShowEnd(const Ending& ending) override;

  // A line's start, up to its values.
  [[nodiscard]] std::string Envelope(std::string_view kind) const;
  void WriteLine(std::string_view kind, const Json& values);
  // All but the line's last brace.
  void WriteLine(std::string line);

  const std::string command_;
  Output& output_;
  Clock& clock_;
  Nanoseconds flushed_;
};

}  // namespace ursa::cli
