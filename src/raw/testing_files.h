// Raw files and a bucket that counts what is read, for tests of this room and of those above it.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "raw/problem.h"
#include "store/fault_injecting.h"
#include "store/memory.h"

namespace ursa::raw {

// Time is what it was set to.
class SetClock final : public Clock {
 public:
  TimeNs Now() override { return now; }
  Nanoseconds Steady() override { return now.time_since_epoch(); }
  void Sleep(Nanoseconds, std::stop_token) override {}

  TimeNs now{std::chrono::seconds{1'778'200'000}};
};

// A raw bucket in memory. What is asked of `store` is counted.
struct RawBucket {
  // Puts an object that was last modified at `modified`, and says what a listing would.
  store::ObjectInfo Put(std::string_view key, std::string_view bytes,
                        std::optional<TimeNs> modified = {}) {
    const TimeNs now = clock.now;
    clock.now = modified.value_or(now);
    EXPECT_TRUE(memory.Put(key, bytes, store::PutCondition::kNone));
    clock.now = now;
    return memory.Head(key).value();
  }

  // What was read so far, as "offset+bytes" of each Get, in the order of the calls.
  [[nodiscard]] std::vector<std::string> Reads() const {
    std::vector<std::string> reads;
    for (const store::StoreCall& call : store.Calls()) {
      if (call.kind == store::StoreCall::Kind::kGet) {
        reads.push_back(std::to_string(call.offset) + "+" + std::to_string(call.bytes));
      }
    }
    return reads;
  }
  // The keys of the objects that were read so far.
  [[nodiscard]] std::vector<std::string> KeysRead() const {
    std::vector<std::string> keys;
    for (const store::StoreCall& call : store.Calls()) {
      if (call.kind == store::StoreCall::Kind::kGet) {
        keys.push_back(call.key);
      }
    }
    return keys;
  }

  SetClock clock;
  store::MemoryStore memory{clock};
  store::FaultInjectingStore store{memory};
};

// A number as a file holds it.
template <typename T>
std::string LittleEndian(T number) {
  std::string bytes(sizeof(number), '\0');
  std::memcpy(bytes.data(), &number, sizeof(number));
  return bytes;
}

inline std::string AnchorBytes(int64_t sample_offset, double seconds) {
  return LittleEndian(sample_offset) + LittleEndian(seconds);
}

// The payload of "fmt ".
inline std::string WavFormatBytes(uint16_t format, uint16_t channels, uint32_t rate_hz,
                                  uint16_t bits) {
  const auto sample_bytes = static_cast<uint32_t>((bits + 7) / 8);
  return LittleEndian(format) + LittleEndian(channels) + LittleEndian(rate_hz) +
         LittleEndian(rate_hz * channels * sample_bytes) +
         LittleEndian(static_cast<uint16_t>(channels * sample_bytes)) + LittleEndian(bits);
}

// A chunk that declares `size`, its payload's where none is given, and is padded to even.
inline std::string WavChunk(std::string_view id, std::string_view payload,
                            std::optional<uint32_t> size = {}) {
  return std::string(id) + LittleEndian(size.value_or(static_cast<uint32_t>(payload.size()))) +
         std::string(payload) + std::string(payload.size() % 2, '\0');
}

inline std::string WavBytes(const std::string& chunks, std::string_view form = "RIFF") {
  return std::string(form) + LittleEndian(static_cast<uint32_t>(chunks.size() + 4)) + "WAVE" +
         chunks;
}

// One channel of 16 bits at 1,000 Hz, so that a byte lasts half a millisecond.
inline std::string PlainFormatChunk() { return WavChunk("fmt ", WavFormatBytes(1, 1, 1'000, 16)); }

inline std::string PlainWav(size_t data_bytes) {
  return WavBytes(PlainFormatChunk() + WavChunk("data", std::string(data_bytes, 'x')));
}

// The time that a reading gives, or the name of its problem.
inline std::string Told(const Reading<TimeNs>& reading) {
  return reading ? std::to_string(reading->time_since_epoch().count())
                 : std::string(ProblemCodeName(reading.error().code));
}

}  // namespace ursa::raw
