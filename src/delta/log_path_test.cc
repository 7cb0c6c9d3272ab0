#include "delta/log_path.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/text.h"
#include "delta/testing_log.h"

namespace ursa::delta {
namespace {

TEST(DecodePath, DecodesPercentsOnce) {
  EXPECT_EQ(DecodePath("site=a%2525b/part%20one.parquet"), "site=a%25b/part one.parquet");
  EXPECT_EQ(DecodePath("%C3%BC/%61"), "ü/a");
}

TEST(DecodePath, LeavesAPlusAPlus) { EXPECT_EQ(DecodePath("a+b%2Bc"), "a+b+c"); }

TEST(DecodePath, RefusesAnAbsolutePathByItsName) {
  for (const char* path : {"s3://bucket/part.parquet", "file:/tmp/x", "/data/x.parquet",
                           "//host/x.parquet", "abfss+x.y-z:x"}) {
    ExpectError(DecodePath(path), ErrorCode::kUnsupported, path);
  }
}

TEST(DecodePath, TakesAColonThatEndsNoScheme) {
  EXPECT_EQ(DecodePath("time=10:30/x"), "time=10:30/x");
  EXPECT_EQ(DecodePath("2026:x"), "2026:x");
  EXPECT_EQ(DecodePath("a/b:c"), "a/b:c");
  EXPECT_EQ(DecodePath(":x"), ":x");
}

TEST(DecodePath, RefusesWhatLeavesTheTable) {
  for (const char* path : {"../x", "a/../x", "a/..", "%2E%2E/x", "a/%2e%2E/b", ".", "./x", "",
                           "a//b", "a/", "%2Fetc/passwd"}) {
    ExpectError(DecodePath(path), ErrorCode::kCorrupt, "leads out of the table");
  }
}

TEST(DecodePath, RefusesFilesOfTheLog) {
  for (const char* path :
       {"_delta_log/00000000000000000000.json", "_delta_log", "_delta%5Flog/x"}) {
    ExpectError(DecodePath(path), ErrorCode::kCorrupt, "names the log itself");
  }
  EXPECT_EQ(DecodePath("_delta_logs/x"), "_delta_logs/x");
}

TEST(DecodePath, RefusesNulAndBytesThatAreNoUtf8) {
  for (const std::string& path :
       {std::string("a%00b"), std::string("a\0b", 3), std::string("%FF"), std::string("\xC3")}) {
    ExpectError(DecodePath(path), ErrorCode::kCorrupt, "holds bytes that no file name has");
  }
}

TEST(DecodePath, RefusesAPercentWithoutTwoDigits) {
  for (const char* path : {"%", "a%2", "%zz", "%2gx", "%%41"}) {
    ExpectError(DecodePath(path), ErrorCode::kCorrupt, path);
  }
}

TEST(EncodePath, EscapesNothingInTheNamesWeWrite) {
  const std::string name = "part-00000-0f8fad5b-d9cb-469f-a165-70867728950e-c000.zstd.parquet";
  EXPECT_EQ(EncodePath(name), name);
}

TEST(EncodePath, EscapesWhatAUriWouldReadOtherwise) {
  EXPECT_EQ(EncodePath("a b?c#d%e:f/ü"), "a%20b%3Fc%23d%25e%3Af/%C3%BC");
}

TEST(EncodePath, IsUndoneByDecodePathForEveryPathInsideTheTable) {
  EXPECT_TRUE(rc::check("decode(encode(path)) = path", [] {
    std::string path;
    for (const auto part : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9))) {
      path += std::vector<std::string>{"a", "%", "+", "/x", ":", "ü", " ", "25", "\n"}[part];
    }
    path = "x" + path;
    RC_ASSERT(DecodePath(EncodePath(path)) == path);
  }));
}

TEST(DecodePath, NeverGivesAPathThatLeavesTheTable) {
  EXPECT_TRUE(rc::check("what is decoded is a key below the table", [] {
    std::string text;
    for (const auto part : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10))) {
      text +=
          std::vector<std::string>{"..", ".", "/", "%2E", "%2F", "%00", "%", "a", "%25", ":"}[part];
    }
    const auto path = DecodePath(text);
    if (path) {
      RC_ASSERT(store::CheckKey("t/" + *path).has_value());
    }
  }));
}

}  // namespace
}  // namespace ursa::delta
