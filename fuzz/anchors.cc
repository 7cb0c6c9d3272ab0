// Any bytes as an EEG worker's *_timestamps.bin.
#include "raw/anchors.h"

#include <algorithm>

#include "require.h"

using ursa::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto from_tail = ursa::raw::LastAnchor(
      file.substr(size - std::min<size_t>(size, ursa::raw::kAnchorTailBytes)), size);
  const auto from_whole = ursa::raw::LastAnchor(file, size);
  Require(from_tail.has_value() == (size >= ursa::raw::kAnchorBytes));
  Require(from_tail.has_value() == from_whole.has_value());
  if (!from_tail) {
    return 0;
  }
  Require(from_tail->sample_offset == from_whole->sample_offset);
  const auto time = ursa::raw::TimeOf(*from_tail);
  Require(!time || (*time >= ursa::kEarliestPlausible && *time < ursa::kFirstImplausible));
  return 0;
}
