#include "raw/first_time.h"

#include <fmt/format.h>

#include "raw/eeg_meta.h"
#include "raw/jsonl.h"
#include "raw/pinned_read.h"

namespace ursa::raw {
namespace {

// Most first rows lie far before the end of what may be read.
constexpr uint64_t kFirstWindowBytes = 4'096;
constexpr uint64_t kWindowBytes = 65'536;

using store::ByteRange;
using store::ObjectInfo;
using store::ReadableStore;

bool MayLieFurtherOn(ProblemCode code) {
  return code == ProblemCode::kNoWholeRow || code == ProblemCode::kLineTooLong;
}

// Parses a short head of the file, and a long one only where that says nothing.
template <typename Parse>
Result<Reading<TimeNs>> ReadHead(const ReadableStore& raw, const ObjectInfo& file,
                                 const Parse& parse) {
  if (file.size_bytes == 0) {
    return Reading<TimeNs>(NoSignal(ProblemCode::kEmpty, "it has no bytes"));
  }
  URSA_TRY(const auto head,
           ReadListed(raw, file, ByteRange::From(0, kFirstWindowBytes), "the first row"));
  Reading<TimeNs> time = parse(head);
  if (time || head.bytes.size() == head.size_bytes || !MayLieFurtherOn(time.error().code)) {
    return time;
  }
  URSA_TRY(const auto longer,
           ReadListed(raw, file, ByteRange::From(0, kWindowBytes), "the first row"));
  return parse(longer);
}

}  // namespace

Result<Reading<Anchor>> ReadFirstAnchor(const ReadableStore& raw, const ObjectInfo& file) {
  if (file.size_bytes == 0) {
    return FirstAnchor({}, 0);
  }
  URSA_TRY(const auto head,
           ReadListed(raw, file, ByteRange::From(0, kAnchorBytes), "the first anchor"));
  return FirstAnchor(head.bytes, head.size_bytes);
}

Result<Reading<TimeNs>> ReadFirstRow(const ReadableStore& raw, const ObjectInfo& file,
                                     const CsvFormat& format) {
  return ReadHead(raw, file, [&](const store::Object& head) {
    const CsvWindow window{head.bytes, head.offset, head.size_bytes};
    return ReadCsvHeader(window, format).and_then([&](const CsvHeader& header) {
      return ReadFirstCsvTime(window, header);
    });
  });
}

Result<Reading<TimeNs>> ReadFirstLine(const ReadableStore& raw, const ObjectInfo& file) {
  return ReadHead(raw, file, [](const store::Object& head) {
    return ReadFirstJsonTime(head.bytes, head.size_bytes);
  });
}

Result<Reading<PositiveDecimal>> ReadEegMeta(const ReadableStore& raw, const ObjectInfo& file) {
  if (file.size_bytes > kEegMetaBytesMax) {
    return Reading<PositiveDecimal>(
        NoSignal(ProblemCode::kNoRate, fmt::format("its {} bytes are more than are read of it, {}",
                                                   file.size_bytes, kEegMetaBytesMax)));
  }
  URSA_TRY(const auto whole, ReadListed(raw, file, ByteRange::Whole(), "the sample rate"));
  return ReadSampleRate(whole.bytes);
}

}  // namespace ursa::raw
