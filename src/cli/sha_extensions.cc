#include "cli/sha_extensions.h"

#include <fstream>
#include <string>

namespace ursa::cli {

bool HasShaExtensions() {
  std::ifstream processor("/proc/cpuinfo");
  for (std::string line; std::getline(processor, line);) {
    if (line.find(" sha_ni") != std::string::npos || line.find(" sha2") != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace ursa::cli
