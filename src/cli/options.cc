#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "cli/suggestion.h"

namespace ursa::cli {
namespace {

using Take = std::function<Result<void>(const std::string&)>;

// How the library learns of a value that is wrong: it is its exceptions' only way in, and
// command_line.cc catches them.
void TakeOrThrow(const Take& take, const std::string& name, const std::string& text) {
  if (const Result<void> taken = take(text); !taken) {
    throw CLI::ValidationError(name, taken.error().message);
  }
}

Result<void> CheckText(const std::string& text) {
  if (text.empty()) {
    return Fail(ErrorCode::kUsage, "the value is empty");
  }
  if (text.starts_with("--")) {
    return Fail(ErrorCode::kUsage,
                fmt::format("needs a value, and '{}' looks like a flag; write ./{} for a file of "
                            "that name",
                            text, text));
  }
  return {};
}

// The library's own way to declare an option, without its conversions.
CLI::Option* AddOption(CLI::App& app, const std::string& name, const std::string& help,
                       const Take& take) {
  const auto callback = [take, name](const CLI::results_t& texts) {
    for (const std::string& text : texts) {
      TakeOrThrow(take, name, text);
    }
    return true;
  };
  CLI::Option* option = app.add_option(name, callback, help);
  option->type_size(1);
  return option;
}

std::string WithDefault(const std::string& help, const std::string& value) {
  return fmt::format("{} (default {})", help, value);
}

}  // namespace

Result<uint64_t> ParseWhole(const std::string& text, WholeLimits limits) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is not a whole number", text));
  }
  if (error != std::errc() || value < limits.min || value > limits.max) {
    return Fail(ErrorCode::kUsage,
                fmt::format("{} is not in {} to {}", text, limits.min, limits.max));
  }
  return value;
}

Result<double> ParseDecimal(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is not a number", text));
  }
  if (std::signbit(value)) {
    return Fail(ErrorCode::kUsage, fmt::format("{} is negative", text));
  }
  return value;
}

Result<TimeNs> ParseDateOrTime(const std::string& text) {
  constexpr size_t kDateBytes = std::string_view("2026-05-07").size();
  constexpr size_t kYearBytes = 4;
  std::string whole = text.size() == kDateBytes ? text + "T00:00:00Z" : text;
  const std::optional<TimeNs> time = ParseIso8601(whole);
  const bool has_year =
      text.size() >= kDateBytes && text.find_first_not_of("0123456789") == kYearBytes;
  if (!time && has_year && ParseIso8601(whole.replace(0, kYearBytes, "2000"))) {
    return Fail(ErrorCode::kUsage,
                fmt::format("'{}' is out of range: times go from 1678 to 2261", text));
  }
  if (!time) {
    return Fail(
        ErrorCode::kUsage,
        fmt::format("'{}' is no date or time; write 2026-05-07 or 2026-05-07T14:30:00Z", text));
  }
  return *time;
}

void Options::Flag(const std::string& name, const std::string& help, bool& value) {
  app_.add_flag(name, value, help)->disable_flag_override();
}

void Options::Value(const std::string& name, const std::string& value_name, const std::string& help,
                    const Take& take) {
  AddOption(app_, name, help, take)->type_name(value_name)->expected(1);
}

void Options::Whole(const std::string& name, const std::string& value_name, const std::string& help,
                    uint64_t& value, WholeLimits limits) {
  Value(name, value_name, WithDefault(help, std::to_string(value)),
        [&value, limits](const std::string& text) -> Result<void> {
          URSA_TRY(value, ParseWhole(text, limits));
          return {};
        });
}

void Options::Whole(const std::string& name, const std::string& value_name, const std::string& help,
                    std::optional<uint64_t>& value, WholeLimits limits) {
  Value(name, value_name, help, [&value, limits](const std::string& text) -> Result<void> {
    URSA_TRY(value, ParseWhole(text, limits));
    return {};
  });
}

void Options::Decimal(const std::string& name, const std::string& value_name,
                      const std::string& help, double& value) {
  Value(name, value_name, WithDefault(help, fmt::format("{}", value)),
        [&value](const std::string& text) -> Result<void> {
          URSA_TRY(value, ParseDecimal(text));
          return {};
        });
}

void Options::Decimal(const std::string& name, const std::string& value_name,
                      const std::string& help, std::optional<double>& value) {
  Value(name, value_name, help, [&value](const std::string& text) -> Result<void> {
    URSA_TRY(value, ParseDecimal(text));
    return {};
  });
}

void Options::Text(const std::string& name, const std::string& value_name, const std::string& help,
                   std::optional<std::string>& value) {
  Value(name, value_name, help, [&value](const std::string& text) -> Result<void> {
    URSA_CHECK(CheckText(text));
    value = text;
    return {};
  });
}

void Options::Texts(const std::string& name, const std::string& value_name, const std::string& help,
                    std::vector<std::string>& values) {
  const Take take = [&values](const std::string& text) -> Result<void> {
    URSA_CHECK(CheckText(text));
    values.push_back(text);
    return {};
  };
  AddOption(app_, name, help + " (may be repeated)", take)
      ->type_name(value_name)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Options::Choice(const std::string& name, const std::string& help,
                     std::vector<std::string> choices, std::string& value) {
  const std::string listed = fmt::format("{}", fmt::join(choices, ", "));
  const std::string value_name = fmt::format("{}", fmt::join(choices, "|"));
  Value(name, value_name, WithDefault(help, value),
        [&value, choices = std::move(choices), listed](const std::string& text) -> Result<void> {
          if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
            return Fail(ErrorCode::kUsage, fmt::format("'{}' is none of {}{}", text, listed,
                                                       DidYouMean(text, choices)));
          }
          value = text;
          return {};
        });
}

void Options::Time(const std::string& name, const std::string& value_name, const std::string& help,
                   std::optional<TimeNs>& value) {
  Value(name, value_name, help, [&value](const std::string& text) -> Result<void> {
    URSA_TRY(value, ParseDateOrTime(text));
    return {};
  });
}

void Options::Argument(const std::string& name, const std::string& help, std::string& value) {
  const Take take = [&value](const std::string& text) -> Result<void> {
    URSA_CHECK(CheckText(text));
    value = text;
    return {};
  };
  AddOption(app_, name, help, take)->expected(1)->required();
}

void Options::OptionalArgument(const std::string& name, const std::string& help,
                               std::optional<std::string>& value) {
  const Take take = [&value](const std::string& text) -> Result<void> {
    URSA_CHECK(CheckText(text));
    value = text;
    return {};
  };
  AddOption(app_, name, help, take)->expected(1);
}

void Options::Arguments(const std::string& name, const std::string& help,
                        std::vector<std::string>& values) {
  const Take take = [&values](const std::string& text) -> Result<void> {
    URSA_CHECK(CheckText(text));
    values.push_back(text);
    return {};
  };
  AddOption(app_, name, help, take)
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args()
      ->required();
}

void Options::OptionalArguments(const std::string& name, const std::string& help,
                                std::vector<std::string>& values) {
  const Take take = [&values](const std::string& text) -> Result<void> {
    values.push_back(text);
    return {};
  };
  AddOption(app_, name, help, take)
      ->expected(0, CLI::detail::expected_max_vector_size)
      ->allow_extra_args();
}

void Options::Require(const std::string& name) { app_.get_option(name)->required(); }

void Options::Exclude(const std::string& name, const std::string& other) {
  app_.get_option(name)->excludes(app_.get_option(other));
}

}  // namespace ursa::cli
