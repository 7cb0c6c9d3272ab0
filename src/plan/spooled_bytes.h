// Bytes that are written piece by piece and then seen as a whole: in memory while they are few,
// beyond that in a temporary file that is mapped, so that a rollback snapshot of a million changes
// takes address space and no memory. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plan/spool.h"

namespace ursa::plan {

class SpooledBytes {
 public:
  explicit SpooledBytes(SpoolOptions options) : options_(std::move(options)) {}
  ~SpooledBytes();
  SpooledBytes(const SpooledBytes&) = delete;
  SpooledBytes& operator=(const SpooledBytes&) = delete;

  // kUnavailable where the temporary file can't be made or its disk is full.
  Result<void> Append(std::string_view bytes);

  // All bytes; nothing may be appended after it. Lives as long as this object.
  Result<std::string_view> View();

 private:
  Result<void> Flush();

  const SpoolOptions options_;
  std::string buffer_;
  uint64_t flushed_bytes_ = 0;
  int file_ = -1;
  void* mapping_ = nullptr;
};

}  // namespace ursa::plan
