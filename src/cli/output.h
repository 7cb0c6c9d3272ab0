// Where a run's text goes: standard output, standard error, or a string in a test.
//
// Standard output can fail in two ways that mean different things. Its reader may have gone (a
// pipe into `head`): the rest is dropped and the run does its work to the end; what people read was
// read as far as they cared, only data for programs are incomplete. Or the bytes may have no room
// (a file on a full disk): then what the operator reads is not what the run said, and the run must
// not end as a success.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ursa::cli {

// Takes text. Implementations are thread-safe.
class Output {
 public:
  virtual ~Output() = default;
  // May keep the text until Flush, or until much has come together.
  virtual void Write(std::string_view text) = 0;
  virtual void Flush() = 0;
  // The reader has closed its end: everything since is dropped. What makes many rows may stop.
  [[nodiscard]] virtual bool ReaderHasGone() const = 0;
  // Why text was lost, other than by a reader that has gone.
  [[nodiscard]] virtual std::optional<Error> Failure() const = 0;
};

// An open file descriptor, which stays open. Expects that SIGPIPE is ignored.
class FileDescriptorOutput final : public Output {
 public:
  // `name` is for error messages, e.g. "standard output"; up to `buffer_bytes` are kept back.
  FileDescriptorOutput(int descriptor, std::string name, size_t buffer_bytes);
  // Flushes.
  ~FileDescriptorOutput() override;
  FileDescriptorOutput(const FileDescriptorOutput&) = delete;
  FileDescriptorOutput& operator=(const FileDescriptorOutput&) = delete;

  void Write(std::string_view text) override;
  void Flush() override;
  [[nodiscard]] bool ReaderHasGone() const override;
  [[nodiscard]] std::optional<Error> Failure() const override;

 private:
  void FlushLocked();

  const int descriptor_;
  const std::string name_;
  const size_t buffer_bytes_;
  mutable std::mutex mutex_;
  std::string buffer_;
  bool reader_has_gone_ = false;
  std::optional<Error> failure_;
};

}  // namespace ursa::cli
