// What looking for recordings in a directory costs at the least: their names are listed, and of
// those that are asked for every file is looked at and the manifest is read. Nothing is decided.
// usage: list_recordings DIRECTORY THREADS < LIST    (a recording_id a line); prints seconds, names
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
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

std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr) {
    std::perror(path.c_str());
    std::exit(1);
  }
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] != '.') {
      names.emplace_back(entry->d_name);
    }
  }
  closedir(directory);
  return names;
}

// Looks at every file below a directory.
void LookBelow(const std::string& path) {
  for (const std::string& name : NamesIn(path)) {
    const std::string below = path + "/" + name;
    struct stat status {};
    if (stat(below.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
      LookBelow(below);
    }
  }
}

void ReadManifest(const std::string& path) {
  char buffer[65536];
  const int descriptor = open((path + "/manifest.json").c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 || read(descriptor, buffer, sizeof(buffer)) < 0) {
    std::perror(path.c_str());
    std::exit(1);
  }
  close(descriptor);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    return 3;
  }
  const std::string root = argv[1];
  std::vector<std::string> wanted;
  for (std::string line; std::getline(std::cin, line);) {
    wanted.push_back(line);
  }
  const auto begin = std::chrono::steady_clock::now();
  const size_t names = NamesIn(root).size();
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (unsigned long i = 0; i < std::strtoul(argv[2], nullptr, 10); ++i) {
    threads.emplace_back([&] {
      for (size_t number = next++; number < wanted.size(); number = next++) {
        LookBelow(root + "/" + wanted[number]);
        ReadManifest(root + "/" + wanted[number]);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  std::printf("%.3f %zu\n", elapsed.count(), names);
  return 0;
}
