#include "demo/recording_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace ursa::demo {
namespace {

constexpr TimeNs kNow{std::chrono::seconds{1'778'300'000}};

// The first recording, of any seed, with this damage.
RecordingDesign DesignWith(Damage damage, uint64_t seed) {
  size_t index = 0;
  while (!DamageOfRecording(index).Has(damage)) {
    ++index;
  }
  return DesignRecording(seed, index, kNow);
}

// The file of the last good segment of the track that ends last.
const RawFile& LastFile(const RecordingDesign& design, const std::vector<RawFile>& files) {
  for (const Worker& worker : design.workers) {
    for (const Track& track : worker.tracks) {
      const Segment& last = track.LastGood();
      if (IsStream(track.family) && last.last == design.end) {
        const std::string path = SidecarPath(worker, track, last);
        return *std::find_if(files.begin(), files.end(),
                             [&](const RawFile& file) { return file.path == path; });
      }
    }
  }
  ADD_FAILURE() << "no track ends when the recording does";
  return files.front();
}

template <typename T>
T NumberAt(std::string_view bytes, size_t offset) {
  T number;
  std::memcpy(&number, bytes.data() + offset, sizeof(number));
  return number;
}

TEST(RecordingDesign, EndsWithTheLatestOfItsStreams) {
  for (size_t index = 0; index < 2 * kDamagePeriod; ++index) {
    const RecordingDesign design = DesignRecording(3, index, kNow);
    if (design.end_source.empty() || design.end_source == "worker_report") {
      continue;
    }
    std::optional<TimeNs> latest;
    for (const auto& end : design.stream_ends) {
      latest = std::max(latest, end);
    }
    EXPECT_EQ(design.end, latest) << design.recording_id;
    EXPECT_GT(*design.end, TimeNs{design.start});
    EXPECT_LT(*design.end, design.uploaded);
  }
}

TEST(RecordingDesign, HasIdsThatNoTwoShare) {
  std::set<std::string> ids;
  for (size_t index = 0; index < 3'000; ++index) {
    ids.insert(DesignRecording(1, index, kNow).recording_id);
  }
  EXPECT_EQ(ids.size(), 3'000U);
}

TEST(RecordingDesign, HasEveryFamilyAmongForty) {
  std::set<Family> families;
  for (size_t index = 0; index < kDamagePeriod; ++index) {
    for (const Worker& worker : DesignRecording(1, index, kNow).workers) {
      families.insert(worker.family);
    }
  }
  EXPECT_EQ(families.size(), kFamilyCount);
}

TEST(RecordingFiles, ComeInTheOrderOfTheirPathsAndArriveInIt) {
  const RecordingDesign design = DesignRecording(1, 1, kNow);
  const std::vector<RawFile> files = WorkerFiles(design, 1);
  ASSERT_GT(files.size(), 3U);
  for (size_t i = 1; i < files.size(); ++i) {
    EXPECT_LT(files[i - 1].path, files[i].path);
    EXPECT_LT(files[i - 1].modified, files[i].modified);
  }
  EXPECT_EQ(files.back().modified, design.uploaded);
}

TEST(RecordingFiles, HoldTheEndInTheLastWholeAnchorThoughACrashCutTheNext) {
  for (uint64_t seed = 1; seed < 20; ++seed) {
    const RecordingDesign design = DesignWith(Damage::kPartialLastAnchor, seed);
    const std::vector<RawFile> files = WorkerFiles(design, seed);
    const std::string& bytes = LastFile(design, files).head;
    const size_t partial = bytes.size() % 16;
    EXPECT_GT(partial, 0U);
    const auto seconds = NumberAt<double>(bytes, bytes.size() - partial - sizeof(double));
    EXPECT_EQ(TimeOfAnchor(seconds), design.end);
  }
}

TEST(RecordingFiles, EndWithAPieceOfARowWhereACrashCutIt) {
  for (uint64_t seed = 1; seed < 20; ++seed) {
    const RecordingDesign design = DesignWith(Damage::kCutLastLine, seed);
    const std::vector<RawFile> files = WorkerFiles(design, seed);
    const std::string& text = LastFile(design, files).head;
    const size_t end = text.ends_with('\n') ? text.size() - 1 : text.size();
    const size_t begin = text.rfind('\n', end - 1) + 1;
    const size_t before = text.rfind('\n', begin - 2) + 1;
    const auto fields = [&](size_t from, size_t to) {
      return std::count(text.begin() + static_cast<ptrdiff_t>(from),
                        text.begin() + static_cast<ptrdiff_t>(to), ',');
    };
    EXPECT_TRUE(!text.ends_with('\n') || fields(begin, end) < fields(before, begin)) << text;
  }
}

TEST(RecordingFiles, HaveWavSizesThatACrashLeaves) {
  std::set<uint32_t> kinds;
  for (uint64_t seed = 1; seed < 40; ++seed) {
    const RecordingDesign design = DesignWith(Damage::kWavSizesCrashed, seed);
    const std::vector<RawFile> files = WorkerFiles(design, seed);
    const RawFile& file = LastFile(design, files);
    ASSERT_GT(file.zero_bytes, 0U);
    EXPECT_EQ(file.tail, "");
    const auto size = NumberAt<uint32_t>(file.head, file.head.size() - sizeof(uint32_t));
    EXPECT_TRUE(size == 0 || size > file.SizeBytes());
    kinds.insert(size == 0 ? 0 : size == 0xFFFF'FFFF ? 1 : 2);
  }
  EXPECT_EQ(kinds.size(), 3U);
}

TEST(RecordingFiles, HaveALastSegmentWithoutAByteWhereItIsToBeEmpty) {
  const RecordingDesign design = DesignWith(Damage::kEmptyLastSegment, 1);
  const std::vector<RawFile> files = WorkerFiles(design, 1);
  EXPECT_GE(std::count_if(files.begin(), files.end(),
                          [](const RawFile& file) { return file.SizeBytes() == 0; }),
            1);
}

TEST(RecordingFiles, OfAnEmptySessionHaveNoByteOfData) {
  const std::vector<RawFile> files = WorkerFiles(DesignWith(Damage::kEmptySession, 1), 1);
  ASSERT_FALSE(files.empty());
  for (const RawFile& file : files) {
    EXPECT_TRUE(file.worker.empty() || file.SizeBytes() == 0) << file.path;
  }
}

TEST(RecordingFiles, ClaimToBeOlderThanTheRecordingWhereTheirTimeIsWrong) {
  const RecordingDesign design = DesignWith(Damage::kMtimeBeforeStart, 1);
  const std::vector<RawFile> files = WorkerFiles(design, 1);
  EXPECT_LT(LastFile(design, files).modified, TimeNs{design.start});
}

TEST(RecordingFiles, OfLargeSidecarsExceedTheWindowThatMayBeRead) {
  size_t large = 0;
  for (size_t index = 0; index < 10 * kDamagePeriod; ++index) {
    for (const RawFile& file : WorkerFiles(DesignRecording(1, index, kNow), 1)) {
      large += file.path.ends_with(".csv") && file.SizeBytes() > 65'536 ? 1 : 0;
    }
  }
  EXPECT_GT(large, 0U);
}

}  // namespace
}  // namespace ursa::demo
