// What the bare programs have in common: files of a list, each given to one of several threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

// For `program THREADS < LIST` (a path a line): calls `make_work()` once a thread and what it
// returns with each path that the thread takes; that returns the bytes read. Prints seconds, files
// and bytes.
template <typename MakeWork>
int RunOnFiles(int argc, char** argv, const MakeWork& make_work) {
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
      auto work = make_work();
      for (size_t file = next++; file < paths.size(); file = next++) {
        total += work(paths[file]);
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
