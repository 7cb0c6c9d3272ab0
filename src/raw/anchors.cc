#include "raw/anchors.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace ursa::raw {
namespace {

static_assert(std::endian::native == std::endian::little, "anchors are read as they lie in memory");

template <typename T>
T Read(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

}  // namespace

Reading<Anchor> LastAnchor(std::string_view tail, uint64_t size_bytes) {
  if (size_bytes == 0) {
    return NoSignal(ProblemCode::kEmpty, "it has no bytes");
  }
  const uint64_t partial = size_bytes % kAnchorBytes;
  if (size_bytes < kAnchorBytes || tail.size() < partial + kAnchorBytes) {
    return NoSignal(
        ProblemCode::kNoWholeRow,
        fmt::format("its {} bytes hold no whole anchor of {} bytes", size_bytes, kAnchorBytes));
  }
  const auto begin = static_cast<size_t>(tail.size() - partial - kAnchorBytes);
  return Anchor{Read<int64_t>(tail, begin), Read<double>(tail, begin + sizeof(int64_t))};
}

Reading<TimeNs> TimeOf(const Anchor& anchor) {
  return ToReading(ReadBinaryTime(anchor.seconds), fmt::format("{}", anchor.seconds));
}

}  // namespace ursa::raw
