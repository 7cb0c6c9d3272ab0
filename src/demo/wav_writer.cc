#include "demo/wav_writer.h"

#include <array>

#include "demo/little_endian.h"

namespace ursa::demo {
namespace {

constexpr uint32_t kNoSize32 = 0xFFFF'FFFF;
constexpr uint16_t kExtensible = 0xFFFE;
constexpr uint16_t kMp3 = 0x0055;
// What follows the format code in an extensible format's GUID.
constexpr std::string_view kSubformatTail{
    "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71", 14};

void AppendChunk(std::string& bytes, std::string_view id, std::string_view payload) {
  bytes += id;
  AppendNumber(bytes, static_cast<uint32_t>(payload.size()));
  bytes += payload;
  if (payload.size() % 2 != 0) {
    bytes += '\0';
  }
}

std::string FormatPayload(const WavFormat& format) {
  std::string payload;
  AppendNumber(payload, format.extensible ? kExtensible : format.code);
  AppendNumber(payload, format.channels);
  AppendNumber(payload, format.rate_hz);
  AppendNumber(payload, static_cast<uint32_t>(format.BytesPerSecond()));
  AppendNumber(payload, static_cast<uint16_t>(format.FrameBytes()));
  AppendNumber(payload, format.bits);
  if (format.extensible) {
    AppendNumber(payload, uint16_t{22});
    AppendNumber(payload, format.bits);
    AppendNumber(payload, uint32_t{format.channels == 1 ? 4U : 3U});
    AppendNumber(payload, format.code);
    payload += kSubformatTail;
  }
  return payload;
}

// What the header says of the data's size.
uint64_t DeclaredSize(const Segment& segment, bool sizes_crashed, SeededRandom& random) {
  if (!sizes_crashed) {
    return segment.sound_bytes;
  }
  const std::array<uint64_t, 3> crashed = {0, kNoSize32, segment.sound_bytes + 4'096};
  return random.Pick(crashed);
}

void AppendRiffHeader(const WavFormat& format, uint64_t declared, SeededRandom& random,
                      std::string& bytes) {
  bytes += !format.is_64_bit ? "RIFF" : random.Chance(50) ? "RF64" : "BW64";
  // The size of the whole says nothing that the file's own size does not; readers must not care.
  AppendNumber(bytes, format.is_64_bit ? kNoSize32 : static_cast<uint32_t>(declared + 36));
  bytes += "WAVE";
  if (format.is_64_bit) {
    std::string sizes;
    AppendNumber(sizes, declared + 36);
    AppendNumber(sizes, declared);
    AppendNumber(sizes, declared / format.FrameBytes());
    AppendNumber(sizes, uint32_t{0});
    AppendChunk(bytes, "ds64", sizes);
  }
}

}  // namespace

void WriteWav(const WavFormat& format, const Segment& segment, bool sizes_crashed,
              SeededRandom& random, RawFile& file) {
  const uint64_t declared = DeclaredSize(segment, sizes_crashed, random);
  AppendRiffHeader(format, declared, random, file.head);
  if (format.has_other_chunks) {
    AppendChunk(file.head, "LIST", "INFOISFT\x05");
  }
  AppendChunk(file.head, "fmt ", FormatPayload(format));
  file.head += "data";
  AppendNumber(file.head, format.is_64_bit ? kNoSize32 : static_cast<uint32_t>(declared));
  file.zero_bytes = segment.sound_bytes;
  // Without sizes, and after no data at all, whatever follows would be sound.
  if (!sizes_crashed && segment.sound_bytes > 0 && format.has_other_chunks) {
    file.zero_bytes += segment.sound_bytes % 2;
    AppendChunk(file.tail, "LIST", "INFO");
  }
}

void WriteGarbageWav(const WavFormat& format, SeededRandom& random, RawFile& file) {
  WavFormat garbage = format;
  switch (random.Below(3)) {
    case 0:
      file.head = "lost" + random.Bytes(200);
      return;
    case 1:
      garbage.rate_hz = 0;
      break;
    default:
      garbage.code = kMp3;
      break;
  }
  Segment segment;
  segment.sound_bytes = 512;
  WriteWav(garbage, segment, false, random, file);
}

}  // namespace ursa::demo
