// Any bytes as a CSV sidecar: the first says how much of the file's end is read, the rest is the
// file. A tail says what the whole file says, or nothing.
#include "raw/csv.h"

#include <algorithm>

#include "require.h"

using ursa::fuzz::Require;
using ursa::raw::CsvWindow;

namespace {

void ReadAsFormat(std::string_view file, size_t tail_bytes, const ursa::raw::CsvFormat& format) {
  const auto header = ursa::raw::ReadCsvHeader({file, 0, file.size()}, format);
  if (!header) {
    return;
  }
  Require(header->field_count > header->time_column);
  Require(header->rows_offset <= file.size());
  const auto whole = ursa::raw::ReadLastCsvTime({file, 0, file.size()}, *header);
  const size_t offset = file.size() - std::min(file.size(), tail_bytes);
  const auto tail = ursa::raw::ReadLastCsvTime({file.substr(offset), offset, file.size()}, *header);
  if (tail) {
    Require(whole.has_value() && *tail == *whole);
    Require(*tail >= ursa::kEarliestPlausible && *tail < ursa::kFirstImplausible);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) {
    return 0;
  }
  const size_t tail_bytes = std::max<size_t>(data[0], 1);
  const std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const auto* format : {&ursa::raw::kFrameCsvFormat, &ursa::raw::kWatchCsvFormat,
                             &ursa::raw::kEnvironmentCsvFormat}) {
    ReadAsFormat(file, tail_bytes, *format);
    // A head that is cut must not be read beyond its end.
    (void)ursa::raw::ReadCsvHeader({file.substr(0, tail_bytes), 0, file.size()}, *format);
  }
  return 0;
}
