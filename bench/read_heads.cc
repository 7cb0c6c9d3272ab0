// What reading heads costs at the least: every file of a list is opened, its first bytes are read,
// and it is closed. Nothing is listed, parsed or decided.
// usage: read_heads THREADS < LIST    (a path a line); prints seconds, files and bytes
#include <fcntl.h>
#include <unistd.h>

#include "on_files.h"

int main(int argc, char** argv) {
  return RunOnFiles(argc, argv, [] {
    return [buffer = std::vector<char>(4096)](const std::string& path) mutable {
      const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
      const ssize_t count = read(descriptor, buffer.data(), buffer.size());
      if (descriptor < 0 || count < 0) {
        std::perror(path.c_str());
        std::exit(1);
      }
      close(descriptor);
      return static_cast<size_t>(count);
    };
  });
}
