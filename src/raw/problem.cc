#include "raw/problem.h"

#include <fmt/format.h>

#include "base/text.h"

namespace ursa::raw {
namespace {

constexpr size_t kShownBytesMax = 40;

}  // namespace

std::string_view ProblemCodeName(ProblemCode code) {
  switch (code) {
    case ProblemCode::kNoSegments:
      return "no_segments";
    case ProblemCode::kNoRate:
      return "no_rate";
    case ProblemCode::kBadOffset:
      return "bad_offset";
    case ProblemCode::kEmpty:
      return "empty";
    case ProblemCode::kNoHeader:
      return "no_header";
    case ProblemCode::kNoColumn:
      return "no_column";
    case ProblemCode::kNoWholeRow:
      return "no_whole_row";
    case ProblemCode::kUnparseable:
      return "unparseable";
    case ProblemCode::kNotWav:
      return "not_wav";
    case ProblemCode::kLineTooLong:
      return "line_too_long";
    case ProblemCode::kNoTimeInName:
      return "no_time_in_name";
    case ProblemCode::kImplausibleTime:
      return "implausible_time";
    case ProblemCode::kBeforeStart:
      return "before_start";
    case ProblemCode::kAfterModified:
      return "after_modified";
    case ProblemCode::kMtimeImplausible:
      return "mtime_implausible";
    case ProblemCode::kReadFailed:
      return "read_failed";
    case ProblemCode::kRawGone:
      return "raw_gone";
    case ProblemCode::kOutlier:
      return "outlier";
    case ProblemCode::kAlreadyShifted:
      return "already_shifted";
    case ProblemCode::kOutOfWindow:
      return "out_of_window";
    case ProblemCode::kBadIntervals:
      return "bad_intervals";
  }
  return "";
}

Reading<TimeNs> ToReading(const TimeReading& time, std::string_view text) {
  if (time.time) {
    return *time.time;
  }
  const std::string shown = EscapeForDisplay(text.substr(0, kShownBytesMax)) +
                            (text.size() > kShownBytesMax ? "..." : "");
  if (time.fault == TimeFault::kImplausible) {
    return NoSignal(ProblemCode::kImplausibleTime,
                    fmt::format("its time '{}' is outside of the years 2000 to 2099", shown));
  }
  return NoSignal(ProblemCode::kUnparseable, fmt::format("its time '{}' is not a time", shown));
}

}  // namespace ursa::raw
