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

Reading<Anchor> AnchorAt(std::string_view bytes, size_t begin) {
  return Anchor{Read<int64_t>(bytes, begin), Read<double>(bytes, begin + sizeof(int64_t))};
}

Reading<Anchor> NoAnchor(uint64_t size_bytes) {
  if (size_bytes == 0) {
    return NoSignal(ProblemCode::kEmpty, "it has no bytes");
  }
  return NoSignal(
      ProblemCode::kNoWholeRow,
      fmt::format("its {} bytes hold no whole anchor of {} bytes", size_bytes, kAnchorBytes));
}

}  // namespace

Reading<Anchor> LastAnchor(std::string_view tail, uint64_t size_bytes) {
  const uint64_t partial = size_bytes % kAnchorBytes;
  if (size_bytes < kAnchorBytes || tail.size() < partial + kAnchorBytes) {
    return NoAnchor(size_bytes);
  }
  return AnchorAt(tail, static_cast<size_t>(tail.size() - partial - kAnchorBytes));
}

Reading<Anchor> FirstAnchor(std::string_view head, uint64_t size_bytes) {
  return head.size() < kAnchorBytes ? NoAnchor(size_bytes) : AnchorAt(head, 0);
}

Reading<TimeNs> TimeOf(const Anchor& anchor) {
  return ToReading(ReadBinaryTime(anchor.seconds), fmt::format("{}", anchor.seconds));
}

}  // namespace ursa::raw
