#include "plan/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace ursa::plan {

tl::unexpected<Error> TemporaryFileError(const std::filesystem::path& directory, const char* what) {
  return Fail(ErrorCode::kUnavailable, std::string(what) + " a temporary file in " +
                                           directory.string() + ": " + std::strerror(errno) +
                                           "; set TMPDIR to a directory with space");
}

Result<int> OpenTemporaryFile(const std::filesystem::path& directory) {
  int file = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    // Where the file system has no unnamed files: one whose name is removed at once.
    std::string name = (directory / "ursa-plan-XXXXXX").string();
    file = mkostemp(name.data(), O_CLOEXEC);
    if (file >= 0) {
      unlink(name.c_str());
    }
  }
  return file >= 0 ? Result<int>(file) : TemporaryFileError(directory, "can't make");
}

Result<void> AppendToTemporaryFile(int file, std::string_view bytes,
                                   const std::filesystem::path& directory) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return TemporaryFileError(directory, "can't write");
    }
    bytes.remove_prefix(count < 0 ? 0 : static_cast<size_t>(count));
  }
  return {};
}

}  // namespace ursa::plan
