// Colours and weight on a terminal. Source: commands.md, "Output" ("Colours only on a terminal").
#pragma once

#include <string>
#include <string_view>

#include "cli/process.h"

namespace ursa::cli {

// --color.
enum class ColorWhen { kAuto, kAlways, kNever };

// Whether text for `stream` is coloured: as `when` says, and for kAuto on a terminal, unless
// NO_COLOR is set and not empty (no-color.org).
bool UsesColor(const Process& process, const Stream& stream, ColorWhen when);

// Puts escape sequences around text, or leaves it alone.
class Style {
 public:
  explicit Style(bool colored) : colored_(colored) {}

  [[nodiscard]] std::string Bold(std::string_view text) const { return Wrap("\x1b[1m", text); }
  [[nodiscard]] std::string Dim(std::string_view text) const { return Wrap("\x1b[2m", text); }
  // For what needs a person, and for production.
  [[nodiscard]] std::string Alarm(std::string_view text) const { return Wrap("\x1b[1;31m", text); }

 private:
  [[nodiscard]] std::string Wrap(std::string_view sequence, std::string_view text) const;

  bool colored_;
};

}  // namespace ursa::cli
