#include "demo/csv_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace ursa::demo {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// A crash cuts a row that would have been sampled so much later.
constexpr Nanoseconds kBeyondLast = 7s;
constexpr size_t kBrokenRowsMax = 10;

using Columns = std::vector<std::string_view>;

// How one file is written.
struct Shape {
  Columns columns;
  std::string_view time_column;
  bool has_header = true;
  bool quotes_all = false;
  bool has_blank_lines = false;
  std::string_view byte_order_mark = {};
  std::string_view line_end = "\n";
};

Columns FrameColumns(SeededRandom& random) {
  Columns columns = {"frame", "pts_ns", "wall_clock", "epoch_ns"};
  if (random.Chance(40)) {
    for (size_t i = columns.size() - 1; i > 0; --i) {
      std::swap(columns[i], columns[random.Below(i + 1)]);
    }
  }
  return columns;
}

Shape FrameShape(SeededRandom& random) { return {FrameColumns(random), "epoch_ns"}; }

Shape WatchShape(const Track& track, SeededRandom& random) {
  constexpr std::array<std::string_view, 4> kHeadings = {"epoch_ns", "timestamp", "time_ms", "t"};
  const std::string_view heading = random.Pick(kHeadings);
  const bool has_axes = track.sensor == "imu" || track.sensor == "ppg";
  Shape shape{has_axes ? Columns{heading, "x", "y", "z"} : Columns{heading, "value"}, heading};
  shape.has_header = random.Chance(75);
  return shape;
}

Shape EnvironmentShape(SeededRandom& random) {
  switch (random.Below(6)) {
    case 0:
      return {{"temperature_c", "epoch_ns", "humidity"}, "epoch_ns"};
    case 1:
      return {{"timestamp_ns", "temperature_c", "humidity"}, "timestamp_ns"};
    case 2:
      return {{"temperature_c", "humidity", "timestamp"}, "timestamp"};
    case 3:
      return {{"epoch_s", "temperature_c", "humidity"}, "epoch_s"};
    case 4:
      // The counter has a heading that would count if the better one were not there.
      return {{"timestamp", "temperature_c", "epoch_ns"}, "epoch_ns"};
    default:
      return {{"epoch_ns", "temperature_c"}, "epoch_ns", false};
  }
}

Shape GazeShape(SeededRandom& random) {
  if (random.Chance(40)) {
    return {{"timestamp_ns", "x", "y"}, "timestamp_ns"};
  }
  return {{"section id", "recording id", "timestamp [ns]", "gaze x [px]", "gaze y [px]"},
          "timestamp [ns]"};
}

Shape PickShape(const Track& track, SeededRandom& random) {
  Shape shape = IsVideo(track.family)                   ? FrameShape(random)
                : track.family == Family::kSamsungwatch ? WatchShape(track, random)
                : track.family == Family::kEnvironment  ? EnvironmentShape(random)
                                                        : GazeShape(random);
  if (random.Chance(12)) {
    shape.columns.emplace_back("remark");
  }
  shape.quotes_all = random.Chance(12);
  shape.has_blank_lines = random.Chance(12);
  shape.byte_order_mark = random.Chance(12) ? kByteOrderMark : std::string_view();
  shape.line_end = random.Chance(25) ? "\r\n" : "\n";
  return shape;
}

std::string Quoted(std::string_view field) {
  std::string text = "\"";
  for (const char c : field) {
    text += c;
    if (c == '"') {
      text += c;
    }
  }
  return text + "\"";
}

// The lines of one file.
class Writer {
 public:
  Writer(const Track& track, const Segment& segment, SeededRandom& random)
      : track_(track), segment_(segment), random_(random), shape_(PickShape(track, random)) {}

  std::string Write() {
    text_ = shape_.byte_order_mark;
    AddBlankLine();
    if (shape_.has_header || segment_.broken == Break::kNoRows) {
      AddLine(shape_.columns);
    }
    if (segment_.broken != Break::kNoRows) {
      AddRows();
    }
    const bool is_last_good = segment_.broken == Break::kNone && &segment_ == &track_.LastGood();
    if ((is_last_good && track_.cut_tail) ||
        (segment_.broken == Break::kNoRows && random_.Chance(50))) {
      AddCutRow();
    } else {
      AddBlankLine();
    }
    return std::move(text_);
  }

 private:
  template <typename Text>
  void AddLine(const std::vector<Text>& fields) {
    for (size_t i = 0; i < fields.size(); ++i) {
      const bool quote =
          shape_.quotes_all || fields[i].find_first_of(",\"") != std::string_view::npos;
      text_ += i == 0 ? "" : ",";
      text_ += quote ? Quoted(fields[i]) : std::string(fields[i]);
    }
    text_ += shape_.line_end;
  }

  void AddBlankLine() {
    if (shape_.has_blank_lines) {
      text_ += shape_.line_end;
    }
  }

  std::string OtherField(std::string_view column, size_t row, TimeNs time) {
    if (column == "frame" || column == "timestamp") {
      return std::to_string(row);
    }
    if (column == "pts_ns") {
      return std::to_string((time - segment_.first).count());
    }
    if (column == "wall_clock") {
      return FormatTime(std::chrono::floor<Microseconds>(time));
    }
    if (column == "remark") {
      return row % 5 == 0 ? "left, then \"right\"" : "";
    }
    const uint64_t hundredths = random_.Below(10'000);
    return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
  }

  std::vector<std::string> Fields(size_t row, TimeNs time, const std::string& time_text) {
    std::vector<std::string> fields;
    fields.reserve(shape_.columns.size());
    for (const std::string_view column : shape_.columns) {
      fields.push_back(column == shape_.time_column ? time_text : OtherField(column, row, time));
    }
    return fields;
  }

  void AddRows() {
    const std::vector<TimeNs> times = SampleTimes(track_, segment_);
    for (size_t row = 0; row < times.size(); ++row) {
      AddLine(Fields(row, times[row], TimeTextOf(row, times)));
      if (row == times.size() / 2) {
        AddBlankLine();
      }
    }
  }

  std::string TimeTextOf(size_t row, const std::vector<TimeNs>& times) const {
    if (row + 1 == times.size() && segment_.broken == Break::kImplausible) {
      return "0";
    }
    if (row + 1 == times.size() && segment_.broken == Break::kUnparseable) {
      return "n/a";
    }
    return TimeText(track_.notation, times[row]);
  }

  // A crash leaves a row without its end, or one that the next start ended too early.
  void AddCutRow() {
    const TimeNs time = OnGrid(track_.notation, segment_.last + kBeyondLast);
    auto fields = Fields(track_.rows, time, TimeText(track_.notation, time));
    const size_t begin = text_.size();
    if (random_.Chance(30)) {
      fields.pop_back();
      AddLine(fields);
      return;
    }
    AddLine(fields);
    const size_t whole = text_.size() - begin - shape_.line_end.size();
    text_.resize(begin + 1 + random_.Below(whole));
  }

  const Track& track_;
  const Segment& segment_;
  SeededRandom& random_;
  const Shape shape_;
  std::string text_;
};

}  // namespace

std::vector<TimeNs> SampleTimes(const Track& track, const Segment& segment) {
  const bool is_whole = segment.broken == Break::kNone;
  const size_t rows = is_whole ? track.rows : std::min(track.rows, kBrokenRowsMax);
  // A clock that stepped did so before the last row: the others were sampled in a few seconds.
  const TimeNs end = is_whole ? segment.last : segment.first + kBeyondLast;
  std::vector<TimeNs> times;
  times.reserve(rows);
  for (size_t i = 0; i < rows; ++i) {
    const auto numerator = static_cast<int64_t>(i);
    const auto denominator = static_cast<int64_t>(rows - 1);
    const TimeNs time = segment.first + (end - segment.first) / denominator * numerator;
    times.push_back(track.family == Family::kEeg ? TimeOfAnchor(AnchorNear(time))
                                                 : OnGrid(track.notation, time));
  }
  times.back() = segment.last;
  if (track.glitched_first && &segment == &track.segments.front()) {
    times.front() = *track.first_sample;
  }
  return times;
}

std::string CsvBytes(const Track& track, const Segment& segment, SeededRandom& random) {
  return Writer(track, segment, random).Write();
}

}  // namespace ursa::demo
