// A raw bucket in memory with one recording, for tests of this room and of those above it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/digest.h"
#include "catalog/testing_catalog.h"
#include "ingest/manifest.h"
#include "store/memory.h"

namespace ursa::ingest {

inline constexpr std::string_view kTestId = "rec_20260507_143022_a1b2";
inline constexpr std::string_view kTestStart = "2026-05-07T14:30:22.120000Z";

class BucketTest : public testing::Test {
 protected:
  // Puts a file of the recording, replacing what is there.
  void Put(const std::string& path, std::string_view bytes) {
    EXPECT_TRUE(raw_.Put(Key(path), bytes, store::PutCondition::kNone));
  }
  static std::string Key(const std::string& path) {
    return "recordings/" + std::string(kTestId) + "/" + path;
  }
  static Json File(const std::string& path, std::string_view bytes) {
    return Json{{"path", path}, {"size", bytes.size()}, {"sha256", Sha256Hex(bytes)}};
  }
  static Json Legacy() {
    return Json{{"started_at", kTestStart},
                {"hostname", "rig-3"},
                {"data_engine_version", "0.4.0"},
                {"workers", Json::array({"keyboard_0"})}};
  }
  static Json Augmented(const Json& files) {
    Json manifest = Legacy();
    manifest["recording_id"] = kTestId;
    manifest["recording_hash"] = std::string(64, 'a');
    manifest["files"] = files;
    return manifest;
  }

  catalog::TestClock clock_;
  catalog::TestRandom random_;
  store::MemoryStore raw_{clock_, "memory://raw"};
};

}  // namespace ursa::ingest
