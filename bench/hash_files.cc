// What hashing files costs at the least: every file of a list is opened, read to its end and put
// through OpenSSL's SHA-256. Nothing is listed, checked or decided.
// usage: hash_files THREADS < LIST    (a path a line); prints seconds, files and bytes
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "on_files.h"

namespace {

size_t HashFile(const std::string& path, EVP_MD_CTX* context, std::vector<char>& buffer) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  EVP_DigestInit_ex(context, nullptr, nullptr);
  size_t total = 0;
  ssize_t count = descriptor;
  while (count >= 0 && (count = read(descriptor, buffer.data(), buffer.size())) > 0) {
    EVP_DigestUpdate(context, buffer.data(), static_cast<size_t>(count));
    total += static_cast<size_t>(count);
  }
  if (count < 0) {
    std::perror(path.c_str());
    std::exit(1);
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_DigestFinal_ex(context, digest, nullptr);
  close(descriptor);
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr size_t kBufferBytes = size_t{256} * 1024;
  return RunOnFiles(argc, argv, [] {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
    return [context, buffer = std::vector<char>(kBufferBytes)](const std::string& path) mutable {
      return HashFile(path, context, buffer);
    };
  });
}
