#include "raw/layout.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ursa::raw {
namespace {

TEST(Family, IsTheWorkersNameUpToTheFirstUnderscore) {
  EXPECT_EQ(FamilyOf("eeg_0"), "eeg");
  EXPECT_EQ(FamilyOf("camera_left_2"), "camera");
  EXPECT_EQ(FamilyOf("gsr-2_x"), "gsr-2");
  EXPECT_EQ(FamilyOf("eeg"), "eeg");
  EXPECT_EQ(FamilyOf("_x"), "");
  EXPECT_EQ(FamilyOf("EEG_0"), "EEG");
}

TEST(Family, OldSpellingsAreTodaysFamilies) {
  EXPECT_EQ(FamilyOf("samsung-watch_left"), "samsungwatch");
  EXPECT_EQ(FamilyOf("samsungwatch_left"), "samsungwatch");
  EXPECT_EQ(FamilyOf("webcam_0"), "camera");
  EXPECT_EQ(FamilyOf("webcam2_0"), "webcam2");
  EXPECT_EQ(FamilyOf("samsung_watch_0"), "samsung");
}

struct Case {
  const char* family;
  const char* name;
};

TEST(Sidecar, NamesMatchByPrefixAndExtension) {
  for (const auto& [family, name] :
       std::vector<Case>{{"eeg", "eeg_0000_timestamps.bin"},
                         {"eeg", "amplifier-7_timestamps.bin"},
                         {"camera", "camera_timestamps_0000_1778164222.csv"},
                         {"camera", "segment_0000_1778164222.csv"},
                         {"screen", "screen_timestamps_0000_1778164222.csv"},
                         {"mic", "mic_0000_1778164222.512.wav"},
                         {"samsungwatch", "imu_0000_1778164222.csv"},
                         {"samsungwatch", "ppg_0000_1778164222.csv"},
                         {"samsungwatch", "eda_0000_1778164222.csv"},
                         {"samsungwatch", "heart_rate_0000_1778164222.csv"},
                         {"samsungwatch", "battery_0000_1778164222.csv"},
                         {"environment", "environment_0000_1778164222.csv"}}) {
    EXPECT_TRUE(SidecarOf(family, name)) << family << " " << name;
  }
}

TEST(Sidecar, NoOtherFileCarriesAnEnd) {
  for (const auto& [family, name] :
       std::vector<Case>{{"eeg", "eeg_0000.bin"},
                         {"eeg", "eeg_meta.json"},
                         {"camera", "camera_0000_1778164222.mp4"},
                         {"camera", "camera_0000_1778164222.csv"},
                         {"camera", "screen_timestamps_0000_1.csv"},
                         {"camera", "camera_timestamps_0000_1.csv.bak"},
                         {"camera", "x_segment_0000_1.csv"},
                         {"screen", "segment_0000_1778164222.csv"},
                         {"screen", "camera_timestamps_0000_1.csv"},
                         {"mic", "mic_0000_1778164222.flac"},
                         {"mic", "microphone_0000_1.wav"},
                         {"samsungwatch", "gps_0000_1778164222.csv"},
                         {"samsungwatch", "imu.csv"},
                         {"samsungwatch", "heart_0000_1.csv"},
                         {"samsungwatch", "imux_0000_1.csv"},
                         {"environment", "env_0000_1778164222.csv"},
                         {"pupillabs", "gaze_0000_1778164222.csv"},
                         {"keyboard", "keyboard_0000_1778164222.jsonl"},
                         {"location", "environment_0000_1778164222.csv"}}) {
    EXPECT_FALSE(SidecarOf(family, name)) << family << " " << name;
  }
}

TEST(Sidecar, NamesMatchCaseSensitively) {
  for (const auto& [family, name] : std::vector<Case>{{"eeg", "eeg_0000_Timestamps.bin"},
                                                      {"camera", "Camera_timestamps_0000_1.csv"},
                                                      {"mic", "mic_0000_1778164222.WAV"},
                                                      {"samsungwatch", "IMU_0000_1.csv"},
                                                      {"environment", "environment_0000_1.CSV"}}) {
    EXPECT_FALSE(SidecarOf(family, name)) << family << " " << name;
  }
}

TEST(Sidecar, AFileInAFolderBelowTheWorkerIsNone) {
  EXPECT_FALSE(SidecarOf("eeg", "old/eeg_0000_timestamps.bin"));
  EXPECT_FALSE(SidecarOf("mic", "mic_0000/1778164222.wav"));
}

TEST(Sidecar, OfTheWatchNamesItsSensor) {
  EXPECT_EQ(SidecarOf("samsungwatch", "heart_rate_0000_1.csv")->sensor, "heart_rate");
  EXPECT_EQ(SidecarOf("samsungwatch", "imu_0000_1.csv")->sensor, "imu");
  EXPECT_EQ(SidecarOf("mic", "mic_0000_1.wav")->sensor, "");
}

TEST(SegmentIndex, IsTheFirstRunOfFourOrMoreDigitsBetweenSeparators) {
  EXPECT_EQ(SegmentIndexOf("eeg_0012_timestamps.bin"), "12");
  EXPECT_EQ(SegmentIndexOf("mic_0003_1778164222.512.wav"), "3");
  EXPECT_EQ(SegmentIndexOf("mic-0003.wav"), "3");
  EXPECT_EQ(SegmentIndexOf("mic.0003"), "3");
  EXPECT_EQ(SegmentIndexOf("0007"), "7");
  EXPECT_EQ(SegmentIndexOf("0007_x"), "7");
  EXPECT_EQ(SegmentIndexOf("mic_12_0003.wav"), "3");
  EXPECT_EQ(SegmentIndexOf("mic_1778164222.512.wav"), "1778164222");
}

TEST(SegmentIndex, OtherDigitsAreNone) {
  for (const char* name : {"", "mic_123.wav", "mic_x0003.wav", "mic_0003x.wav", "mic 0003.wav",
                           "mic_00 03.wav", "_-.", "mic"}) {
    EXPECT_EQ(SegmentIndexOf(name), "") << name;
  }
}

TEST(SegmentIndex, AFileWithoutOneIsSegmentZero) {
  EXPECT_EQ(SegmentIndexOf("mic.wav"), SegmentIndexOf("mic_0000.wav"));
  EXPECT_TRUE(SegmentIsLess("mic.wav", "mic_0001.wav"));
}

TEST(SegmentOrder, IsByNumberOfAnyLengthThenByNameInBytes) {
  std::vector<std::string> names = {"a_99999999999999999999999999.bin",
                                    "a_10000.bin",
                                    "b_9999.bin",
                                    "a_009999.bin",
                                    "a_0002.bin",
                                    "a_100000000000000000000000000.bin",
                                    "a_\xC3\xA4_0002.bin",
                                    "a.bin",
                                    "a_0000.bin"};
  std::ranges::sort(names, SegmentIsLess);
  EXPECT_EQ(names, (std::vector<std::string>{"a.bin", "a_0000.bin", "a_0002.bin",
                                             "a_\xC3\xA4_0002.bin", "a_009999.bin", "b_9999.bin",
                                             "a_10000.bin", "a_99999999999999999999999999.bin",
                                             "a_100000000000000000000000000.bin"}));
}

TEST(SegmentOrder, IsThatOfTheNumbersAndThenOfTheNames) {
  EXPECT_TRUE(rc::check("order = (number, name)", [] {
    const auto make = [] {
      const auto index = *rc::gen::inRange<uint64_t>(0, 20'000);
      const auto zeros = *rc::gen::inRange<size_t>(4, 7);
      std::string digits = std::to_string(index);
      digits.insert(0, digits.size() < zeros ? zeros - digits.size() : 0, '0');
      const auto name = *rc::gen::element<std::string>("a_", "b_", "a-", "c.") + digits + ".bin";
      return std::pair(index, name);
    };
    const auto a = make();
    const auto b = make();
    RC_ASSERT(SegmentIsLess(a.second, b.second) == (a < b));
  }));
}

}  // namespace
}  // namespace ursa::raw
