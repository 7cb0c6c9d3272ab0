#include "raw/last_time.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "raw/anchors.h"
#include "raw/csv.h"
#include "raw/name_time.h"
#include "raw/pinned_read.h"
#include "raw/wav.h"
#include "raw/worker_report.h"

namespace ursa::raw {
namespace {

// Most headers and last rows are far shorter than what may be read.
constexpr uint64_t kCsvFirstWindowBytes = 4'096;
// So much comes over a network in the time of one more request.
constexpr uint64_t kWorthARequestBytes = 256 * 1024;

using store::ByteRange;
using store::ObjectInfo;
using store::ReadableStore;

Result<Reading<TimeNs>> ReadAnchors(const ReadableStore& raw, const ObjectInfo& file) {
  URSA_TRY(const auto tail,
           ReadListed(raw, file, ByteRange::Last(kAnchorTailBytes), "the last anchor"));
  return LastAnchor(tail.bytes, tail.size_bytes).and_then(TimeOf);
}

const CsvFormat& FormatOf(SidecarKind kind) {
  if (kind == SidecarKind::kWatchCsv) {
    return kWatchCsvFormat;
  }
  return kind == SidecarKind::kEnvironmentCsv ? kEnvironmentCsvFormat : kFrameCsvFormat;
}

CsvWindow WindowOf(const store::Object& object) {
  return {object.bytes, object.offset, object.size_bytes};
}

// A file that fits the window: one read gives head and tail.
Result<Reading<TimeNs>> ReadSmallCsv(const ReadableStore& raw, const ObjectInfo& file,
                                     const CsvFormat& format) {
  URSA_TRY(const auto whole, ReadListed(raw, file, ByteRange::Last(kCsvWindowBytes), "the rows"));
  const CsvWindow window = WindowOf(whole);
  return ReadCsvHeader(window, format).and_then([&](const CsvHeader& header) {
    return ReadLastCsvTime(window, header);
  });
}

// Ranges of a file that is larger than the window: each is a request, or all of them are one where
// that is the quicker way. What they hold, and so what is made of it, is the same.
class Ranges {
 public:
  Ranges(const ReadableStore& raw, const ObjectInfo& file) : raw_(raw), file_(file) {}

  Result<store::Object> Read(const ByteRange& range, std::string_view what) {
    if (!raw_.IsRemote() || file_.size_bytes > kWorthARequestBytes) {
      return ReadListed(raw_, file_, range, what);
    }
    if (!whole_) {
      URSA_TRY(whole_, ReadListed(raw_, file_, ByteRange::Whole(), "the rows"));
    }
    const auto [offset, length] = store::Resolve(range, whole_->size_bytes);
    store::Object part;
    part.bytes = whole_->bytes.substr(offset, length);
    part.offset = offset;
    part.size_bytes = whole_->size_bytes;
    return part;
  }

 private:
  const ReadableStore& raw_;
  const ObjectInfo& file_;
  std::optional<store::Object> whole_;
};

Result<Reading<CsvHeader>> ReadHead(Ranges& file, const CsvFormat& format, uint64_t bytes) {
  URSA_TRY(const auto head, file.Read(ByteRange::From(0, bytes), "the header"));
  return ReadCsvHeader(WindowOf(head), format);
}

Result<Reading<CsvHeader>> ReadHead(Ranges& file, const CsvFormat& format) {
  URSA_TRY(auto header, ReadHead(file, format, kCsvFirstWindowBytes));
  if (!header && header.error().code == ProblemCode::kLineTooLong) {
    return ReadHead(file, format, kCsvWindowBytes);
  }
  return header;
}

Result<Reading<TimeNs>> ReadTail(Ranges& file, const CsvHeader& header, uint64_t bytes) {
  URSA_TRY(const auto tail, file.Read(ByteRange::Last(bytes), "the last row"));
  return ReadLastCsvTime(WindowOf(tail), header);
}

Result<Reading<TimeNs>> ReadCsv(const ReadableStore& raw, const ObjectInfo& file,
                                const CsvFormat& format) {
  if (file.size_bytes <= kCsvWindowBytes) {
    return ReadSmallCsv(raw, file, format);
  }
  Ranges ranges(raw, file);
  URSA_TRY(const auto header, ReadHead(ranges, format));
  if (!header) {
    return Reading<TimeNs>(tl::unexpected(header.error()));
  }
  // The last whole row is the same in a short tail that holds one as in a long one.
  URSA_TRY(auto time, ReadTail(ranges, *header, kCsvFirstWindowBytes));
  if (!time && (time.error().code == ProblemCode::kNoWholeRow ||
                time.error().code == ProblemCode::kLineTooLong)) {
    return ReadTail(ranges, *header, kCsvWindowBytes);
  }
  return time;
}

Result<Reading<TimeNs>> ReadWav(const ReadableStore& raw, const ObjectInfo& file,
                                std::string_view name) {
  const auto start = TimeInName(name);
  if (!start) {
    return Reading<TimeNs>(NoSignal(ProblemCode::kNoTimeInName,
                                    "the last number in its name is no time: when it was started "
                                    "is not known"));
  }
  WavWalk walk(file.size_bytes);
  while (const auto offset = walk.WantedOffset()) {
    URSA_TRY(const auto window,
             ReadListed(raw, file, ByteRange::From(*offset, kWavWindowBytes), "the header"));
    walk.Feed(window.bytes);
  }
  return walk.Duration().and_then([&](const WavDuration& duration) {
    return ToReading(AddSeconds(*start, duration.data_bytes, duration.bytes_per_second),
                     fmt::format("{} + {} / {} s", FormatTime(start->rounded), duration.data_bytes,
                                 duration.bytes_per_second));
  });
}

}  // namespace

Result<Reading<TimeNs>> ReadLastTime(const ReadableStore& raw, const ObjectInfo& file,
                                     SidecarKind kind, std::string_view name) {
  if (file.size_bytes == 0) {
    return Reading<TimeNs>(NoSignal(ProblemCode::kEmpty, "it has no bytes"));
  }
  switch (kind) {
    case SidecarKind::kAnchors:
      return ReadAnchors(raw, file);
    case SidecarKind::kWav:
      return ReadWav(raw, file, name);
    case SidecarKind::kFrameCsv:
    case SidecarKind::kWatchCsv:
    case SidecarKind::kEnvironmentCsv:
      return ReadCsv(raw, file, FormatOf(kind));
  }
  return Fail(ErrorCode::kUnsupported, "no reader for " + file.key);
}

Result<Reading<TimeNs>> ReadWorkerReport(const ReadableStore& raw, const ObjectInfo& report) {
  if (report.size_bytes > kWorkerReportBytesMax) {
    return Reading<TimeNs>(
        NoSignal(ProblemCode::kUnparseable,
                 fmt::format("its {} bytes are more than are read of a report, {}",
                             report.size_bytes, kWorkerReportBytesMax)));
  }
  URSA_TRY(const auto whole, ReadListed(raw, report, ByteRange::Whole(), "the report"));
  return ReadStoppedAt(whole.bytes);
}

}  // namespace ursa::raw
