#include "store/directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace ursa::store {
namespace {

namespace fs = std::filesystem;

class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    std::string pattern = (fs::temp_directory_path() / "ursa-directory-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    store_ = OpenDirectory(path_).value();
  }
  ~DirectoryTest() override {
    std::error_code error;
    fs::remove_all(path_, error);
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
