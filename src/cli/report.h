// What a command tells of its run. A command says what it found and knows nothing of terminals:
//
//   report.Begin({...});                once, when the catalog is open
//   report.Row({values});               each, most important first; unchanged ones last, not shown
//   report.Record({"collision", ...});  what is no row
//   report.Summary({...});              what run.cc shows at the very end
//   report.OfferCommit("ursa ...");     a dry run's last line
//
// and returns its Result<void>; whether it was refused, failed or is done is told by that alone
// (run.cc calls End). Every run ends with exactly one summary record. The report also remembers
// whether anything needs a person, which is the exit code 1.
// Source: commands.md, "Output" and "Exit codes".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/log.h"
#include "cli/table.h"

namespace ursa::cli {

// What a run works on. Source: catalog.md, section 1.
enum class Environment { kStaging, kProduction };

// "staging" or "production".
std::string_view EnvironmentName(Environment environment);

// The first line of a run.
struct RunInfo {
  std::string profile;
  std::string catalog;  // its URI
  Environment environment = Environment::kProduction;
  std::optional<int64_t> table_version;  // of the command's main table; none: there is none yet
  std::optional<int64_t> rows;
};

// One row of a command's answer.
struct ReportRow {
  // In the order of commands.md. "record", "record_version" and "command" are the envelope's names
  // and cannot be values.
  Json values;
  bool shown = true;          // to people; false for unchanged ones, which only --json has
  bool needs_person = false;  // besides those whose action or reason says so (NeedsPerson)
};

// A record that is no row, e.g. "verify" or "collision".
struct ReportRecord {
  // Where people see it.
  enum class Place { kBeforeRows, kAfterRows, kAfterSummary };
  std::string kind;  // empty: for people only
  Json values;
  std::string text;  // one line for people; empty: they don't see it
  Place place = Place::kAfterRows;
  bool needs_person = false;
  bool names_people = false;  // its text stays out of the log
  // Stands behind the text, and is shown as it is: of shell.h, which makes no other than what is
  // safe to show and can be pasted.
  std::string command_line = {};
};

// Not thread-safe: rows are told in order, by one thread.
class Report {
 public:
  // `log` must live longer.
  explicit Report(Log& log) : log_(log) {}
  virtual ~Report() = default;
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  void Begin(const RunInfo& info);
  // The table's columns where only the run knows them; until then they are the command's
  // Columns(). Means nothing to programs.
  virtual void UseColumns(std::vector<Column> /*columns*/) {}
  void Row(const ReportRow& row);
  // The same of a row without a reason, whose values, of which `action` is one, are made only where
  // somebody sees them: there may be a million rows, and people see fifty.
  void Row(std::string_view action, bool shown, bool needs_person,
           const std::function<Json()>& make_values);
  // The same of a row whose values its command writes as text by itself, a million of them faster
  // than any tree: `append_values` appends the members of their JSON object, "a":1,"b":2.
  void TextRow(std::string_view action, const std::function<void(std::string&)>& append_values);
  void Record(const ReportRecord& record);
  // A line for people, after the summary: what programs know from the summary's values.
  // `command_line` as in ReportRecord.
  void Note(const std::string& text, const std::string& command_line = {});
  // The summary's values; kept until End, and told again replaces what was told before.
  void Summary(Json values) { summary_ = std::move(values); }
  // The command line that commits what this dry run showed.
  void OfferCommit(std::string command_line) { commit_command_line_ = std::move(command_line); }
  // The last word; called by run.cc only, and once.
  void End(const Result<void>& outcome);

  // Something that no row tells of needs a person.
  void SetNeedsPerson() { needs_person_ = true; }
  [[nodiscard]] bool NeedsPerson() const { return needs_person_; }

 protected:
  // What there is to say at the end.
  struct Ending {
    const std::optional<Json>& summary;
    const std::string& commit_command_line;
    const Result<void>& outcome;
  };

 private:
  virtual void ShowBegin(const RunInfo& info) = 0;
  virtual void ShowRow(const ReportRow& row, bool needs_person) = 0;
  // Whether ShowRow would look at the values of the next row.
  [[nodiscard]] virtual bool WantsValues(bool /*shown*/) const { return true; }
  virtual void ShowTextRow(const std::function<void(std::string&)>& append_values,
                           bool needs_person);
  virtual void ShowRecord(const ReportRecord& record) = 0;
  virtual void ShowNote(const std::string& /*text*/, const std::string& /*command_line*/) {}
  virtual void ShowEnd(const Ending& ending) = 0;

  Log& log_;
  std::optional<Json> summary_;
  std::string commit_command_line_;
  bool needs_person_ = false;
};

// The first line of a run, for people and logs; raw text, to be escaped.
std::string BeginLine(const RunInfo& info);

// "examined=12 would_refuse=production,max_changes run_id=-", raw text.
std::string SummaryLine(const Json& values);

// An error as a sentence for people: "error: ...", "refused (max_changes): ..." or "interrupted:
// ...", raw text.
std::string ErrorLine(const Error& error);

}  // namespace ursa::cli
