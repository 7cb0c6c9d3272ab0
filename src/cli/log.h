// The file of --log-file: what a run did and when, a line each, appended. Lines are written with
// one call each and a process id, so that shards may share a file.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/result.h"

namespace ursa::cli {

// Thread-safe.
class Log {
 public:
  // A log that keeps nothing.
  Log() = default;
  // Appends to `file`, which is created 0600: a log says who ran what. kUsage where it cannot be
  // opened.
  static Result<Log> Open(const std::filesystem::path& file, Clock& clock);

  ~Log();
  Log(Log&& other) noexcept;
  Log& operator=(Log&& other) noexcept;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // "2026-05-07T14:30:22.120000Z [4711] " and the message, escaped, as one line; behind it
  // `command_line` as it is, of shell.h, which is safe to show. A log that cannot be written any
  // more is no reason to break off the run, which says so at its end.
  void Write(std::string_view message, std::string_view command_line = {});

  // Why a line was lost; the first reason.
  [[nodiscard]] std::optional<Error> Failure() const;

 private:
  Log(int descriptor, std::string name, Clock& clock);

  int descriptor_ = -1;  // -1: none
  std::string name_;
  std::atomic<int> first_errno_ = 0;
  Clock* clock_ = nullptr;
};

}  // namespace ursa::cli
