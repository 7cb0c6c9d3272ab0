#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "cli/format.h"

namespace ursa::cli {
namespace {

constexpr std::string_view kNothing = "-";
constexpr std::string_view kGap = "  ";
constexpr std::string_view kEllipsis = "\u2026";
// A column is never narrower than this for the terminal's sake.
constexpr size_t kElidedColumnsMin = 8;

const Json& ValueAt(const Json& row, const std::string& key) {
  static const Json null;
  const auto found = row.find(key);
  return found == row.end() ? null : *found;
}

std::string ShowNumber(double number, int decimals) {
  if (!std::isfinite(number)) {
    return fmt::format("{}", number);
  }
  const std::string plain = fmt::format("{:.{}f}", number, decimals);
  // Beyond what a long long holds, thousands are left out.
  if (std::abs(number) >= 1e18) {
    return plain;
  }
  const size_t point = std::min(plain.find('.'), plain.size());
  const bool negative = plain.front() == '-';
  const std::string whole = plain.substr(negative ? 1 : 0, point - (negative ? 1 : 0));
  return (negative ? "-" : "") + WithThousands(std::stoll(whole)) + plain.substr(point);
}

// The bytes at the start of `text` that fill at most `columns`.
size_t BytesOfHead(std::string_view text, size_t columns) {
  size_t bytes = 0;
  while (bytes < text.size()) {
    const size_t length = std::max<size_t>(1, Utf8SequenceLength(text.substr(bytes)));
    const size_t width = DisplayWidth(text.substr(bytes, length));
    if (width > columns) {
      break;
    }
    columns -= width;
    bytes += length;
  }
  return bytes;
}

// The end of `text` that fills at most `columns`; a combining mark is not torn from its letter.
std::string_view Tail(std::string_view text, size_t columns) {
  size_t width = DisplayWidth(text);
  while (!text.empty() &&
         (width > columns || DisplayWidth(text.substr(0, Utf8SequenceLength(text))) == 0)) {
    const size_t length = std::max<size_t>(1, Utf8SequenceLength(text));
    width -= DisplayWidth(text.substr(0, length));
    text.remove_prefix(length);
  }
  return text;
}

// Cells by row, the titles first.
using Cells = std::vector<std::vector<std::string>>;

std::vector<size_t> NaturalWidths(const Cells& cells, size_t column_count) {
  std::vector<size_t> widths(column_count);
  for (const std::vector<std::string>& line : cells) {
    for (size_t i = 0; i < column_count; ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  return widths;
}

// Takes columns from the widest text columns until all fit, or none can give any more.
void Shrink(const std::vector<Column>& columns, size_t available, std::vector<size_t>& widths) {
  const size_t gaps = kGap.size() * (widths.size() - 1);
  size_t total = std::accumulate(widths.begin(), widths.end(), gaps);
  while (total > available) {
    size_t* widest = nullptr;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (columns[i].alignment == Alignment::kLeft && !columns[i].is_whole &&
          widths[i] > kElidedColumnsMin && (widest == nullptr || widths[i] > *widest)) {
        widest = &widths[i];
      }
    }
    if (widest == nullptr) {
      return;
    }
    --*widest;
    --total;
  }
}

std::string Line(const std::vector<Column>& columns, const std::vector<size_t>& widths,
                 const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool right = columns[i].alignment == Alignment::kRight;
    const std::string cell =
        right || columns[i].is_whole ? cells[i] : ElideMiddle(cells[i], widths[i]);
    const size_t width = DisplayWidth(cell);
    const std::string padding(widths[i] > width ? widths[i] - width : 0, ' ');
    if (i > 0) {
      line += kGap;
    }
    line += right ? padding + cell : cell + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string ShowValue(const Json& value) {
  if (value.is_null()) {
    return std::string(kNothing);
  }
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (!value.is_array()) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  if (value.empty()) {
    return std::string(kNothing);
  }
  std::string joined;
  for (const Json& entry : value) {
    joined += (joined.empty() ? "" : ", ") + ShowValue(entry);
  }
  return joined;
}

Column TextColumn(std::string title, std::string key) {
  return {std::move(title), Alignment::kLeft,
          [key = std::move(key)](const Json& row) { return ShowValue(ValueAt(row, key)); }};
}

Column WholeColumn(std::string title, std::string key) {
  Column column = TextColumn(std::move(title), std::move(key));
  column.is_whole = true;
  return column;
}

Column NumberColumn(std::string title, std::string key, int decimals) {
  return {std::move(title), Alignment::kRight, [key = std::move(key), decimals](const Json& row) {
            const Json& value = ValueAt(row, key);
            return value.is_number() ? ShowNumber(value.get<double>(), decimals) : ShowValue(value);
          }};
}

Column BytesColumn(std::string title, std::string key) {
  return {std::move(title), Alignment::kRight, [key = std::move(key)](const Json& row) {
            const Json& value = ValueAt(row, key);
            return value.is_number_integer() && value >= 0 ? FormatBytes(value.get<uint64_t>())
                                                           : ShowValue(value);
          }};
}

Column ProblemsColumn() {
  return {"problems", Alignment::kLeft, [](const Json& row) {
            std::vector<std::string> codes;
            for (const Json& problem : ValueAt(row, "problems")) {
              std::string code = ShowValue(ValueAt(problem, "code"));
              if (std::find(codes.begin(), codes.end(), code) == codes.end()) {
                codes.push_back(std::move(code));
              }
            }
            return codes.empty() ? std::string(kNothing)
                                 : fmt::format("{}", fmt::join(codes, ", "));
          }};
}

std::string ElideMiddle(std::string_view text, size_t columns) {
  if (DisplayWidth(text) <= columns) {
    return std::string(text);
  }
  if (columns == 0) {
    return {};
  }
  const size_t kept = columns - 1;
  std::string elided(text.substr(0, BytesOfHead(text, kept - kept / 2)));
  elided += kEllipsis;
  elided += Tail(text, kept / 2);
  return elided;
}

std::vector<std::string> RenderTable(const std::vector<Column>& columns,
                                     const std::vector<Json>& rows,
                                     std::optional<size_t> terminal_columns) {
  if (columns.empty()) {
    return {};
  }
  Cells cells(1);
  for (const Column& column : columns) {
    cells.front().push_back(column.title);
  }
  for (const Json& row : rows) {
    std::vector<std::string>& line = cells.emplace_back();
    for (const Column& column : columns) {
      line.push_back(EscapeForDisplay(column.cell(row)));
    }
  }
  std::vector<size_t> widths = NaturalWidths(cells, columns.size());
  if (terminal_columns) {
    Shrink(columns, *terminal_columns, widths);
  }
  std::vector<std::string> lines;
  lines.reserve(cells.size());
  for (const std::vector<std::string>& line : cells) {
    lines.push_back(Line(columns, widths, line));
  }
  return lines;
}

}  // namespace ursa::cli
