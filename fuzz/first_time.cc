// Any bytes as a sidecar that says when a modality began: the first says how much of the file's
// start is read, the rest is the file. A short head says what a long one says, or that more is
// needed.
#include <algorithm>

#include "base/exact.h"
#include "raw/csv.h"
#include "raw/eeg_meta.h"
#include "raw/jsonl.h"
#include "require.h"

using ursa::fuzz::Require;
using ursa::raw::ProblemCode;
using ursa::raw::Reading;

namespace {

void CheckPlausible(const Reading<ursa::TimeNs>& time) {
  if (time) {
    Require(*time >= ursa::kEarliestPlausible && *time < ursa::kFirstImplausible);
  }
}

void CompareHeads(const Reading<ursa::TimeNs>& cut, const Reading<ursa::TimeNs>& whole) {
  CheckPlausible(whole);
  if (cut) {
    Require(whole && *cut == *whole);
    return;
  }
  const ProblemCode code = cut.error().code;
  const bool may_need_more = code == ProblemCode::kNoWholeRow || code == ProblemCode::kLineTooLong;
  Require(may_need_more || (!whole && whole.error().code == code));
}

void ReadCsv(std::string_view file, size_t head_bytes, const ursa::raw::CsvFormat& format) {
  const auto header = ursa::raw::ReadCsvHeader({file, 0, file.size()}, format);
  if (header) {
    CompareHeads(ursa::raw::ReadFirstCsvTime({file.substr(0, head_bytes), 0, file.size()}, *header),
                 ursa::raw::ReadFirstCsvTime({file, 0, file.size()}, *header));
  }
}

void ReadRate(std::string_view file) {
  const auto rate = ursa::raw::ReadSampleRate(file);
  if (!rate) {
    Require(rate.error().code == ProblemCode::kNoRate);
    return;
  }
  Require(rate->digits.find_first_not_of('0') == 0);
  const double seconds = 1'778'164'222.5;
  const auto time = ursa::SubtractSamples(seconds, 1'000, *rate).time;
  Require(!time || *time <= *ursa::ReadBinaryTime(seconds).time);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t head_bytes = std::min(file.size(), std::max<size_t>(data[0], 1));
  for (const auto* format : {&ursa::raw::kFrameCsvFormat, &ursa::raw::kWatchCsvFormat,
                             &ursa::raw::kEnvironmentCsvFormat, &ursa::raw::kGazeCsvFormat}) {
    ReadCsv(file, head_bytes, *format);
  }
  CompareHeads(ursa::raw::ReadFirstJsonTime(file.substr(0, head_bytes), file.size()),
               ursa::raw::ReadFirstJsonTime(file, file.size()));
  ReadRate(file);
  return 0;
}
