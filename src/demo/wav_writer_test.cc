#include "demo/wav_writer.h"

#include <gtest/gtest.h>

#include <cstring>

namespace ursa::demo {
namespace {

template <typename T>
T NumberAt(std::string_view bytes, size_t offset) {
  T number;
  std::memcpy(&number, bytes.data() + offset, sizeof(number));
  return number;
}

RawFile Wav(const WavFormat& format, uint64_t sound_bytes) {
  SeededRandom random(1, 0, 0);
  Segment segment;
  segment.sound_bytes = sound_bytes;
  RawFile file;
  WriteWav(format, segment, false, random, file);
  return file;
}

// Where the payload of a chunk starts.
size_t PayloadOf(std::string_view bytes, std::string_view id) { return bytes.find(id) + 8; }

TEST(Wav, DeclaresItsFormatAndTheSizeOfItsData) {
  WavFormat format;
  format.channels = 2;
  format.bits = 12;
  format.rate_hz = 44;
  const RawFile file = Wav(format, 400);
  EXPECT_TRUE(file.head.starts_with("RIFF"));
  EXPECT_EQ(file.head.substr(8, 4), "WAVE");
  const size_t payload = PayloadOf(file.head, "fmt ");
  EXPECT_EQ(NumberAt<uint16_t>(file.head, payload), 1);
  EXPECT_EQ(NumberAt<uint16_t>(file.head, payload + 2), 2);
  EXPECT_EQ(NumberAt<uint32_t>(file.head, payload + 4), 44U);
  EXPECT_EQ(NumberAt<uint16_t>(file.head, payload + 14), 12);
  // 12 bits take 2 bytes a sample.
  EXPECT_EQ(format.BytesPerSecond(), 2U * 2U * 44U);
  EXPECT_EQ(NumberAt<uint32_t>(file.head, PayloadOf(file.head, "data") - 4), 400U);
  EXPECT_EQ(file.zero_bytes, 400U);
}

TEST(Wav, IsPaddedWhereAnotherChunkFollowsAnOddNumberOfBytes) {
  WavFormat format;
  format.bits = 8;
  format.has_other_chunks = true;
  const RawFile file = Wav(format, 401);
  EXPECT_EQ(NumberAt<uint32_t>(file.head, PayloadOf(file.head, "data") - 4), 401U);
  EXPECT_EQ(file.zero_bytes, 402U);
  EXPECT_TRUE(file.tail.starts_with("LIST"));
}

TEST(Wav, HasNothingAfterDataOfNoBytes) {
  WavFormat format;
  format.has_other_chunks = true;
  const RawFile file = Wav(format, 0);
  EXPECT_EQ(file.tail, "");
  EXPECT_EQ(file.zero_bytes, 0U);
}

TEST(Wav, OfSixtyFourBitsHasItsSizeInTheDs64Chunk) {
  WavFormat format;
  format.is_64_bit = true;
  const RawFile file = Wav(format, 400);
  EXPECT_EQ(file.head.substr(12, 4), "ds64");
  EXPECT_EQ(NumberAt<uint64_t>(file.head, PayloadOf(file.head, "ds64") + 8), 400U);
  EXPECT_EQ(NumberAt<uint32_t>(file.head, PayloadOf(file.head, "data") - 4), 0xFFFF'FFFFU);
}

TEST(Wav, OfTheExtensibleFormatHasItsCodeInTheSubformat) {
  WavFormat format;
  format.code = 3;
  format.bits = 32;
  format.extensible = true;
  const RawFile file = Wav(format, 400);
  const size_t payload = PayloadOf(file.head, "fmt ");
  EXPECT_EQ(NumberAt<uint16_t>(file.head, payload), 0xFFFE);
  EXPECT_EQ(NumberAt<uint16_t>(file.head, payload + 24), 3);
}

TEST(GarbageWav, HasNoRiffHeaderOrNoRateOrACodecThatSaysNothing) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SeededRandom random(seed, 0, 0);
    RawFile file;
    WriteGarbageWav({}, random, file);
    if (!file.head.starts_with("RIFF")) {
      continue;
    }
    const size_t payload = PayloadOf(file.head, "fmt ");
    EXPECT_TRUE(NumberAt<uint32_t>(file.head, payload + 4) == 0 ||
                NumberAt<uint16_t>(file.head, payload) == 0x55);
  }
}

}  // namespace
}  // namespace ursa::demo
