// Laboratories in directories that vanish, for tests of this room.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "catalog/testing_catalog.h"
#include "demo/laboratory.h"

namespace ursa::demo {

// A directory of its own, gone with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "ursa_demo_XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& Path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

// The environment that laboratories are made in.
class LaboratoryTest : public testing::Test {
 protected:
  catalog::WriteContext Context(std::stop_token stop = {}) {
    return {"Ursa/test", std::chrono::seconds{5}, 2, std::move(stop), clock_, random_};
  }
  Result<LaboratoryReport> Make(const std::filesystem::path& directory, size_t recordings,
                                uint64_t seed = 1) {
    return MakeLaboratory(directory, {recordings, seed, clock_.Now()}, Context(), progress_);
  }
  static std::vector<nlohmann::json> Truth(const std::filesystem::path& directory) {
    std::istringstream lines(ReadFile(directory / "truth.jsonl"));
    std::vector<nlohmann::json> truth;
    for (std::string line; std::getline(lines, line);) {
      truth.push_back(nlohmann::json::parse(line));
    }
    return truth;
  }
  static bool Has(const nlohmann::json& truth, std::string_view damage) {
    for (const auto& code : truth["damage"]) {
      if (code == damage) {
        return true;
      }
    }
    return false;
  }

  catalog::TestClock clock_;
  catalog::TestRandom random_;
  NoProgress progress_;
};

}  // namespace ursa::demo
