// Tables for people: aligned columns of text from outside, which is escaped first, so that no name
// can forge a row. Where the terminal is too narrow the widest text columns give way, their cells
// elided in the middle (ids differ at both ends); numbers never: half a number is a lie.
// Source: commands.md, "Output".
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ursa::cli {

// The values of a record, in the order in which they are shown.
using Json = nlohmann::ordered_json;

enum class Alignment { kLeft, kRight };

// One column of a command's table.
struct Column {
  std::string title;
  Alignment alignment = Alignment::kLeft;
  // The cell of a row, as raw text; the table escapes it.
  std::function<std::string(const Json& row)> cell;
  bool is_whole = false;  // never elided: what is shown is typed into another command
};

// A value as people read it: null "-", a list its entries joined by commas, an object as JSON.
std::string ShowValue(const Json& value);

// The row's value at `key`, "-" where it has none.
Column TextColumn(std::string title, std::string key);
// The same for ids and actions, which are never elided.
Column WholeColumn(std::string title, std::string key);
// A number with so many digits after the point, e.g. seconds: "1,204.5"; "-" for null.
Column NumberColumn(std::string title, std::string key, int decimals);
// A count of bytes: "1.2 MB".
Column BytesColumn(std::string title, std::string key);
// The codes of `problems`, each once: "no_anchor, bad_wav".
Column ProblemsColumn();

// `text` in at most `columns` terminal columns, its middle replaced by one ellipsis.
std::string ElideMiddle(std::string_view text, size_t columns);

// Renders a title line and then a line for each row, without line breaks or trailing spaces.
// `terminal_columns`: none leaves every cell whole.
std::vector<std::string> RenderTable(const std::vector<Column>& columns,
                                     const std::vector<Json>& rows,
                                     std::optional<size_t> terminal_columns);

}  // namespace ursa::cli
