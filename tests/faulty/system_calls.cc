// Faults for the program ursa_faulty, which is the real binary but for this file; for tests only.
//
// The linker sends every system call by which the store changes a directory here first
// (--wrap, tests/CMakeLists.txt), so that a crash or a failing disk can be had between any two of
// them:
//
//   URSA_FAULT_AT    number of the call, from 1, before which the fault happens; unset: never
//   URSA_FAULT_KIND  kill: the process ends by SIGKILL
//                    io_error: this call fails (EIO)
//                    disk_full: this one and all after it that need space fail (ENOSPC)
//   URSA_FAULT_HIT   a file that is made when it happens
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace {

std::atomic<long> calls{0};

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

void TellThatItHappened() {
  if (const char* file = std::getenv("URSA_FAULT_HIT")) {
    const int made = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(made);
  }
}

// True where this call has to fail, with errno set.
bool Fails(bool needs_space) {
  const std::string_view at = Variable("URSA_FAULT_AT");
  if (at.empty()) {
    return false;
  }
  const long wanted = std::atol(at.data());
  const long number = ++calls;
  const std::string_view kind = Variable("URSA_FAULT_KIND");
  const bool full = kind == "disk_full" && needs_space && number >= wanted;
  if (number != wanted && !full) {
    return false;
  }
  if (kind == "disk_full" && !full) {
    return false;
  }
  TellThatItHappened();
  if (kind == "kill") {
    kill(getpid(), SIGKILL);
  }
  errno = kind == "disk_full" ? ENOSPC : EIO;
  return true;
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
extern "C" {
ssize_t __real_write(int file, const void* bytes, size_t count);
int __real_fsync(int file);
int __real_linkat(int from_directory, const char* from, int to_directory, const char* to,
                  int flags);
int __real_renameat(int from_directory, const char* from, int to_directory, const char* to);
int __real_mkdirat(int directory, const char* name, mode_t mode);
int __real_unlinkat(int directory, const char* name, int flags);

ssize_t __wrap_write(int file, const void* bytes, size_t count) {
  // What the program says on its terminal is no change of a store.
  const bool is_store = file > STDERR_FILENO;
  return is_store && Fails(true) ? -1 : __real_write(file, bytes, count);
}
int __wrap_fsync(int file) { return Fails(false) ? -1 : __real_fsync(file); }
int __wrap_linkat(int from_directory, const char* from, int to_directory, const char* to,
                  int flags) {
  return Fails(true) ? -1 : __real_linkat(from_directory, from, to_directory, to, flags);
}
int __wrap_renameat(int from_directory, const char* from, int to_directory, const char* to) {
  return Fails(true) ? -1 : __real_renameat(from_directory, from, to_directory, to);
}
int __wrap_mkdirat(int directory, const char* name, mode_t mode) {
  return Fails(true) ? -1 : __real_mkdirat(directory, name, mode);
}
int __wrap_unlinkat(int directory, const char* name, int flags) {
  return Fails(false) ? -1 : __real_unlinkat(directory, name, flags);
}
}
// NOLINTEND(bugprone-reserved-identifier)
