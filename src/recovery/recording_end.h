// When a recording ended, from the last samples of its raw streams, with the evidence.
//
// For each worker of a stream (of the watch: each sensor) the segments are tried from the highest
// down until one gives a time within the bounds. A stream's end is the latest of these, the
// recording's end the latest of the streams'. Only where no stream has an end, what the workers'
// reports say counts. Every segment that is passed over is a problem, every one that is read is in
// `examined`, so that nothing is decided without a trace.
// Source: raw-recordings.md section 3.1.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "raw/problem.h"
#include "raw/recording_objects.h"
#include "recovery/stream.h"
#include "store/object_store.h"

namespace ursa::recovery {

// The source of an end that no stream gave.
inline constexpr std::string_view kWorkerReport = "worker_report";

// A time and the object that holds it.
struct EndEvidence {
  TimeNs time;
  std::string key;
};

// One file that was looked at, in the order of looking.
struct ExaminedFile {
  std::optional<Stream> stream;  // none: a worker's report
  std::string worker;
  std::string key;
  std::optional<TimeNs> time;               // what it says, whether that counts or not
  std::optional<raw::ProblemCode> dropped;  // why it does not count; none: it is a candidate
};

struct RecordingEnd {
  std::array<std::optional<EndEvidence>, kStreamCount> streams;  // by Stream
  // The end of the recording; none: it is indeterminate.
  std::optional<TimeNs> end;
  std::string end_source;                    // a stream's name, kWorkerReport, or empty
  std::optional<EndEvidence> worker_report;  // where it decided
  std::vector<raw::Problem> problems;
  std::vector<ExaminedFile> examined;
  // No data file of any worker is left: there is no end, whatever a report says.
  bool raw_gone = false;
  // A read failed, which is not "no signal": nothing is known, so there is no end.
  bool read_failed = false;
  std::optional<Error> error;  // of the first read that failed
};

// Derives the end of a recording that starts at `start`. `objects` is its listing, `now` the time
// of this run; both bound what a file may say. Reads tails and heads only, and goes on after a
// failed read for the sake of the evidence, unless the store as a whole fails. Thread-safe.
RecordingEnd DeriveRecordingEnd(const store::ReadableStore& raw,
                                const raw::RecordingObjects& objects, TimeUs start, TimeNs now);

// end - start in whole microseconds, rounded down; the nearest end of the range where that
// overflows (a catalog may hold any start).
Microseconds DurationUntil(TimeUs start, TimeNs end);

}  // namespace ursa::recovery
