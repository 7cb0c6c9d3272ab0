#include "cli/run.h"

#include <fmt/format.h>

#include <exception>
#include <memory>
#include <utility>

#include "base/text.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/json_report.h"
#include "cli/progress.h"
#include "cli/shell.h"
#include "cli/text_report.h"

namespace ursa::cli {
namespace {

// "ursa: error: ..." on standard error.
void TellError(const Process& process, const GlobalOptions& globals, const Error& error) {
  const Style style(UsesColor(process, process.err, globals.color));
  process.err.output.Write(style.Alarm("ursa:") + " " + EscapeForDisplay(ErrorLine(error)) + "\n");
}

std::unique_ptr<Report> MakeReport(const Process& process, const CommandLine& line, Output& output,
                                   Log& log) {
  if (line.globals.json) {
    return std::make_unique<JsonReport>(line.command == nullptr ? "" : KebabName(*line.command),
                                        output, process.clock, log);
  }
  const TextSettings settings{line.globals.top, process.out.terminal_columns,
                              UsesColor(process, process.out, line.globals.color)};
  return std::make_unique<TextReport>(
      line.command == nullptr ? std::vector<Column>() : line.command->Columns(), settings, output,
      log);
}

// Wrong usage: nothing has begun, and there may be no command to name.
ExitCode EndWrong(const Process& process, const CommandLine& line, const Error& error) {
  if (line.globals.json) {
    Log no_log;
    MakeReport(process, line, process.out.output, no_log)->End(Propagate(error));
  }
  TellError(process, line.globals, error);
  return ExitCode::kUsage;
}

Result<Log> OpenLog(const Process& process, const GlobalOptions& globals) {
  if (!globals.log_file) {
    return Log();
  }
  return Log::Open(process.working_directory / *globals.log_file, process.clock);
}

// A library's exception that got this far is a failure like any other: told, and with a summary.
Result<void> RunCommand(Command& command, Invocation& invocation) {
  try {
    return command.Run(invocation);
  } catch (const std::exception& exception) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("{} ended unexpectedly: {}; this is a fault of Ursa's, please report "
                            "it with the command line",
                            command.info().name, exception.what()));
  }
}

ExitCode RunIn(const Process& process, const CommandLine& line) {
  Result<Log> log = OpenLog(process, line.globals);
  if (!log) {
    return EndWrong(process, line, log.error());
  }
  log->Write("ursa " URSA_VERSION " begins: ", CommandLineOf(process, process.arguments));

  ProgressDisplay progress(process.err, process.clock, !line.globals.no_progress);
  OutputOverProgress output(process.out.output, progress);
  const std::unique_ptr<Report> report = MakeReport(process, line, output, *log);
  Invocation invocation{process, line.globals, *report, progress, *log};
  Result<void> outcome = RunCommand(*line.command, invocation);
  progress.Clear();
  // Who asked for a log must not take a run without one for a success.
  if (const auto failure = log->Failure(); failure && outcome) {
    outcome = tl::unexpected(*failure);
  } else if (failure) {
    TellError(process, line.globals, *failure);
  }
  report->End(outcome);

  ExitCode code = report->NeedsPerson() ? ExitCode::kNeedsPerson : ExitCode::kDone;
  if (!outcome) {
    TellError(process, line.globals, outcome.error());
    code = ExitCodeOf(outcome.error().code);
  }
  log->Write(fmt::format("ends with exit code {}", ToInt(code)));
  // The disk may have become full with the last lines.
  if (const auto failure = log->Failure(); failure && outcome) {
    TellError(process, line.globals, *failure);
    code = ExitCode::kFailed;
  }
  return code;
}

// Who reads a page of rows has seen enough when the pager ends; a program that ends before the data
// do has not got them.
std::optional<Error> WhyTextWasLost(const Process& process, const CommandLine& line) {
  const bool is_for_programs =
      line.kind == CommandLine::Kind::kRun && (line.globals.json || line.command->WritesData());
  if (is_for_programs && process.out.output.ReaderHasGone()) {
    return Error{ErrorCode::kUnavailable,
                 "what reads standard output ended before the output did: it has not all of it",
                 {},
                 {}};
  }
  return process.out.output.Failure();
}

ExitCode RunLine(const Process& process, const CommandLine& line) {
  switch (line.kind) {
    case CommandLine::Kind::kShow:
      process.out.output.Write(line.text);
      return ExitCode::kDone;
    case CommandLine::Kind::kNothing:
      process.err.output.Write(line.text);
      return EndWrong(process, line, {ErrorCode::kUsage, "no command given", {}, {}});
    case CommandLine::Kind::kWrong:
      return EndWrong(process, line, line.error);
    case CommandLine::Kind::kRun:
      break;
  }
  return RunIn(process, line);
}

}  // namespace

int Run(const Process& process, CommandList& list) {
  const CommandLine line = ParseCommandLine(process.arguments, list);
  ExitCode code = RunLine(process, line);
  process.out.output.Flush();
  // What was not shown cannot have been read: such a run is no success.
  if (const auto failure = WhyTextWasLost(process, line)) {
    TellError(process, line.globals, *failure);
    code = code == ExitCode::kDone || code == ExitCode::kNeedsPerson ? ExitCode::kFailed : code;
  }
  process.err.output.Flush();
  return ToInt(code);
}

int Run(const Process& process) {
  CommandList list = AllCommands();
  return Run(process, list);
}

}  // namespace ursa::cli
