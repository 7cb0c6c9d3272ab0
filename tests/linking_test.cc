// Which libraries a program gets, and from which of them its functions come. libparquet exports
// thousands of libcrypto's names; ours must be OpenSSL's own all the same. Source: arrow-facts.md,
// "Linking".

#include <dlfcn.h>
#include <gtest/gtest.h>
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

// It would cost every command on a directory a third of its start (store/curl_on_demand.cc).
TEST(Linking, LibcurlIsNotLoadedBeforeABucketIsAskedFor) {
  ASSERT_NE(reinterpret_cast<void*>(&store::OpenS3), nullptr);
  EXPECT_EQ(dlopen("libcurl.so.4", RTLD_NOW | RTLD_NOLOAD), nullptr);
}

}  // namespace
}  // namespace ursa
