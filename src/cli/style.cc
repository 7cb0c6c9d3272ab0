#include "cli/style.h"

namespace ursa::cli {

bool UsesColor(const Process& process, const Stream& stream, ColorWhen when) {
  if (when != ColorWhen::kAuto) {
    return when == ColorWhen::kAlways;
  }
  const std::optional<std::string> no_color = process.environment("NO_COLOR");
  return stream.terminal_columns.has_value() && (!no_color || no_color->empty());
}

std::string Style::Wrap(std::string_view sequence, std::string_view text) const {
  if (!colored_ || text.empty()) {
    return std::string(text);
  }
  std::string styled(sequence);
  styled += text;
  styled += "\x1b[0m";
  return styled;
}

}  // namespace ursa::cli
