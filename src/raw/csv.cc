#include "raw/csv.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ursa::raw {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::array<std::string_view, 1> kFrameColumns = {"epoch_ns"};
constexpr std::array<std::string_view, 3> kEnvironmentColumns = {"epoch_ns", "timestamp_ns",
                                                                 "timestamp"};
constexpr std::array<std::string_view, 2> kGazeColumns = {"timestamp [ns]", "timestamp_ns"};

// The fields of one line, from left to right.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  // The next field, without its quotes; none after the last, or where the line is no CSV.
  std::optional<std::string_view> Next() {
    if (at_end_) {
      return std::nullopt;
    }
    return rest_.starts_with('"') ? NextQuoted() : NextPlain();
  }

  // Whether a quote was never closed, or closed before its field's end.
  [[nodiscard]] bool IsMalformed() const { return malformed_; }

 private:
  std::string_view NextPlain() {
    const std::string_view field = rest_.substr(0, rest_.find(','));
    StepOver(field.size());
    return field;
  }

  std::optional<std::string_view> NextQuoted() {
    size_t close = rest_.find('"', 1);
    while (close != std::string_view::npos && rest_.substr(close + 1).starts_with('"')) {
      close = rest_.find('"', close + 2);  // a doubled quote is one of the text
    }
    if (close == std::string_view::npos || (close + 1 < rest_.size() && rest_[close + 1] != ',')) {
      malformed_ = true;
      at_end_ = true;
      return std::nullopt;
    }
    const std::string_view field = rest_.substr(1, close - 1);
    StepOver(close + 1);
    return field;
  }

  // Steps over a field of so many bytes and the comma after it.
  void StepOver(size_t bytes) {
    at_end_ = bytes == rest_.size();
    rest_.remove_prefix(at_end_ ? bytes : bytes + 1);
  }

  std::string_view rest_;
  bool at_end_ = false;
  bool malformed_ = false;
};

// Field number `wanted` of a line that has exactly `count` of them and is well-formed.
std::optional<std::string_view> FieldOfWholeRow(std::string_view line, size_t count,
                                                size_t wanted) {
  Fields fields(line);
  std::optional<std::string_view> found;
  size_t seen = 0;
  while (const auto field = fields.Next()) {
    if (seen == wanted) {
      found = field;
    }
    ++seen;
    if (seen > count) {
      return std::nullopt;
    }
  }
  return seen == count && !fields.IsMalformed() ? found : std::nullopt;
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view WithoutCarriageReturn(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

// The first line that is not blank, with its place in the window.
struct FirstLine {
  std::string_view text;
  size_t begin = 0;
  size_t next = 0;  // where the line after it starts
  bool ends = false;
};

FirstLine FindFirstLine(std::string_view bytes) {
  size_t begin = bytes.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (true) {
    const size_t newline = bytes.find('\n', begin);
    const bool ends = newline != std::string_view::npos;
    const std::string_view line = bytes.substr(begin, ends ? newline - begin : newline);
    if (!ends || !IsBlank(line)) {
      return {WithoutCarriageReturn(line), begin, ends ? newline + 1 : bytes.size(), ends};
    }
    begin = newline + 1;
  }
}

struct HeaderLine {
  size_t field_count = 0;
  size_t best_rank = 0;  // of the format's columns; their number: none of them
  size_t best_column = 0;
  bool starts_with_time = false;
  bool malformed = false;
};

HeaderLine ReadHeaderLine(std::string_view line, const CsvFormat& format) {
  HeaderLine header;
  header.best_rank = format.columns.size();
  Fields fields(line);
  while (const auto field = fields.Next()) {
    for (size_t rank = 0; rank < header.best_rank; ++rank) {
      if (*field == format.columns[rank]) {
        header.best_rank = rank;
        header.best_column = header.field_count;
      }
    }
    if (header.field_count == 0) {
      header.starts_with_time = ReadDecimalTime(*field).time.has_value();
    }
    ++header.field_count;
  }
  header.malformed = fields.IsMalformed();
  return header;
}

}  // namespace

const CsvFormat kFrameCsvFormat = {kFrameColumns, false, false};
const CsvFormat kWatchCsvFormat = {{}, true, true};
const CsvFormat kEnvironmentCsvFormat = {kEnvironmentColumns, true, true};
const CsvFormat kGazeCsvFormat = {kGazeColumns, false, false};

Reading<CsvHeader> ReadCsvHeader(const CsvWindow& head, const CsvFormat& format) {
  if (head.size_bytes == 0) {
    return NoSignal(ProblemCode::kEmpty, "it has no bytes");
  }
  const FirstLine line = FindFirstLine(head.bytes);
  if (!line.ends && head.bytes.size() < head.size_bytes) {
    return NoSignal(ProblemCode::kLineTooLong,
                    "its header does not end in the bytes that may be read, its first 64 KiB");
  }
  if (IsBlank(line.text)) {
    return NoSignal(ProblemCode::kNoHeader, "it has only blank lines");
  }
  const HeaderLine header = ReadHeaderLine(line.text, format);
  if (header.malformed) {
    return NoSignal(ProblemCode::kNoHeader, "its first line has a quote that is not closed");
  }
  if (format.may_lack_header && header.starts_with_time) {
    return CsvHeader{header.field_count, 0, line.begin};
  }
  if (header.best_rank == format.columns.size() && !format.else_first_column) {
    return NoSignal(ProblemCode::kNoColumn, "its header has no column " +
                                                std::string(format.columns.front()) +
                                                (line.ends ? "" : ", and is cut short"));
  }
  return CsvHeader{header.field_count, header.best_column, line.next};
}

Reading<TimeNs> ReadLastCsvTime(const CsvWindow& tail, const CsvHeader& header) {
  const std::string_view bytes = tail.bytes;
  // Where the first line starts whose start is known: that of the rows, if it lies in the window.
  const bool rows_start_here = header.rows_offset >= tail.offset;
  const size_t first =
      rows_start_here ? static_cast<size_t>(header.rows_offset - tail.offset) : size_t{0};
  size_t newline = bytes.rfind('\n');
  while (newline != std::string_view::npos && newline >= first) {
    const size_t before = newline == 0 ? std::string_view::npos : bytes.rfind('\n', newline - 1);
    const bool has_newline_before = before != std::string_view::npos && before >= first;
    if (!has_newline_before && !rows_start_here) {
      break;
    }
    const size_t begin = has_newline_before ? before + 1 : first;
    const auto line = WithoutCarriageReturn(bytes.substr(begin, newline - begin));
    if (!IsBlank(line)) {
      const auto field = FieldOfWholeRow(line, header.field_count, header.time_column);
      if (field) {
        return ToReading(ReadDecimalTime(*field), *field);
      }
    }
    newline = has_newline_before ? before : std::string_view::npos;
  }
  const bool no_line_starts_here =
      !rows_start_here && bytes.substr(0, bytes.size() - 1).find('\n') == std::string_view::npos;
  if (no_line_starts_here) {
    return NoSignal(ProblemCode::kLineTooLong,
                    "its last line is longer than the bytes that may be read, its last 64 KiB");
  }
  return NoSignal(ProblemCode::kNoWholeRow, "no whole row lies in the bytes that may be read");
}

Reading<TimeNs> ReadFirstCsvTime(const CsvWindow& head, const CsvHeader& header) {
  std::string_view rest =
      head.bytes.substr(std::min<size_t>(header.rows_offset, head.bytes.size()));
  bool any_line_ends = false;
  for (size_t newline = rest.find('\n'); newline != std::string_view::npos;
       newline = rest.find('\n')) {
    any_line_ends = true;
    const auto line = WithoutCarriageReturn(rest.substr(0, newline));
    rest.remove_prefix(newline + 1);
    if (IsBlank(line)) {
      continue;
    }
    if (const auto field = FieldOfWholeRow(line, header.field_count, header.time_column)) {
      return ToReading(ReadDecimalTime(*field), *field);
    }
  }
  if (!any_line_ends && head.bytes.size() < head.size_bytes) {
    return NoSignal(ProblemCode::kLineTooLong,
                    "its first row does not end in the bytes that may be read, its first 64 KiB");
  }
  return NoSignal(ProblemCode::kNoWholeRow, "no whole row lies in the bytes that may be read");
}

}  // namespace ursa::raw
