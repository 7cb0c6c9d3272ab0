// Faults for the program ursa_faulty, which is the real binary but for this file; for tests only.
//
// The linker sends every system call by which the store reads or changes a directory here first
// (--wrap, tests/CMakeLists.txt), so that a crash, a failing disk or Ctrl-C can be had between any
// two of them:
//
//   URSA_FAULT_CALLS  changing (the default): calls that change a directory are counted
//                     reading: calls that read one are, and the others left alone
//   URSA_FAULT_AT     number of the call, from 1, before which the fault happens; unset: never
//   URSA_FAULT_KIND   kill: the process ends by SIGKILL
//                     io_error: this call fails (EIO)
//                     io_error_for_ever: this one and all after it fail (EIO)
//                     disk_full: this one and all after it that need space fail (ENOSPC)
//                     interrupt: SIGINT, as Ctrl-C sends it, and the call is made
//                     stop: SIGSTOP before this one and each after it; SIGCONT makes the call
//   URSA_FAULT_HIT    a file that is made when it happens
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <string_view>
#include <thread>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
extern "C" {
ssize_t __real_write(int file, const void* bytes, size_t count);
int __real_fsync(int file);
int __real_linkat(int from_directory, const char* from, int to_directory, const char* to,
                  int flags);
int __real_renameat(int from_directory, const char* from, int to_directory, const char* to);
int __real_renameat2(int from_directory, const char* from, int to_directory, const char* to,
                     unsigned flags);
int __real_mkdirat(int directory, const char* name, mode_t mode);
int __real_unlinkat(int directory, const char* name, int flags);
int __real_openat(int directory, const char* name, int flags, ...);
ssize_t __real_pread(int file, void* bytes, size_t count, off_t offset);
ssize_t __real_getdents64(int directory, void* buffer, size_t bytes);
int __real_fstatat(int directory, const char* name, struct stat* status, int flags);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

enum class Call {
  kReads,
  kChanges,
  kNeedsSpace,  // changes too
};

// So long the program has to notice that it was interrupted, before the call is made.
constexpr auto kToNotice = std::chrono::milliseconds(5);

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

// Whether the call with this number is one before which the fault happens.
bool IsHit(std::string_view kind, long number, long wanted, Call call) {
  if (kind == "disk_full") {
    return number >= wanted && call == Call::kNeedsSpace;
  }
  const bool lasts = kind == "io_error_for_ever" || kind == "stop";
  return lasts ? number >= wanted : number == wanted;
}

// True where this call has to fail, with errno set.
bool Fails(Call call) {
  const std::string_view at = Variable("URSA_FAULT_AT");
  const bool counts_reading = Variable("URSA_FAULT_CALLS") == "reading";
  if (at.empty() || counts_reading != (call == Call::kReads)) {
    return false;
  }
  const std::string_view kind = Variable("URSA_FAULT_KIND");
  if (!IsHit(kind, ++calls, std::atol(at.data()), call)) {
    return false;
  }
  TellThatItHappened();
  if (kind == "interrupt") {
    kill(getpid(), SIGINT);
    std::this_thread::sleep_for(kToNotice);
    return false;
  }
  if (kind == "stop") {
    raise(SIGSTOP);
    return false;
  }
  if (kind == "kill") {
    kill(getpid(), SIGKILL);
  }
  errno = kind == "disk_full" ? ENOSPC : EIO;
  return true;
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
extern "C" {
ssize_t __wrap_write(int file, const void* bytes, size_t count) {
  // What the program says on its terminal is no change of a store.
  const bool is_store = file > STDERR_FILENO;
  return is_store && Fails(Call::kNeedsSpace) ? -1 : __real_write(file, bytes, count);
}
int __wrap_fsync(int file) { return Fails(Call::kChanges) ? -1 : __real_fsync(file); }
int __wrap_linkat(int from_directory, const char* from, int to_directory, const char* to,
                  int flags) {
  return Fails(Call::kNeedsSpace) ? -1
                                  : __real_linkat(from_directory, from, to_directory, to, flags);
}
int __wrap_renameat(int from_directory, const char* from, int to_directory, const char* to) {
  return Fails(Call::kNeedsSpace) ? -1 : __real_renameat(from_directory, from, to_directory, to);
}
int __wrap_renameat2(int from_directory, const char* from, int to_directory, const char* to,
                     unsigned flags) {
  return Fails(Call::kNeedsSpace) ? -1
                                  : __real_renameat2(from_directory, from, to_directory, to, flags);
}
int __wrap_mkdirat(int directory, const char* name, mode_t mode) {
  return Fails(Call::kNeedsSpace) ? -1 : __real_mkdirat(directory, name, mode);
}
int __wrap_unlinkat(int directory, const char* name, int flags) {
  return Fails(Call::kChanges) ? -1 : __real_unlinkat(directory, name, flags);
}
int __wrap_openat(int directory, const char* name, int flags, ...) {
  const bool makes_a_file = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  mode_t mode = 0;
  if (makes_a_file) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return Fails(makes_a_file ? Call::kNeedsSpace : Call::kReads)
             ? -1
             : __real_openat(directory, name, flags, mode);
}
ssize_t __wrap_pread(int file, void* bytes, size_t count, off_t offset) {
  return Fails(Call::kReads) ? -1 : __real_pread(file, bytes, count, offset);
}
ssize_t __wrap_getdents64(int directory, void* buffer, size_t bytes) {
  return Fails(Call::kReads) ? -1 : __real_getdents64(directory, buffer, bytes);
}
int __wrap_fstatat(int directory, const char* name, struct stat* status, int flags) {
  return Fails(Call::kReads) ? -1 : __real_fstatat(directory, name, status, flags);
}
}
// NOLINTEND(bugprone-reserved-identifier)
