// Any text as a time: a decimal number, the name of a file, ISO 8601. The first eight bytes are
// also the seconds of an anchor and how long a sound lasts.
#include "base/time.h"

#include <cstring>

#include "raw/name_time.h"
#include "require.h"

using ursa::fuzz::Require;

namespace {

void RequirePlausible(const ursa::TimeReading& reading) {
  Require(!reading.time ||
          (*reading.time >= ursa::kEarliestPlausible && *reading.time < ursa::kFirstImplausible));
}

void ReadName(std::string_view name, uint64_t amount, uint64_t per_second) {
  const auto time = ursa::raw::TimeInName(name);
  if (!time) {
    return;
  }
  Require(time->rounded == time->whole || time->rounded == time->whole + ursa::Nanoseconds{1});
  // Adding nothing is rounding.
  Require(ursa::raw::AddSeconds(*time, 0, per_second).time == time->rounded);
  const auto later = ursa::raw::AddSeconds(*time, amount, per_second);
  RequirePlausible(later);
  Require(!later.time || *later.time >= time->rounded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  RequirePlausible(ursa::ReadDecimalTime(text));
  if (const auto time = ursa::ParseIso8601(text)) {
    Require(ursa::ParseIso8601(ursa::FormatTime(*time)) == time);
  }
  uint64_t number = 1;
  double seconds = 0;
  if (size >= sizeof(number)) {
    std::memcpy(&number, data, sizeof(number));
    std::memcpy(&seconds, data, sizeof(seconds));
  }
  RequirePlausible(ursa::ReadBinaryTime(seconds));
  ReadName(text, number, (number >> 3U) + 1);
  ReadName(text, number >> 32U, (number & 0xFFFF'FFFFU) + 1);
  return 0;
}
