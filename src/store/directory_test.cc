// What only a directory can do to a reader: objects that change in place, links, pipes, sockets.

#include "store/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ursa::store {
namespace {

// While this is set: what was made durable ("sync") or visible ("link"), in that order.
std::vector<std::string>* recorded = nullptr;

// A file's name; "bytes" of one that has none yet.
std::string NameOf(int descriptor) {
  std::error_code error;
  const std::string path =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error);
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.starts_with('#') ? "bytes" : name;
}

}  // namespace
}  // namespace ursa::store

// Instead of the C library's: what survives a power cut is a matter of their order.
extern "C" int fsync(int descriptor) {
  if (ursa::store::recorded != nullptr) {
    ursa::store::recorded->push_back("sync " + ursa::store::NameOf(descriptor));
  }
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

extern "C" int linkat(int from_directory, const char* from, int to_directory, const char* to,
                      int flags) noexcept {
  if (ursa::store::recorded != nullptr) {
    ursa::store::recorded->push_back(std::string("link ") + to);
  }
  return static_cast<int>(syscall(SYS_linkat, from_directory, from, to_directory, to, flags));
}

namespace ursa::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLarge = size_t{3} << 20;

class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    std::string pattern = (fs::temp_directory_path() / "ursa-store-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    store_ = OpenDirectory(path_).value();
  }
  ~DirectoryTest() override {
    std::error_code error;
    fs::remove_all(path_, error);
  }

  // Streams an object, does something to it after the first piece, and says how many bytes came.
  Result<uint64_t> StreamWhile(const std::function<void()>& change) {
    uint64_t taken = 0;
    URSA_CHECK(store_->GetStream("large", ByteRange::Whole(), {},
                                 [&](const ObjectPiece& piece) -> Result<void> {
                                   if (taken == 0) {
                                     change();
                                   }
                                   taken += piece.bytes.size();
                                   return {};
                                 }));
    return taken;
  }

  void ExpectUnreadable(const std::string& key) {
    for (const auto& code : {CodeOf(store_->Get(key)), CodeOf(store_->Head(key))}) {
      EXPECT_EQ(code, ErrorCodeName(ErrorCode::kUnavailable)) << key;
    }
  }
  template <typename T>
  static std::string_view CodeOf(const Result<T>& result) {
    return result ? "no error" : ErrorCodeName(result.error().code);
  }

  fs::path path_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(DirectoryTest, AStreamEndsWhereItsFileIsWrittenTo) {
  ASSERT_TRUE(store_->Put("large", std::string(kLarge, 'x'), PutCondition::kNone).has_value());
  const auto taken = StreamWhile([&] {
    std::ofstream(path_ / "large", std::ios::app) << "more";
    fs::last_write_time(path_ / "large", fs::file_time_type::clock::now() + std::chrono::hours{1});
  });
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, ErrorCode::kPreconditionFailed);
  EXPECT_THAT(taken.error().message, testing::HasSubstr("changed while it was read"));
}

TEST_F(DirectoryTest, AStreamEndsWhereItsFileIsCutOff) {
  ASSERT_TRUE(store_->Put("large", std::string(kLarge, 'x'), PutCondition::kNone).has_value());
  const auto taken = StreamWhile([&] { fs::resize_file(path_ / "large", 1); });
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, ErrorCode::kPreconditionFailed);
}

TEST_F(DirectoryTest, WhatIsPutAheadIsDurableBeforeWhatIsPutNextIsSeen) {
  for (const char* directory : {"data", "log"}) {
    ASSERT_TRUE(fs::create_directory(path_ / directory));
  }
  std::vector<std::string> order;
  recorded = &order;
  const bool put = store_->PutAhead("data/1", "one") && store_->PutAhead("data/2", "two") &&
                   store_->Put("log/1", "data/1 and data/2", PutCondition::kIfAbsent) &&
                   store_->Put("log/2", "nothing more", PutCondition::kIfAbsent);
  recorded = nullptr;
  ASSERT_TRUE(put);
  EXPECT_THAT(order, testing::ElementsAre("sync bytes", "link 1", "sync bytes", "link 2",
                                          "sync bytes", "sync data", "link 1", "sync log",
                                          "sync bytes", "link 2", "sync log"));
}

TEST_F(DirectoryTest, ListsMoreNamesThanAPageHolds) {
  constexpr int kNames = 66'000;
  fs::create_directory(path_ / "many");
  for (int i = 0; i < kNames; ++i) {
    std::ofstream(path_ / "many" / std::to_string(100'000 + i));
  }
  const auto page = store_->List("many/", {});
  ASSERT_TRUE(page.has_value());
  ASSERT_TRUE(page->next.has_value()) << "one page held them all";
  const auto objects = ListAll(*store_, "many/");
  ASSERT_TRUE(objects.has_value());
  ASSERT_EQ(objects->size(), size_t{kNames});
  EXPECT_TRUE(std::ranges::is_sorted(*objects, {}, &ObjectInfo::key));
  EXPECT_EQ(objects->back().key, "many/" + std::to_string(100'000 + kNames - 1));
}

TEST_F(DirectoryTest, FoldersWithoutAFileAreNone) {
  fs::create_directories(path_ / "recordings" / "lost+found");
  fs::create_directories(path_ / "recordings" / "rec" / "eeg_0");
  std::ofstream(path_ / "recordings" / ".DS_Store") << "x";
  EXPECT_FALSE(store_->HasAnyFolder("recordings/").value());
  std::ofstream(path_ / "recordings" / "rec" / "eeg_0" / "x") << "x";
  EXPECT_TRUE(store_->HasAnyFolder("recordings/").value());
}

TEST_F(DirectoryTest, AStreamGoesOnWithTheObjectThatWasReplaced) {
  ASSERT_TRUE(store_->Put("large", std::string(kLarge, 'x'), PutCondition::kNone).has_value());
  const auto taken = StreamWhile(
      [&] { ASSERT_TRUE(store_->Put("large", "short", PutCondition::kNone).has_value()); });
  ASSERT_TRUE(taken.has_value()) << taken.error().ToString();
  EXPECT_EQ(*taken, kLarge);
}

TEST_F(DirectoryTest, NeverTakesALinkThatLeadsNowhereForAnAbsentObject) {
  fs::create_symlink("nowhere", path_ / "file");
  fs::create_directory_symlink("/mnt/not-mounted", path_ / "directory");
  ExpectUnreadable("file");
  ExpectUnreadable("directory/a/b");
  EXPECT_NE(store_->Get("file").error().message.find("nowhere"), std::string::npos);
}

TEST_F(DirectoryTest, FollowsLinksAndFindsNothingAtTheirEnd) {
  fs::create_directory(path_ / "target");
  fs::create_directory_symlink("target", path_ / "link");
  EXPECT_EQ(CodeOf(store_->Get("link/a/b")), ErrorCodeName(ErrorCode::kNotFound));
  EXPECT_EQ(CodeOf(store_->Head("link/a")), ErrorCodeName(ErrorCode::kNotFound));
  ASSERT_TRUE(store_->Put("target/a", "x", PutCondition::kNone));
  EXPECT_EQ(store_->Get("link/a")->bytes, "x");
}

TEST_F(DirectoryTest, NeitherWaitsForAPipeNorTakesItForAnAbsentObject) {
  ASSERT_EQ(mkfifo((path_ / "pipe").c_str(), 0600), 0);
  ExpectUnreadable("pipe");
  EXPECT_EQ(CodeOf(store_->Get("pipe", ByteRange::From(0, 8), "1-8-1")),
            ErrorCodeName(ErrorCode::kUnavailable));
}

TEST_F(DirectoryTest, NeverTakesASocketForAnAbsentObject) {
  ASSERT_EQ(mknod((path_ / "socket").c_str(), S_IFSOCK | S_IRUSR, 0), 0);
  ExpectUnreadable("socket");
}

}  // namespace
}  // namespace ursa::store
