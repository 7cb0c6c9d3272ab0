#include "recovery/recording_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "raw/last_time.h"
#include "raw/layout.h"

namespace ursa::recovery {
namespace {

using raw::Problem;
using raw::ProblemCode;
using raw::Reading;
using raw::Worker;
using store::ObjectInfo;

// A file is written after its last sample was taken; this much is left to wrong clocks.
constexpr Nanoseconds kModifiedSlack = std::chrono::hours{24};
constexpr Nanoseconds kOutlierDistance = std::chrono::hours{1};

// Catalog times may lie beyond what nanoseconds can hold, so the finer one is rounded down instead:
// exact, because `start` is whole microseconds.
bool IsEarlier(TimeNs time, TimeUs start) { return std::chrono::floor<Microseconds>(time) < start; }

// The next read of a store that fails so will fail too, and take its time.
bool IsTheStoreItself(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kThrottled ||
         code == ErrorCode::kInterrupted;
}

// A file that can carry an end of one track: a worker's segments, of the watch one sensor's.
struct Segment {
  std::string_view sensor;
  std::string_view name;
  raw::SidecarKind kind;
  const ObjectInfo* file;
};

// Track by track, the highest segment first.
std::vector<Segment> SegmentsOf(const Worker& worker) {
  std::vector<Segment> segments;
  for (const ObjectInfo& file : worker.data_files) {
    const std::string_view name = worker.NameOf(file);
    if (const auto sidecar = raw::SidecarOf(worker.family, name)) {
      segments.push_back({sidecar->sensor, name, sidecar->kind, &file});
    }
  }
  std::ranges::sort(segments, [](const Segment& a, const Segment& b) {
    return a.sensor != b.sensor ? a.sensor < b.sensor : raw::SegmentIsLess(b.name, a.name);
  });
  return segments;
}

// One derivation: gathers the evidence of one recording.
class Derivation {
 public:
  Derivation(const store::ReadableStore& raw, const raw::RecordingObjects& objects, TimeUs start,
             TimeNs now)
      : raw_(raw), objects_(objects), start_(start), now_(now) {}

  RecordingEnd Run() && {
    if (!objects_.HasDataFile()) {
      result_.raw_gone = true;
      AddProblem(ProblemCode::kRawGone, objects_.prefix,
                 "no data file is left in any of its workers");
    }
    ExamineStreams();
    if (result_.read_failed) {
      return std::move(result_);
    }
    TakeLatestStream();
    if (!result_.end && !result_.raw_gone) {
      ExamineReports();
    }
    return std::move(result_);
  }

 private:
  void AddProblem(ProblemCode code, const std::string& key, std::string message) {
    result_.problems.push_back({code, key, std::move(message)});
  }

  void ExamineStreams() {
    for (size_t i = 0; i < kStreamCount; ++i) {
      for (const Worker& worker : objects_.workers) {
        const auto stream = static_cast<Stream>(i);
        if (StreamOfFamily(worker.family) == stream) {
          ExamineWorker(worker, stream);
        }
      }
    }
  }

  void ExamineWorker(const Worker& worker, Stream stream) {
    const std::vector<Segment> segments = SegmentsOf(worker);
    if (segments.empty()) {
      AddProblem(
          ProblemCode::kNoSegments, worker.prefix,
          fmt::format("it has no file that can carry an end of the stream {}", StreamName(stream)));
    }
    bool settled = false;
    for (size_t i = 0; i < segments.size() && !store_failed_; ++i) {
      if (i == 0 || segments[i].sensor != segments[i - 1].sensor) {
        settled = false;
      }
      if (!settled) {
        settled = ExamineSegment(worker, stream, segments[i]);
      }
    }
  }

  // False where the segment below has to be tried.
  bool ExamineSegment(const Worker& worker, Stream stream, const Segment& segment) {
    const ObjectInfo& file = *segment.file;
    auto reading = raw::ReadLastTime(raw_, file, segment.kind, segment.name);
    ExaminedFile examined{stream, worker.name, file.key, {}, {}};
    const auto time = Judge(std::move(reading), file, examined);
    const bool failed = examined.dropped == ProblemCode::kReadFailed;
    result_.examined.push_back(std::move(examined));
    if (time) {
      TakeLater(result_.streams[static_cast<size_t>(stream)], *time, file.key);
    }
    return time.has_value() || failed;
  }

  // The time of a file, if it counts; what it says and why it does not count go to `examined`.
  std::optional<TimeNs> Judge(Result<Reading<TimeNs>> reading, const ObjectInfo& file,
                              ExaminedFile& examined) {
    if (!reading) {
      Fail(std::move(reading).error(), file.key);
      examined.dropped = ProblemCode::kReadFailed;
      return std::nullopt;
    }
    if (!*reading) {
      examined.dropped = reading->error().code;
      AddProblem(reading->error().code, file.key, std::move(reading->error().message));
      return std::nullopt;
    }
    examined.time = **reading;
    examined.dropped = CheckBounds(**reading, file);
    return examined.dropped ? std::nullopt : examined.time;
  }

  std::optional<ProblemCode> CheckBounds(TimeNs time, const ObjectInfo& file) {
    if (IsEarlier(time, start_)) {
      AddProblem(ProblemCode::kBeforeStart, file.key,
                 fmt::format("its end {} is earlier than the recording's start {}",
                             FormatTime(time), FormatTime(start_)));
      return ProblemCode::kBeforeStart;
    }
    TimeNs written = file.last_modified;
    std::string_view by = "its file was written, ";
    if (IsEarlier(written, start_)) {
      AddProblem(ProblemCode::kMtimeImplausible, file.key,
                 fmt::format("it was last modified at {}, earlier than the recording's start {}: "
                             "that proves nothing",
                             FormatTime(written), FormatTime(start_)));
      written = now_;
      by = "this run, ";
    }
    if (time > SaturatingAdd(written, kModifiedSlack)) {
      AddProblem(ProblemCode::kAfterModified, file.key,
                 fmt::format("its end {} is more than 24 h later than {}{}", FormatTime(time), by,
                             FormatTime(written)));
      return ProblemCode::kAfterModified;
    }
    return std::nullopt;
  }

  void Fail(Error error, const std::string& key) {
    AddProblem(ProblemCode::kReadFailed, key, error.ToString());
    store_failed_ = IsTheStoreItself(error.code);
    if (!result_.read_failed) {
      result_.read_failed = true;
      result_.error = std::move(error);
    }
  }

  static void TakeLater(std::optional<EndEvidence>& latest, TimeNs time, const std::string& key) {
    if (!latest || time > latest->time) {
      latest = EndEvidence{time, key};
    }
  }

  void TakeLatestStream() {
    std::optional<size_t> winner;
    size_t ends = 0;
    for (size_t i = 0; i < kStreamCount; ++i) {
      const auto& stream = result_.streams[i];
      ends += stream ? 1 : 0;
      if (stream && (!winner || stream->time > result_.streams[*winner]->time)) {
        winner = i;
      }
    }
    if (!winner) {
      return;
    }
    result_.end = result_.streams[*winner]->time;
    result_.end_source = StreamName(static_cast<Stream>(*winner));
    if (ends > 1 && IsOutlier(*winner)) {
      AddProblem(ProblemCode::kOutlier, result_.streams[*winner]->key,
                 fmt::format("the end of {} is more than 1 h later than that of every other stream",
                             result_.end_source));
    }
  }

  [[nodiscard]] bool IsOutlier(size_t winner) const {
    for (size_t i = 0; i < kStreamCount; ++i) {
      const auto& other = result_.streams[i];
      if (i != winner && other && *result_.end - other->time <= kOutlierDistance) {
        return false;
      }
    }
    return true;
  }

  void ExamineReports() {
    std::optional<EndEvidence> latest;
    for (const Worker& worker : objects_.workers) {
      if (!worker.report || store_failed_) {
        continue;
      }
      ExaminedFile examined{std::nullopt, worker.name, worker.report->key, {}, {}};
      const auto time =
          Judge(raw::ReadWorkerReport(raw_, *worker.report), *worker.report, examined);
      result_.examined.push_back(std::move(examined));
      if (time) {
        TakeLater(latest, *time, worker.report->key);
      }
    }
    if (latest && !result_.read_failed) {
      result_.end = latest->time;
      result_.end_source = kWorkerReport;
      result_.worker_report = std::move(latest);
    }
  }

  const store::ReadableStore& raw_;
  const raw::RecordingObjects& objects_;
  const TimeUs start_;
  const TimeNs now_;
  bool store_failed_ = false;
  RecordingEnd result_;
};

}  // namespace

RecordingEnd DeriveRecordingEnd(const store::ReadableStore& raw,
                                const raw::RecordingObjects& objects, TimeUs start, TimeNs now) {
  return Derivation(raw, objects, start, now).Run();
}

Microseconds DurationUntil(TimeUs start, TimeNs end) {
  int64_t duration = 0;
  const auto whole = std::chrono::floor<Microseconds>(end);
  if (__builtin_sub_overflow(whole.time_since_epoch().count(), start.time_since_epoch().count(),
                             &duration)) {
    duration = start.time_since_epoch().count() < 0 ? std::numeric_limits<int64_t>::max()
                                                    : std::numeric_limits<int64_t>::min();
  }
  return Microseconds{duration};
}

}  // namespace ursa::recovery
