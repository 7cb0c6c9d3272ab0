// How far a run is, on standard error: on a terminal one line, rewritten at most ten times a
// second; elsewhere (a log of a nightly job) one plain line a minute; with --no-progress nothing.
// Nothing is drawn but when work moves on: there is no thread of its own.
// Source: commands.md, "Output"; base/progress.h.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/progress.h"
#include "cli/process.h"

namespace ursa::cli {

// Thread-safe.
class ProgressDisplay final : public Progress {
 public:
  // `stream` and `clock` must live longer. `shown` false: says nothing, ever.
  ProgressDisplay(const Stream& stream, Clock& clock, bool shown);
  // Clears the line.
  ~ProgressDisplay() override;
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void Begin(std::string_view phase, std::string_view unit, uint64_t total) override;
  void Advance(uint64_t units, uint64_t bytes) override;

  // Takes the line away, so that other text can be written; the next Advance may draw it again.
  void Clear();

 private:
  void ClearLocked();
  void DrawLocked();
  // "reading sidecars: 1,204 of 2,000 recordings, 1.2 GB, 35.1 MB/s, ETA 0:23"
  [[nodiscard]] std::string LineLocked(Nanoseconds elapsed) const;

  const Stream stream_;
  Clock& clock_;
  const bool shown_;
  std::mutex mutex_;
  std::string phase_;
  std::string unit_;
  uint64_t total_ = 0;  // 0: not known
  uint64_t done_ = 0;
  uint64_t bytes_ = 0;
  Nanoseconds began_{0};
  Nanoseconds drawn_{0};
  bool line_is_there_ = false;
};

// Standard output that takes the progress line away before anything else is written, for where
// both are one terminal. The two it is made of must live longer.
class OutputOverProgress final : public Output {
 public:
  OutputOverProgress(Output& output, ProgressDisplay& progress)
      : output_(output), progress_(progress) {}

  void Write(std::string_view text) override;
  void Flush() override { output_.Flush(); }
  [[nodiscard]] bool ReaderHasGone() const override { return output_.ReaderHasGone(); }
  [[nodiscard]] std::optional<Error> Failure() const override { return output_.Failure(); }

 private:
  Output& output_;
  ProgressDisplay& progress_;
};

}  // namespace ursa::cli
