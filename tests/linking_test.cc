// libparquet exports thousands of libcrypto's names; ours must be OpenSSL's own all the same.
// Source: arrow-facts.md, "Linking".

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <string>

namespace ursa {
namespace {

TEST(Linking, DigestsComeFromTheSystemsLibcrypto) {
  Dl_info info{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&EVP_sha256), &info), 0);
  EXPECT_NE(std::string(info.dli_fname).find("libcrypto.so"), std::string::npos) << info.dli_fname;
}

}  // namespace
}  // namespace ursa
