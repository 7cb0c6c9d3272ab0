// What reading heads costs at the least: every file of a list is opened, its first bytes are read,
// and it is closed. Nothing is listed, parsed or decided.
// usage: read_heads THREADS < LIST    (a path a line); prints seconds, files and bytes
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
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
      std::vector<char> buffer(4096);
      for (size_t file = next++; file < paths.size(); file = next++) {
        const int descriptor = open(paths[file].c_str(), O_RDONLY | O_CLOEXEC);
        const ssize_t count = read(descriptor, buffer.data(), buffer.size());
        if (descriptor < 0 || count < 0) {
          std::perror(paths[file].c_str());
          std::exit(1);
        }
        total += static_cast<size_t>(count);
        close(descriptor);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  std::printf("%.3f %zu %zu\n", elapsed.count(), paths.size(), total.load());
  return 0;
}
