// Commands for tests: one like a maintenance command, and two of a group.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/option_groups.h"

namespace ursa::cli {

class FakeFixDurations final : public Command {
 public:
  FakeFixDurations()
      : Command({.name = "fix-durations-inplace",
                 .section = CommandSection::kMaintenance,
                 .summary = "correct recording durations",
                 .description = "Derives every recording's end time again.",
                 .examples = {{"see what would change", "fix-durations-inplace --profile r2"}}}) {}

  void Configure(Options& options) override {
    options.Decimal("--min-delta-seconds", "S", "change durations that are wrong by more",
                    min_delta_seconds);
    options.Whole("--max-indeterminate", "N", "refuse where more have no end", max_indeterminate);
    options.Texts("--recording", "ID", "only this recording", recordings);
    options.Flag("--skip-raw-gone", "leave recordings without data alone", skip_raw_gone);
    AddSinceOption(options, since);
    AddShardOption(options, shard);
    AddCommitOptions(options, commit);
  }
  [[nodiscard]] std::vector<Column> Columns() const override {
    return {TextColumn("recording", "recording_id"), TextColumn("action", "action")};
  }
  Result<void> Run(Invocation& invocation) override { return run(invocation); }

  double min_delta_seconds = 60;
  uint64_t max_indeterminate = 0;
  std::vector<std::string> recordings;
  bool skip_raw_gone = false;
  std::optional<TimeNs> since;
  std::optional<maintenance::Shard> shard;
  CommitOptions commit;
  std::function<Result<void>(Invocation&)> run = [](Invocation&) { return Result<void>(); };
};

// "catalog show" and "catalog diff TABLE V1 V2": arguments, required and not.
class FakeCatalogCommand final : public Command {
 public:
  explicit FakeCatalogCommand(const std::string& name)
      : Command({.name = "catalog " + name,
                 .section = CommandSection::kCatalog,
                 .summary = name + " it",
                 .description = "Shows the catalog.",
                 .examples = {{"show it", "catalog " + name + " recordings 2026-05-07"}}}) {}

  void Configure(Options& options) override {
    options.Argument("TABLE", "the table", table);
    options.OptionalArgument("SINCE", "from when on", since);
    options.Choice("--format", "how", {"table", "csv", "json"}, format);
    options.Value("--version", "N", "the table's version", [this](const std::string& text) {
      version = text;
      return Result<void>();
    });
  }
  [[nodiscard]] bool WantsJson() const override { return format == "json"; }
  Result<void> Run(Invocation& /*invocation*/) override { return {}; }

  std::string table;
  std::optional<std::string> since;
  std::string format = "table";
  std::optional<std::string> version;
};

// "ingest RECORDING_ID...".
class FakeIngest final : public Command {
 public:
  FakeIngest()
      : Command({.name = "ingest",
                 .section = CommandSection::kCatalog,
                 .summary = "take recordings in",
                 .description = "Takes recordings into the catalog.",
                 .examples = {{"take one in", "ingest rec_20260507_143022_a1b2"}}}) {}

  void Configure(Options& options) override {
    options.Arguments("RECORDING_ID", "a recording", recordings);
    options.Whole("--days", "N", "how far back", days);
    options.Require("--days");
    AddCommitOptions(options, commit, {.guard = false, .plan = false});
  }
  Result<void> Run(Invocation& /*invocation*/) override { return {}; }

  std::vector<std::string> recordings;
  std::optional<uint64_t> days;
  CommitOptions commit;
};

// A list of fakes, and the fakes in it.
struct FakeCommands {
  FakeCommands() {
    fix = Add(std::make_unique<FakeFixDurations>());
    show = Add(std::make_unique<FakeCatalogCommand>("show"));
    history = Add(std::make_unique<FakeCatalogCommand>("history"));
    ingest = Add(std::make_unique<FakeIngest>());
    list.groups = {{"catalog", "the catalog itself"}};
  }

  template <typename T>
  T* Add(std::unique_ptr<T> command) {
    T* added = command.get();
    list.commands.push_back(std::move(command));
    return added;
  }

  CommandList list;
  FakeFixDurations* fix;
  FakeCatalogCommand* show;
  FakeCatalogCommand* history;
  FakeIngest* ingest;
};

}  // namespace ursa::cli
