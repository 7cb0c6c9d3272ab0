// The options of commands: typed, checked, and described once, where they are declared.
//
// This is all that a command sees of the command-line library. Values are strict, where the
// library is not: whole numbers are decimal digits (no sign, no 0x, no octal), texts are not
// empty, and a text that begins with `--` is taken for the flag that it looks like, so that
// `--plan-out $UNSET --commit` is an error and not a file named --commit.
// Source: commands.md; TIGER_STYLE of style.md (a limit on everything).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace CLI {
class App;
}

namespace ursa::cli {

// The bounds of a whole number, both included.
struct WholeLimits {
  uint64_t min = 0;
  uint64_t max = INT64_MAX;
};

// Declares options. Everything that a value is written to must outlive the parsing; a target
// keeps what it held, its default, where the option is not given. Names are "--like-this"; a value
// name is what `--help` shows for the value, e.g. "N".
class Options {
 public:
  explicit Options(CLI::App& app) : app_(app) {}

  void Flag(const std::string& name, const std::string& help, bool& value);
  // The default stands in the help.
  void Whole(const std::string& name, const std::string& value_name, const std::string& help,
             uint64_t& value, WholeLimits limits = {});
  void Whole(const std::string& name, const std::string& value_name, const std::string& help,
             std::optional<uint64_t>& value, WholeLimits limits = {});
  // A decimal number that is finite and not negative.
  void Decimal(const std::string& name, const std::string& value_name, const std::string& help,
               double& value);
  void Decimal(const std::string& name, const std::string& value_name, const std::string& help,
               std::optional<double>& value);
  void Text(const std::string& name, const std::string& value_name, const std::string& help,
            std::optional<std::string>& value);
  // May be given several times; `--name A B` is not two values.
  void Texts(const std::string& name, const std::string& value_name, const std::string& help,
             std::vector<std::string>& values);
  // One of `choices`, which are shown as the value's name; the default stands in the help.
  void Choice(const std::string& name, const std::string& help, std::vector<std::string> choices,
              std::string& value);
  // An ISO 8601 date (its start in UTC) or time (UTC where it has no offset).
  void Time(const std::string& name, const std::string& value_name, const std::string& help,
            std::optional<TimeNs>& value);
  // Any other type: `take` judges and keeps the text; its error's message is shown behind the name.
  void Value(const std::string& name, const std::string& value_name, const std::string& help,
             const std::function<Result<void>(const std::string&)>& take);

  // Arguments without a flag, in the order of their declaration. A name is "RECORDING_ID".
  void Argument(const std::string& name, const std::string& help, std::string& value);
  void OptionalArgument(const std::string& name, const std::string& help,
                        std::optional<std::string>& value);
  // One or more.
  void Arguments(const std::string& name, const std::string& help,
                 std::vector<std::string>& values);
  // Any number, none included; they may be empty.
  void OptionalArguments(const std::string& name, const std::string& help,
                         std::vector<std::string>& values);

  // An option that was declared has to be given.
  void Require(const std::string& name);
  // Two options that were declared cannot both be given.
  void Exclude(const std::string& name, const std::string& other);

 private:
  CLI::App& app_;
};

// The text of an option as its value; errors are kUsage, without the option's name.
Result<uint64_t> ParseWhole(const std::string& text, WholeLimits limits);
Result<double> ParseDecimal(const std::string& text);
Result<TimeNs> ParseDateOrTime(const std::string& text);

}  // namespace ursa::cli
