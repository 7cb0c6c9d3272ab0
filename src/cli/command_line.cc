#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>

#include "cli/program.h"
#include "cli/suggestion.h"

namespace ursa::cli {
namespace {

constexpr uint64_t kJobsMax = 1024;
constexpr std::string_view kOptionsEnd = "--";

std::string SectionTitle(CommandSection section) {
  switch (section) {
    case CommandSection::kMaintenance:
      return "Maintenance";
    case CommandSection::kPlans:
      return "Plans and undo";
    case CommandSection::kCatalog:
      return "Catalog and ingest";
    case CommandSection::kLaboratory:
      return "Laboratory";
  }
  return "Commands";
}

// The library's help, but for the aliases (people are shown one name a command) and for what an
// option excludes (its error says that).
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(34);
    label("SUBCOMMAND", "COMMAND");
    label("Positionals", "Arguments");
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    return (type.empty() || option->get_positional() ? "" : " " + type) +
           (option->get_required() && !option->get_positional() ? " (required)" : "");
  }
  std::string make_subcommand(const CLI::App* app) const override {
    std::ostringstream out;
    CLI::detail::format_help(out, app->get_name(), FirstLine(app->get_description()),
                             get_column_width());
    return out.str();
  }

 private:
  static std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }
};

std::string ExamplesText(const Command& command) {
  std::string text;
  for (const CommandExample& example : command.info().examples) {
    text += fmt::format("{}  # {}\n  ursa {}\n", text.empty() ? "Examples:\n" : "", example.what,
                        example.arguments);
  }
  return text + "\nOptions of every command (--config, --profile, --json, ...): ursa --help";
}

// "fix-durations-inplace" -> "fix_durations_inplace"
std::string ScriptName(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// "auto|always|never" -> its parts; none for the name of a value.
std::vector<std::string> ChoicesOf(const std::string& value_name) {
  return value_name.find('|') == std::string::npos ? std::vector<std::string>()
                                                   : CLI::detail::split(value_name, '|');
}

std::vector<OptionDescription> DescribeOptions(const CLI::App& app) {
  std::vector<OptionDescription> options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      continue;
    }
    const bool is_flag = option->get_expected_max() == 0;
    const std::string value_name = is_flag ? "" : option->get_type_name();
    options.push_back({"--" + option->get_lnames().front(), value_name, ChoicesOf(value_name),
                       option->get_description()});
  }
  return options;
}

std::vector<ArgumentDescription> DescribeArguments(const CLI::App& app) {
  std::vector<ArgumentDescription> arguments;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      arguments.push_back({option->get_name(true), option->get_description()});
    }
  }
  return arguments;
}

// The parser of one command line: the library's objects, and what of ours they stand for.
class Parser {
 public:
  Parser(std::vector<std::string> arguments, CommandList& list)
      : arguments_(std::move(arguments)),
        list_(list),
        app_(
            "Repairs a laboratory's catalog from its raw "
            "recordings.",
            "ursa") {
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.set_help_flag("-h,--help", "show this help");
    app_.set_version_flag("--version", "ursa " URSA_VERSION, "show the version");
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.footer("ursa COMMAND --help shows a command's options and examples.");
    AddGlobalOptions();
    for (const auto& command : list_.commands) {
      AddCommand(*command);
    }
  }

  ProgramDescription Describe() const {
    ProgramDescription program{app_.get_description(), DescribeOptions(app_), {}};
    for (const auto& command : list_.commands) {
      const auto found = std::find_if(commands_.begin(), commands_.end(), [&](const auto& entry) {
        return entry.second == command.get();
      });
      const CommandInfo& info = command->info();
      program.commands.push_back({info.name, SectionTitle(info.section), info.summary,
                                  info.description, info.examples, DescribeOptions(*found->first),
                                  DescribeArguments(*found->first)});
    }
    return program;
  }

  CommandLine Parse() {
    CommandLine line;
    try {
      std::vector<std::string> reversed(arguments_.rbegin(), arguments_.rend());
      line.kind = CommandLine::Kind::kWrong;
      if (const auto empty = EmptyValue()) {
        line.error = Wrong(*empty);
      } else {
        app_.parse(std::move(reversed));
        line.kind = CommandLine::Kind::kRun;
      }
    } catch (const CLI::CallForHelp&) {
      line.kind = CommandLine::Kind::kShow;
      line.text = app_.help();
    } catch (const CLI::CallForVersion& version) {
      line.kind = CommandLine::Kind::kShow;
      line.text = std::string(version.what()) + "\n";
    } catch (const CLI::ParseError& error) {
      line.error = Wrong(FlagWithValue().value_or(error.what()));
    }
    line.command = ParsedCommand();
    Settle(line);
    line.globals = globals_;
    line.globals.color = color_ == "auto"     ? ColorWhen::kAuto
                         : color_ == "always" ? ColorWhen::kAlways
                                              : ColorWhen::kNever;
    // Where parsing broke off, the flag may not have been reached: the answer is JSON all the same.
    line.globals.json = line.globals.json || Given("--json") ||
                        (line.command != nullptr && line.command->WantsJson());
    return line;
  }

 private:
  void AddGlobalOptions() {
    Options options(app_);
    options.Text("--config", "FILE", "the configuration (default ursa.toml, else the user's)",
                 globals_.config);
    options.Text("--profile", "NAME", "the laboratory (default URSA_PROFILE, default_profile)",
                 globals_.profile);
    options.Flag("--json", "JSON lines on standard output", globals_.json);
    options.Whole("--jobs", "N", "things done at once (default: the cores; 32 on S3)",
                  globals_.jobs, {1, kJobsMax});
    options.Whole("--top", "N", "rows shown to people", globals_.top);
    options.Text("--log-file", "FILE", "append what is done to this file", globals_.log_file);
    options.Flag("--no-progress", "no progress on standard error", globals_.no_progress);
    options.Choice("--color", "colours", {"auto", "always", "never"}, color_);
  }

  void AddCommand(Command& command) {
    const CommandInfo& info = command.info();
    const size_t space = info.name.find(' ');
    CLI::App* parent =
        space == std::string::npos ? &app_ : Group(info.name.substr(0, space), info.section);
    const std::string name = space == std::string::npos ? info.name : info.name.substr(space + 1);
    CLI::App* app = parent->add_subcommand(name, info.summary + "\n\n" + info.description + "\n");
    app->group(SectionTitle(info.section));
    app->footer(ExamplesText(command));
    if (info.section == CommandSection::kMaintenance) {
      // As the operators' page types them, with the directory of the scripts or without.
      app->alias(ScriptName(name))
          ->alias(ScriptName(name) + ".py")
          ->alias("scripts/" + ScriptName(name) + ".py");
    }
    Options options(*app);
    command.Configure(options);
    commands_[app] = &command;
  }

  CLI::App* Group(const std::string& name, CommandSection section) {
    if (const auto known = groups_.find(name); known != groups_.end()) {
      return known->second;
    }
    const auto described = std::find_if(list_.groups.begin(), list_.groups.end(),
                                        [&](const CommandGroup& g) { return g.name == name; });
    CLI::App* group = app_.add_subcommand(
        name, described == list_.groups.end() ? std::string() : described->summary);
    group->group(SectionTitle(section));
    group->require_subcommand(0, 1);
    groups_[name] = group;
    return group;
  }

  // The innermost of the library's objects that the words lead to.
  const CLI::App* Innermost() const {
    const CLI::App* app = &app_;
    for (auto parsed = app->get_subcommands(); !parsed.empty(); parsed = app->get_subcommands()) {
      app = parsed.front();
    }
    return app;
  }

  Command* ParsedCommand() const {
    const auto found = commands_.find(Innermost());
    return found == commands_.end() ? nullptr : found->second;
  }

  // Decides what it all comes to. An unknown word explains most of what else is wrong.
  void Settle(CommandLine& line) {
    if (line.kind == CommandLine::Kind::kShow && app_.count("--version") > 0) {
      return;
    }
    std::vector<std::string> unknown = app_.remaining(true);
    std::erase(unknown, kOptionsEnd);
    if (!unknown.empty()) {
      line.kind = CommandLine::Kind::kWrong;
      line.error = UnknownWord(unknown.front(), line.command);
      return;
    }
    if (line.kind == CommandLine::Kind::kRun && line.command == nullptr) {
      line.kind = CommandLine::Kind::kNothing;
      const CLI::App* innermost = Innermost();
      line.text = innermost == &app_ ? app_.help() : innermost->help("ursa");
    }
  }

  Error Wrong(const std::string& what) const {
    const Command* command = ParsedCommand();
    return {ErrorCode::kUsage,
            fmt::format("{}{} ursa {}--help", what, what.ends_with('?') ? " See" : "; see",
                        command == nullptr ? "" : command->info().name + " "),
            {},
            {}};
  }

  Error UnknownWord(const std::string& word, const Command* command) const {
    const std::string name = word.substr(0, word.find('='));
    if (word.starts_with('-')) {
      return Wrong(fmt::format("unknown option '{}'{}", name, DidYouMean(name, OptionNames())));
    }
    if (command != nullptr) {
      return Wrong(fmt::format("'{}' is one argument too many", word));
    }
    const CLI::App* innermost = Innermost();
    const std::string group = innermost == &app_ ? "" : innermost->get_name() + " ";
    return Wrong(fmt::format("unknown command '{}{}'{}", group, word, SuggestCommand(group, word)));
  }

  // A command's last word counts too: `ursa history` is told of `catalog history`.
  std::string SuggestCommand(const std::string& group, const std::string& word) const {
    std::string asked = group + word;
    std::replace(asked.begin(), asked.end(), '_', '-');
    if (asked.ends_with(".py")) {
      asked.resize(asked.size() - 3);
    }
    std::vector<std::string> names;
    for (const auto& command : list_.commands) {
      const std::string& name = command->info().name;
      names.push_back(name);
      if (const size_t space = name.find(' ');
          space != std::string::npos && name.substr(space + 1) == asked) {
        return DidYouMean(name, {name});
      }
    }
    for (const CommandGroup& command_group : list_.groups) {
      names.push_back(command_group.name);
    }
    return DidYouMean(asked, names);
  }

  std::vector<std::string> OptionNames() const {
    std::vector<std::string> names;
    for (const CLI::App* app : {&app_, Innermost()}) {
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) {
          names.push_back("--" + name);
        }
      }
    }
    return names;
  }

  // Whether a word stands among the options.
  bool Given(std::string_view option) const {
    const auto end = std::find(arguments_.begin(), arguments_.end(), kOptionsEnd);
    return std::find(arguments_.begin(), end, option) != end;
  }

  // What is wrong with `--flag=value`: the library's own words name no flag as it was typed.
  std::optional<std::string> FlagWithValue() const {
    for (const std::string& word : arguments_) {
      const size_t equals = word.find('=');
      const std::string name = word.substr(0, equals);
      for (const CLI::App* app : {&app_, Innermost()}) {
        const CLI::Option* option =
            equals == std::string::npos ? nullptr : app->get_option_no_throw(name);
        if (option != nullptr && option->get_expected_max() == 0) {
          return fmt::format("{} takes no value, and '{}' gives it one", name, word);
        }
      }
    }
    return std::nullopt;
  }

  // `--name=` without a value: the library would take the next word for it.
  std::optional<std::string> EmptyValue() const {
    const auto end = std::find(arguments_.begin(), arguments_.end(), kOptionsEnd);
    const auto found = std::find_if(arguments_.begin(), end, [](const std::string& word) {
      return word.starts_with("--") && word.find('=') == word.size() - 1;
    });
    if (found == end) {
      return std::nullopt;
    }
    return fmt::format("{}: the value is empty", found->substr(0, found->size() - 1));
  }

  const std::vector<std::string> arguments_;
  CommandList& list_;
  CLI::App app_;
  GlobalOptions globals_;
  std::string color_ = "auto";
  std::map<const CLI::App*, Command*> commands_;
  std::map<std::string, CLI::App*> groups_;
};

}  // namespace

ProgramDescription DescribeProgram(CommandList& list) { return Parser({}, list).Describe(); }

CommandLine ParseCommandLine(const std::vector<std::string>& arguments, CommandList& list) {
  return Parser(arguments, list).Parse();
}

std::string KebabName(const Command& command) {
  std::string name = command.info().name;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

}  // namespace ursa::cli
