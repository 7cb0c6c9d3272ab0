#include "raw/wav.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

namespace ursa::raw {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are read as they lie in memory");

constexpr uint64_t kRiffHeaderBytes = 12;
constexpr uint64_t kChunkHeaderBytes = 8;
constexpr uint64_t kFormatBytes = 16;
constexpr uint64_t kExtensibleFormatBytes = 40;
constexpr uint64_t kDataSize64Bytes = 16;  // riff size, data size
constexpr uint32_t kUnknownSize = 0xFFFF'FFFF;

constexpr uint16_t kExtensible = 0xFFFE;
// A format as a subformat: its number, then these bytes.
constexpr std::string_view kSubformatRest(
    "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71", 14);

template <typename T>
T Read(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

bool HasFixedRate(uint16_t format) {
  constexpr std::array<uint16_t, 4> kFormats = {1, 3, 6, 7};  // PCM, float, A-law, mu-law
  return std::ranges::find(kFormats, format) != kFormats.end();
}

// How much of a chunk has to be read.
uint64_t WantedPayload(std::string_view id, uint64_t size) {
  if (id == "fmt ") {
    return std::min(size, kExtensibleFormatBytes);
  }
  return id == "ds64" ? std::min(size, kDataSize64Bytes) : 0;
}

}  // namespace

WavWalk::WavWalk(uint64_t size_bytes) : size_bytes_(size_bytes) {
  if (size_bytes < kRiffHeaderBytes) {
    End("it is too short for a RIFF header");
  }
}

std::optional<uint64_t> WavWalk::WantedOffset() const {
  return ended_ ? std::nullopt : std::optional(offset_);
}

void WavWalk::Feed(std::string_view window) {
  const uint64_t begin = offset_;
  while (!ended_) {
    const uint64_t into = offset_ - begin;
    if (into >= window.size()) {
      break;
    }
    const std::string_view bytes = window.substr(static_cast<size_t>(into));
    if (!(offset_ == 0 ? StepOverRiffHeader(bytes) : StepOverChunk(bytes))) {
      break;
    }
  }
  ++windows_;
  if (!ended_ && offset_ == begin) {
    End("the file was cut while it was read");
  }
  if (!ended_ && windows_ == kWavWindowsMax) {
    End("its chunks need more bytes than may be read, 64 KiB");
  }
}

bool WavWalk::StepOverRiffHeader(std::string_view bytes) {
  if (bytes.size() < kRiffHeaderBytes) {
    return false;
  }
  const std::string_view form = bytes.substr(0, 4);
  has_64_bit_sizes_ = form == "RF64" || form == "BW64";
  if ((form != "RIFF" && !has_64_bit_sizes_) || bytes.substr(8, 4) != "WAVE") {
    End("it does not start with a WAVE header");
    return true;
  }
  offset_ = kRiffHeaderBytes;
  if (size_bytes_ - offset_ < kChunkHeaderBytes) {
    End("it has no chunks");
  }
  return true;
}

bool WavWalk::StepOverChunk(std::string_view bytes) {
  if (bytes.size() < kChunkHeaderBytes) {
    return false;
  }
  const std::string_view id = bytes.substr(0, 4);
  const uint64_t size = Read<uint32_t>(bytes, 4);
  const uint64_t left = size_bytes_ - offset_ - kChunkHeaderBytes;
  const uint64_t wanted = WantedPayload(id, size);
  if (wanted > left) {
    End("its format chunk is cut short");
    return true;
  }
  if (bytes.size() < kChunkHeaderBytes + wanted) {
    return false;
  }
  const std::string_view payload = bytes.substr(kChunkHeaderBytes, static_cast<size_t>(wanted));
  if (id == "data") {
    StepOverData(size);
    return true;
  }
  if (id == "fmt ") {
    ReadFormat(payload);
  } else if (id == "ds64" && has_64_bit_sizes_ && wanted == kDataSize64Bytes) {
    data_size_64_ = Read<uint64_t>(payload, 8);
  }
  const uint64_t padded = size + size % 2;
  if (padded >= left || left - padded < kChunkHeaderBytes) {
    End("its chunks end before the data and the format are known");
    return true;
  }
  offset_ += kChunkHeaderBytes + padded;
  if (data_bytes_ && bytes_per_second_) {
    End({});
  }
  return true;
}

void WavWalk::StepOverData(uint64_t declared) {
  const uint64_t left = size_bytes_ - offset_ - kChunkHeaderBytes;
  bool known = declared != 0 && declared != kUnknownSize;
  if (declared == kUnknownSize && has_64_bit_sizes_ && data_size_64_) {
    declared = *data_size_64_;
    known = declared != 0;
  }
  const bool reaches_end = !known || declared >= left;
  const uint64_t size = reaches_end ? left : declared;
  if (!data_bytes_) {
    data_bytes_ = size;
  }
  const uint64_t padded = size + size % 2;
  if (bytes_per_second_ || reaches_end || left - size < kChunkHeaderBytes + size % 2) {
    End("its chunks end before its format is known");
    return;
  }
  offset_ += kChunkHeaderBytes + padded;
}

void WavWalk::ReadFormat(std::string_view payload) {
  if (bytes_per_second_) {
    return;
  }
  if (payload.size() < kFormatBytes) {
    End("its format chunk is too short");
    return;
  }
  auto format = Read<uint16_t>(payload, 0);
  if (format == kExtensible && payload.size() >= kExtensibleFormatBytes &&
      payload.substr(26) == kSubformatRest) {
    format = Read<uint16_t>(payload, 24);
  }
  const uint64_t channels = Read<uint16_t>(payload, 2);
  const uint64_t rate = Read<uint32_t>(payload, 4);
  const uint64_t sample_bytes = (uint64_t{Read<uint16_t>(payload, 14)} + 7) / 8;
  if (!HasFixedRate(format)) {
    End("its format is none whose bytes say how long it lasts");
  } else if (channels == 0 || rate == 0 || sample_bytes == 0) {
    End("its rate, channels or bits a sample are zero");
  } else {
    bytes_per_second_ = channels * sample_bytes * rate;
  }
}

void WavWalk::End(std::string_view reason) {
  if (!ended_) {
    ended_ = true;
    reason_ = reason;
  }
}

Reading<WavDuration> WavWalk::Duration() const {
  if (size_bytes_ == 0) {
    return NoSignal(ProblemCode::kEmpty, "it has no bytes");
  }
  if (data_bytes_ && bytes_per_second_) {
    return WavDuration{*data_bytes_, *bytes_per_second_};
  }
  return NoSignal(ProblemCode::kNotWav, std::string(reason_));
}

}  // namespace ursa::raw
