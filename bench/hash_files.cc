// What hashing files costs at the least: every file of a list is opened, read to its end and put
// through OpenSSL's SHA-256. Nothing is listed, checked or decided.
// usage: hash_files THREADS < LIST    (a path a line); prints seconds, files and bytes
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

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
  const size_t thread_count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  std::vector<std::string> paths;
  for (std::string line; std::getline(std::cin, line);) {
    paths.push_back(line);
  }
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<size_t> next{0};
  std::atomic<size_t> total{0};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      std::vector<char> buffer(kBufferBytes);
      EVP_MD_CTX* context = EVP_MD_CTX_new();
      EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
      for (size_t file = next++; file < paths.size(); file = next++) {
        total += HashFile(paths[file], context, buffer);
      }
      EVP_MD_CTX_free(context);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  std::printf("%.3f %zu %zu\n", elapsed.count(), paths.size(), total.load());
  return 0;
}
