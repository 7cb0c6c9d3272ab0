#include "raw/wav.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "raw/testing_files.h"

namespace ursa::raw {
namespace {

struct Walk {
  Reading<WavDuration> duration;
  std::vector<uint64_t> offsets;  // of the windows that were wanted
};

Walk WalkOver(std::string_view bytes) {
  WavWalk walk(bytes.size());
  std::vector<uint64_t> offsets;
  while (const auto offset = walk.WantedOffset()) {
    offsets.push_back(*offset);
    walk.Feed(bytes.substr(static_cast<size_t>(*offset), kWavWindowBytes));
  }
  return {walk.Duration(), std::move(offsets)};
}

// "<data bytes>/<bytes a second>", or the name of the problem.
std::string DurationOf(std::string_view bytes) {
  const auto duration = WalkOver(bytes).duration;
  return duration ? fmt::format("{}/{}", duration->data_bytes, duration->bytes_per_second)
                  : std::string(ProblemCodeName(duration.error().code));
}

std::string Data(size_t bytes, std::optional<uint32_t> declared = {}) {
  return WavChunk("data", std::string(bytes, 'x'), declared);
}

// The payload of an extensible "fmt ".
std::string Extensible(uint16_t subformat, uint16_t channels, uint32_t rate_hz, uint16_t bits) {
  return WavFormatBytes(0xFFFE, channels, rate_hz, bits) + LittleEndian(uint16_t{22}) +
         LittleEndian(bits) + LittleEndian(uint32_t{3}) + LittleEndian(subformat) +
         std::string("\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71", 14);
}

std::string DataSize64(uint64_t data_bytes) {
  return WavChunk("ds64", LittleEndian(uint64_t{0}) + LittleEndian(data_bytes) +
                              LittleEndian(uint64_t{0}) + LittleEndian(uint32_t{0}));
}

constexpr uint32_t kMinusOne = 0xFFFF'FFFF;

TEST(Wav, LastsItsDataBytesByChannelsTimesBytesASampleTimesRate) {
  EXPECT_EQ(DurationOf(PlainWav(400)), "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", WavFormatBytes(1, 2, 48'000, 24)) + Data(600))),
            "600/288000");
}

TEST(Wav, AForeignFormIsNotWav) {
  const std::string chunks = PlainFormatChunk() + Data(400);
  EXPECT_EQ(DurationOf(WavBytes(chunks, "RIFF")), "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(chunks, "RF64")), "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(chunks, "BW64")), "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(chunks, "RIFX")), "not_wav");
  EXPECT_EQ(DurationOf(WavBytes(chunks, "riff")), "not_wav");
  std::string avi = WavBytes(chunks);
  avi.replace(8, 4, "AVI ");
  EXPECT_EQ(DurationOf(avi), "not_wav");
}

TEST(Wav, TheSizeInTheRiffHeaderSaysNothing) {
  for (const uint32_t size : {uint32_t{0}, kMinusOne, uint32_t{7}}) {
    std::string bytes = PlainWav(400);
    bytes.replace(4, 4, LittleEndian(size));
    EXPECT_EQ(DurationOf(bytes), "400/2000") << size;
  }
}

TEST(Wav, AnRf64FileHasTheSizeOfItsDataInDs64) {
  for (const char* form : {"RF64", "BW64"}) {
    EXPECT_EQ(
        DurationOf(WavBytes(DataSize64(300) + PlainFormatChunk() + Data(400, kMinusOne), form)),
        "300/2000");
  }
}

TEST(Wav, Ds64CountsOnlyInRf64AndOnlyForDataOfSizeMinusOne) {
  EXPECT_EQ(DurationOf(WavBytes(DataSize64(300) + PlainFormatChunk() + Data(400, kMinusOne))),
            "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(DataSize64(300) + PlainFormatChunk() + Data(400, 200), "RF64")),
            "200/2000");
}

TEST(Wav, ADs64SizeOfZeroOrBeyondTheFileMeansToItsEnd) {
  for (const uint64_t size : {uint64_t{0}, uint64_t{401}, UINT64_MAX}) {
    EXPECT_EQ(
        DurationOf(WavBytes(DataSize64(size) + PlainFormatChunk() + Data(400, kMinusOne), "RF64")),
        "400/2000")
        << size;
  }
  EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk() + Data(400, kMinusOne), "RF64")), "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(
                WavChunk("ds64", "short") + PlainFormatChunk() + Data(400, kMinusOne), "RF64")),
            "400/2000");
}

TEST(Wav, ACrashedRecordersDataReachToTheFilesEnd) {
  for (const uint32_t declared : {uint32_t{0}, kMinusOne, uint32_t{402}, uint32_t{0x7FFF'FFFF}}) {
    EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk() + Data(400, declared))), "400/2000")
        << declared;
  }
  EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk() + WavChunk("data", "", 0) + "odd")), "3/2000");
}

TEST(Wav, WhoseDataAreEmptyHasNone) {
  EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk() + Data(0))), "0/2000");
  EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk() + Data(0, kMinusOne))), "0/2000");
}

TEST(Wav, WhatFollowsTheDataIsNotCounted) {
  EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk() + Data(400) + WavChunk("LIST", "1234"))),
            "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk() + Data(401) + WavChunk("LIST", "1234"))),
            "401/2000");
}

TEST(Wav, ItsChunksMayStandInAnyOrder) {
  const std::string list = WavChunk("LIST", "abcd");
  EXPECT_EQ(DurationOf(WavBytes(list + PlainFormatChunk() + list + Data(400))), "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(Data(400) + PlainFormatChunk())), "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(list + Data(400) + list + PlainFormatChunk() + list)), "400/2000");
  EXPECT_EQ(
      DurationOf(WavBytes(DataSize64(400) + Data(400, kMinusOne) + PlainFormatChunk(), "RF64")),
      "400/2000");
}

TEST(Wav, ItsChunksArePaddedToEven) {
  EXPECT_EQ(DurationOf(WavBytes(WavChunk("LIST", "abc") + PlainFormatChunk() + Data(400))),
            "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(Data(401) + PlainFormatChunk())), "401/2000");
  EXPECT_EQ(DurationOf(WavBytes(WavChunk("LIST", "") + PlainFormatChunk() + Data(400))),
            "400/2000");
}

TEST(Wav, OfTwoChunksOfOneKindTheFirstCounts) {
  EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk() + WavChunk("fmt ", "garbage!") + Data(400))),
            "400/2000");
  EXPECT_EQ(DurationOf(WavBytes(Data(200) + Data(400) + PlainFormatChunk())), "200/2000");
}

TEST(Wav, ItsFormatMayBePcmFloatALawOrMuLaw) {
  for (const uint16_t format : std::initializer_list<uint16_t>{1, 3, 6, 7}) {
    EXPECT_EQ(
        DurationOf(WavBytes(WavChunk("fmt ", WavFormatBytes(format, 1, 8'000, 8)) + Data(400))),
        "400/8000")
        << format;
  }
}

TEST(Wav, AnyOtherFormatIsNotWav) {
  for (const uint16_t format : std::initializer_list<uint16_t>{0, 2, 0x11, 0x55, 0xFFFE, 0xFFFF}) {
    EXPECT_EQ(
        DurationOf(WavBytes(WavChunk("fmt ", WavFormatBytes(format, 1, 8'000, 8)) + Data(400))),
        "not_wav")
        << format;
  }
}

TEST(Wav, AnExtensibleFormatIsItsSubformat) {
  for (const uint16_t format : std::initializer_list<uint16_t>{1, 3, 6, 7}) {
    EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", Extensible(format, 2, 8'000, 32)) + Data(400))),
              "400/64000");
  }
  EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", Extensible(2, 2, 8'000, 32)) + Data(400))),
            "not_wav");
}

TEST(Wav, AnExtensibleFormatOfAForeignKindIsNotWav) {
  std::string foreign = Extensible(1, 2, 8'000, 32);
  foreign.back() = 'x';
  EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", foreign) + Data(400))), "not_wav");
  const std::string cut = Extensible(1, 2, 8'000, 32).substr(0, 38);
  EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", cut) + Data(400))), "not_wav");
}

TEST(Wav, ItsBytesASampleAreTheBitsRoundedUp) {
  const std::vector<std::pair<uint16_t, std::string>> cases = {
      {1, "1000"},  {8, "1000"},  {9, "2000"}, {12, "2000"},
      {20, "3000"}, {24, "3000"}, {64, "8000"}};
  for (const auto& [bits, per_second] : cases) {
    EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", WavFormatBytes(1, 1, 1'000, bits)) + Data(400))),
              "400/" + per_second)
        << bits;
  }
}

TEST(Wav, AZeroRateChannelOrBitCountIsNotWav) {
  for (const std::string& format : {WavFormatBytes(1, 0, 8'000, 16), WavFormatBytes(1, 1, 0, 16),
                                    WavFormatBytes(1, 1, 8'000, 0)}) {
    EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", format) + Data(400))), "not_wav");
  }
}

TEST(Wav, TheLargestFormatDoesNotOverflow) {
  EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", WavFormatBytes(1, 0xFFFF, kMinusOne, 0xFFFF)) +
                                Data(400))),
            fmt::format("400/{}", uint64_t{0xFFFF} * 8'192 * kMinusOne));
}

TEST(Wav, WithoutAFormatOrDataIsNotWav) {
  EXPECT_EQ(DurationOf(WavBytes("")), "not_wav");
  EXPECT_EQ(DurationOf(WavBytes(PlainFormatChunk())), "not_wav");
  EXPECT_EQ(DurationOf(WavBytes(Data(400))), "not_wav");
  EXPECT_EQ(DurationOf(WavBytes(Data(400, 0) + PlainFormatChunk())), "not_wav");
  EXPECT_EQ(DurationOf(WavBytes(WavChunk("fmt ", "short") + Data(400))), "not_wav");
  EXPECT_EQ(DurationOf("hello"), "not_wav");
  EXPECT_EQ(DurationOf(std::string(100, '\0')), "not_wav");
}

TEST(Wav, OfNoBytesIsEmpty) { EXPECT_EQ(DurationOf(""), "empty"); }

TEST(Wav, ItsFirstWindowIsAllThatIsReadWhereItSuffices) {
  EXPECT_EQ(WalkOver(PlainWav(1'000'000)).offsets, std::vector<uint64_t>{0});
}

TEST(Wav, PayloadsAreSteppedOverAndNotRead) {
  const std::string bytes =
      WavBytes(WavChunk("LIST", std::string(100'000, 'x')) + Data(200'000) + PlainFormatChunk());
  EXPECT_EQ(WalkOver(bytes).offsets, (std::vector<uint64_t>{0, 100'020, 300'028}));
  EXPECT_EQ(DurationOf(bytes), "200000/2000");
}

TEST(Wav, AChunkAtTheEndOfAWindowIsReadFromItsStart) {
  for (size_t filler = 4'030; filler < 4'090; ++filler) {
    const std::string bytes =
        WavBytes(WavChunk("LIST", std::string(filler, 'x')) + PlainFormatChunk() + Data(400));
    EXPECT_EQ(DurationOf(bytes), "400/2000") << filler;
    EXPECT_LE(WalkOver(bytes).offsets.size(), 2U);
  }
}

TEST(Wav, ManyChunksEndTheWalkAtALimit) {
  std::string chunks;
  for (int i = 0; i < 100; ++i) {
    chunks += WavChunk("LIST", std::string(5'000, 'x'));
  }
  const Walk walk = WalkOver(WavBytes(chunks + PlainFormatChunk() + Data(400)));
  EXPECT_EQ(walk.offsets.size(), kWavWindowsMax);
  EXPECT_EQ(walk.duration.error().code, ProblemCode::kNotWav);
}

TEST(Wav, CutAtEveryByteItGivesAtMostWhatIsLeft) {
  const std::string bytes =
      WavBytes(WavChunk("LIST", "abc") + DataSize64(50) +
                   WavChunk("fmt ", Extensible(1, 1, 1'000, 16)) + Data(60, kMinusOne),
               "RF64");
  const size_t data_begin = bytes.size() - 60;
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const std::string expected =
        size == 0           ? "empty"
        : size < data_begin ? "not_wav"
                            : fmt::format("{}/2000", std::min<size_t>(size - data_begin, 50));
    EXPECT_EQ(DurationOf(bytes.substr(0, size)), expected) << size;
  }
}

TEST(Wav, AnyBytesEndTheWalkWithinTheFile) {
  EXPECT_TRUE(rc::check("any chunks", [] {
    std::string chunks;
    const auto count = *rc::gen::inRange(0, 12);
    for (int i = 0; i < count; ++i) {
      const auto id = *rc::gen::element<std::string>("fmt ", "data", "ds64", "LIST", "x");
      const auto payload = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
      const auto size = *rc::gen::oneOf(rc::gen::arbitrary<uint32_t>(),
                                        rc::gen::just(static_cast<uint32_t>(payload.size())),
                                        rc::gen::just(kMinusOne));
      chunks += WavChunk(id, payload, size);
    }
    const std::string bytes = WavBytes(chunks, *rc::gen::element("RIFF", "RF64"));
    const Walk walk = WalkOver(bytes);
    uint64_t next = 0;
    for (const uint64_t offset : walk.offsets) {
      RC_ASSERT((offset >= next && offset < bytes.size()));
      next = offset + 1;
    }
    RC_ASSERT(walk.offsets.size() <= kWavWindowsMax);
    RC_ASSERT((!walk.duration ||
               (walk.duration->data_bytes < bytes.size() && walk.duration->bytes_per_second > 0)));
  }));
}

}  // namespace
}  // namespace ursa::raw
