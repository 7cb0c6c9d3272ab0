#include "cli/man_page.h"

#include <fmt/format.h>

#include "cli/exit_code.h"

namespace ursa::cli {
namespace {

// Text that roff shows as it is; a line that begins like a request gets a zero-width start.
std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) {
      escaped += "\\&";
    }
    escaped += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  }
  return escaped;
}

std::string OptionText(const OptionDescription& option) {
  const std::string value =
      option.value_name.empty() ? "" : " \\fI" + Escape(option.value_name) + "\\fR";
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", Escape(option.name), value, Escape(option.help));
}

std::string CommandText(const CommandDescription& command) {
  std::string text = fmt::format(".SS {}", Escape(command.name));
  for (const ArgumentDescription& argument : command.arguments) {
    text += " " + Escape(argument.name);
  }
  text += "\n" + Escape(command.description) + "\n";
  for (const ArgumentDescription& argument : command.arguments) {
    text += fmt::format(".TP\n\\fI{}\\fR\n{}\n", Escape(argument.name), Escape(argument.help));
  }
  for (const OptionDescription& option : command.options) {
    if (option.name != "--help") {
      text += OptionText(option);
    }
  }
  for (const CommandExample& example : command.examples) {
    text += fmt::format(".PP\n{}:\n.PP\n.RS 4\n.nf\nursa {}\n.fi\n.RE\n", Escape(example.what),
                        Escape(example.arguments));
  }
  return text;
}

}  // namespace

std::string ManPage(const ProgramDescription& program, const std::string& version) {
  std::string text = fmt::format(
      ".TH URSA 1 \"\" \"ursa {}\" \"User Commands\"\n"
      ".SH NAME\nursa \\- repairs a laboratory's catalog from its raw recordings\n"
      ".SH SYNOPSIS\n.B ursa\n[\\fIoptions\\fR] \\fIcommand\\fR [\\fIoptions\\fR] "
      "[\\fIarguments\\fR]\n"
      ".SH DESCRIPTION\n{}\n.PP\nWithout \\fB\\-\\-commit\\fR nothing is written: a command shows "
      "what it "
      "would change.\n.SH OPTIONS\nThey may stand before or after the command.\n",
      Escape(version), Escape(program.summary));
  for (const OptionDescription& option : program.options) {
    text += OptionText(option);
  }
  std::string section;
  for (const CommandDescription& command : program.commands) {
    if (command.section != section) {
      section = command.section;
      text += ".SH " + Escape(section) + "\n";
    }
    text += CommandText(command);
  }
  text += ".SH EXIT STATUS\n";
  for (const ExitCodeMeaning& meaning : ExitCodeMeanings()) {
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", ToInt(meaning.code), Escape(meaning.meaning));
  }
  return text +
         ".SH FILES\n.TP\n\\fIursa.toml\\fR\nThe configuration: in the working directory, else "
         "$XDG_CONFIG_HOME/ursa/config.toml.\n"
         ".SH ENVIRONMENT\n.TP\nURSA_PROFILE\nThe profile, where no \\-\\-profile is given.\n"
         ".TP\nNO_COLOR\nNo colours.\n.TP\nTMPDIR\nWhere plans that are larger than memory should "
         "hold are kept meanwhile.\n";
}

}  // namespace ursa::cli
