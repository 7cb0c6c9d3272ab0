// Any bytes as a WAV file. The walk over its chunks goes forward, stays within the file, and ends.
#include "raw/wav.h"

#include "require.h"

using ursa::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  ursa::raw::WavWalk walk(size);
  size_t windows = 0;
  uint64_t next = 0;
  while (const auto offset = walk.WantedOffset()) {
    Require(*offset >= next && *offset < size);
    Require(++windows <= ursa::raw::kWavWindowsMax);
    next = *offset + 1;
    walk.Feed(file.substr(static_cast<size_t>(*offset), ursa::raw::kWavWindowBytes));
  }
  if (const auto duration = walk.Duration()) {
    Require(duration->data_bytes < size);
    Require(duration->bytes_per_second > 0 && duration->bytes_per_second <= uint64_t{1} << 61);
  }
  return 0;
}
