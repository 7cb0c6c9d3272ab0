// Lines of text, appended once and read back by number: in memory while they are few, in an unnamed
// temporary file beyond that, so that a plan of a million changes costs an index and no more.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ursa::plan {

// Where a plan's changes are kept while it is made and applied.
struct SpoolOptions {
  std::filesystem::path directory;
  size_t memory_bytes_max = size_t{8} << 20;
};

// Appending is not thread-safe; reading is, once nothing is appended any more.
class Spool {
 public:
  // Beyond `memory_bytes_max` a file in `directory` is used; it has no name and goes with the
  // process.
  explicit Spool(SpoolOptions options);
  ~Spool();
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&& other) noexcept;

  // kUnavailable where the temporary file can't be made or its disk is full.
  Result<void> Append(std::string_view line);

  [[nodiscard]] size_t Count() const { return ends_.size(); }
  // Lines that a thread reads one after the other come from one read of many.
  [[nodiscard]] Result<std::string> Read(size_t line) const;
  [[nodiscard]] const SpoolOptions& Options() const { return options_; }

 private:
  Result<void> Flush();
  // Bytes of the file; an error where it has less.
  Result<void> ReadFile(uint64_t start, char* bytes, size_t count) const;

  uint64_t id_;  // of this spool alone
  SpoolOptions options_;
  std::string buffer_;  // what is not in the file yet; begins at flushed_bytes_
  uint64_t flushed_bytes_ = 0;
  int file_ = -1;
  std::vector<uint64_t> ends_;  // of each line
};

}  // namespace ursa::plan
