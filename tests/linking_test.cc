// Which libraries a program gets, and from which of them its functions come. libparquet exports
// thousands of libcrypto's names; ours must be OpenSSL's own all the same. Source: arrow-facts.md,
// "Linking".

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <openssl/evp.h>

#include <string>

#include "store/s3.h"

namespace ursa {
namespace {

TEST(Linking, DigestsComeFromTheSystemsLibcrypto) {
  Dl_info info{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&EVP_sha256), &info), 0);
  EXPECT_NE(std::string(info.dli_fname).find("libcrypto.so"), std::string::npos) << info.dli_fname;
}

// Where this program's libraries are looked for before the system's directories.
std::string SearchPath() {
  const char* texts = nullptr;
  size_t offset = 0;
  for (const ElfW(Dyn)* entry = _DYNAMIC; entry->d_tag != DT_NULL; ++entry) {
    texts = entry->d_tag == DT_STRTAB ? reinterpret_cast<const char*>(entry->d_un.d_ptr) : texts;
    offset = entry->d_tag == DT_RUNPATH || entry->d_tag == DT_RPATH ? entry->d_un.d_val : offset;
  }
  return offset == 0 ? "" : texts + offset;
}

// An empty entry is the working directory, where anybody's libcrypto may lie.
TEST(Linking, NoLibraryComesFromTheWorkingDirectory) {
  std::string rest = SearchPath();
  rest += rest.empty() ? "" : ":";
  for (; !rest.empty(); rest.erase(0, rest.find(':') + 1)) {
    EXPECT_EQ(rest.front(), '/') << SearchPath();
  }
}

// It would cost every command on a directory a third of its start (store/curl_on_demand.cc).
TEST(Linking, LibcurlIsNotLoadedBeforeABucketIsAskedFor) {
  ASSERT_NE(reinterpret_cast<void*>(&store::OpenS3), nullptr);
  EXPECT_EQ(dlopen("libcurl.so.4", RTLD_NOW | RTLD_NOLOAD), nullptr);
}

}  // namespace
}  // namespace ursa
