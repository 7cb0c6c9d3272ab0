// A table's log in memory, written line by line. For tests of this room.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/environment.h"
#include "delta/commit.h"
#include "delta/log_listing.h"
#include "delta/snapshot.h"
#include "store/memory.h"

namespace ursa::delta {

// Time stands still.
class StoppedClock final : public Clock {
 public:
  TimeNs Now() override { return TimeNs{std::chrono::seconds{1'778'000'000}}; }
  Nanoseconds Steady() override { return Nanoseconds{0}; }
  void Sleep(Nanoseconds, std::stop_token) override {}
};

inline constexpr std::string_view kProtocolLine =
    R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})";
inline constexpr std::string_view kMetaDataLine =
    R"({"metaData":{"id":"m","format":{"provider":"parquet","options":{}},)"
    R"("schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"string\",)"
    R"(\"nullable\":false,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}})";

inline std::string AddLine(const std::string& path, const std::string& more = "") {
  return R"({"add":{"path":")" + path +
         R"(","partitionValues":{},"size":7,"modificationTime":1,"dataChange":true)" + more + "}}";
}

inline std::string RemoveLine(const std::string& path) {
  return R"({"remove":{"path":")" + path + R"(","dataChange":true}})";
}

// The table "t" of a store in memory.
class LogTest : public testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  // Writes the entry of a version.
  void PutEntry(int64_t version, const Lines& lines) {
    std::string text;
    for (const std::string& line : lines) {
      text += line + "\n";
    }
    PutObject(VersionDigits(version) + ".json", text);
  }

  // Version 0: protocol and metaData.
  void CreateTable() { PutEntry(0, {std::string(kProtocolLine), std::string(kMetaDataLine)}); }

  void PutObject(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(memory_.Put("t/_delta_log/" + name, bytes, store::PutCondition::kNone));
  }

  void DeleteObject(const std::string& name) {
    ASSERT_TRUE(memory_.Delete("t/_delta_log/" + name));
  }

  [[nodiscard]] Result<SnapshotPtr> Load(std::optional<int64_t> version = std::nullopt) const {
    return LoadSnapshot(memory_, "t", version);
  }

  static std::vector<std::string> Paths(const Snapshot& snapshot) {
    std::vector<std::string> paths;
    for (const auto& [path, file] : snapshot.files) {
      paths.push_back(path);
    }
    return paths;
  }

  StoppedClock clock_;
  store::MemoryStore memory_{clock_};
};

// That a result is an error of this code whose text has this part.
template <typename T>
void ExpectError(const Result<T>& result, ErrorCode code, const std::string& part) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, code) << result.error().ToString();
  EXPECT_THAT(result.error().ToString(), testing::HasSubstr(part));
}

}  // namespace ursa::delta
