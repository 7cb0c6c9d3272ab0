// A command: one file that declares what it is called, which options it has, which columns people
// see, and what it does. Everything else (parsing, help, rendering, exit codes) is done for it.
//
//   class ShowThings final : public Command {
//    public:
//     ShowThings() : Command({.name = "show-things", .section = CommandSection::kCatalog, ...}) {}
//     void Configure(Options& options) override { options.Text("--of", ..., of_); }
//     std::vector<Column> Columns() const override { return {TextColumn("thing", "thing")}; }
//     Result<void> Run(Invocation& invocation) override {
//       URSA_TRY(const Profile profile, invocation.LoadProfile());
//       URSA_TRY(const Laboratory laboratory, OpenLaboratory(invocation, profile));
//       invocation.report.Begin({...});
//       ...
//       return {};
//     }
//    private:
//     std::optional<std::string> of_;
//   };
//
// and a line in commands.cc. An error that Run returns becomes its exit code, a line on standard
// error, and the summary's "refused" or "error"; a row that needs a person becomes exit code 1.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "cli/config.h"
#include "cli/log.h"
#include "cli/options.h"
#include "cli/process.h"
#include "cli/report.h"
#include "cli/style.h"
#include "cli/table.h"

namespace ursa::cli {

// The options that every command has, before or after its name. Source: commands.md, introduction.
struct GlobalOptions {
  std::optional<std::string> config;
  std::optional<std::string> profile;
  std::optional<std::string> log_file;
  std::optional<uint64_t> jobs;
  bool json = false;
  bool no_progress = false;
  ColorWhen color = ColorWhen::kAuto;
  uint64_t top = 50;  // rows shown to people
};

// What a command runs in. Everything referred to outlives the run.
struct Invocation {
  const Process& process;
  const GlobalOptions& globals;
  Report& report;
  Progress& progress;
  Log& log;

  // The profile that the run is for; read anew each time.
  [[nodiscard]] Result<Profile> LoadProfile() const;
  // How many things may be done at once: --jobs, else the number of cores on a directory, 32 on
  // S3. Source: architecture.md, "Concurrency".
  [[nodiscard]] size_t Jobs(const Profile& profile) const;
  // Ends a dry run with the command line that commits it: --commit, on production its guard's flag
  // too, and --profile where URSA_PROFILE chose it, which need not be set where it is pasted.
  void OfferCommit(Environment environment,
                   const std::string& production_flag = "--i-know-this-targets-prod") const;
  // Another command on the same catalog, for a shell. It always names the profile: it may be read
  // on another day, when the default is another one.
  [[nodiscard]] std::string CommandLine(const Profile& profile,
                                        const std::vector<std::string>& words) const;
};

// Under which heading of `ursa --help` a command stands.
enum class CommandSection { kMaintenance, kPlans, kCatalog, kLaboratory };

// One command line that `--help` shows; `arguments` as typed behind "ursa ".
struct CommandExample {
  std::string what;
  std::string arguments;
};

struct CommandInfo {
  std::string name;  // kebab-case; of a group "catalog show"
  CommandSection section = CommandSection::kCatalog;
  std::string summary;      // a line of `ursa --help`
  std::string description;  // what it does and doesn't, in sentences; lines of 80 columns at most
  std::vector<CommandExample> examples;
};

class Command {
 public:
  explicit Command(CommandInfo info) : info_(std::move(info)) {}
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  [[nodiscard]] const CommandInfo& info() const { return info_; }

  // Declares the command's own options, which write to its members.
  virtual void Configure(Options& /*options*/) {}
  // What people see of a row; none: rows are for --json only, or Run tells the report's
  // UseColumns.
  [[nodiscard]] virtual std::vector<Column> Columns() const { return {}; }
  // JSON is wanted as if --json were given, by an option of the command's own (--format json).
  [[nodiscard]] virtual bool WantsJson() const { return false; }
  // What it writes to standard output is for programs alone, as CSV is: one that lacks its end must
  // not be taken for whole.
  [[nodiscard]] virtual bool WritesData() const { return false; }
  // Does it, once. Must not throw.
  virtual Result<void> Run(Invocation& invocation) = 0;

 private:
  const CommandInfo info_;
};

}  // namespace ursa::cli
