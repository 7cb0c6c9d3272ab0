// Why a raw file gives no signal, or a signal that is doubtful.
//
// "No signal" is no error but data: a reader returns a value or a Fault, a derivation a list of
// Problems. An Error (base/result.h) means that the work could not be done at all.
// Source: raw-recordings.md section 3.1, "Problems".
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "base/time.h"

namespace ursa::raw {

enum class ProblemCode {
  kNoSegments,        // a stream's worker has no file that can carry an end
  kNoRate,            // section 3.2: the sample rate is needed and not known
  kBadOffset,         // section 3.2: the first anchor's sample offset is negative
  kEmpty,             // a file of no bytes
  kNoHeader,          // a CSV without a line that could be its header
  kNoColumn,          // a header without the column that holds the time
  kNoWholeRow,        // no whole row, line or anchor in what may be read
  kUnparseable,       // not a time at all
  kNotWav,            // bytes that say nothing about how long a sound lasts
  kLineTooLong,       // a line that is longer than what may be read
  kNoTimeInName,      // a file name that should hold a time, and does not
  kImplausibleTime,   // a time outside [2000-01-01, 2100-01-01), NaN, infinity
  kBeforeStart,       // an end that is earlier than the recording's start
  kAfterModified,     // an end that is later than its file was written
  kMtimeImplausible,  // a last-modified time earlier than the recording's start
  kReadFailed,        // the file could not be read: not "no signal"
  kRawGone,           // no data file is left of the recording
  kOutlier,           // an end more than an hour later than that of every other stream
  // Of the rows of `modalities` (commands.md, "fix-modalities-start-epoch").
  kAlreadyShifted,  // intervals without an epoch that are on the shared origin all the same
  kOutOfWindow,     // a first sample that does not lie in its recording
  kBadIntervals,    // intervals that break a rule of the catalog once they are shifted
};

// The stable name of a code, e.g. "no_whole_row"; stands in JSON output.
std::string_view ProblemCodeName(ProblemCode code);

// A problem of one object, or of all objects below a prefix.
struct Problem {
  ProblemCode code;
  std::string key;      // from the bucket's root; bytes from outside
  std::string message;  // a sentence, valid UTF-8
};

// What a reader says of the one file that it reads; its caller knows the key.
struct Fault {
  ProblemCode code;
  std::string message;
};

// What a file says, or why it says nothing.
template <typename T>
using Reading = tl::expected<T, Fault>;

// A fault as the return value of a function that returns any Reading<T>.
[[nodiscard]] inline tl::unexpected<Fault> NoSignal(ProblemCode code, std::string message) {
  return tl::unexpected<Fault>(Fault{code, std::move(message)});
}

// A time that was read from `text`, or kUnparseable or kImplausibleTime with a sentence that shows
// the text, escaped and cut to a length that people can read.
Reading<TimeNs> ToReading(const TimeReading& time, std::string_view text);

}  // namespace ursa::raw
