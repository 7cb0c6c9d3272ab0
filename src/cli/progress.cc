#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/format.h"
#include "cli/table.h"

namespace ursa::cli {
namespace {

constexpr Nanoseconds kTerminalInterval = std::chrono::milliseconds(100);
constexpr Nanoseconds kPlainInterval = std::chrono::minutes(1);
// A rate over less than this says nothing yet.
constexpr Nanoseconds kRateAfter = std::chrono::seconds(1);
// Beyond that an estimate is no help to anybody.
constexpr double kEtaSecondsMax = 1000.0 * 3600;

constexpr std::string_view kClearLine = "\r\x1b[K";

double Seconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

ProgressDisplay::ProgressDisplay(const Stream& stream, Clock& clock, bool shown)
    : stream_(stream), clock_(clock), shown_(shown) {}

ProgressDisplay::~ProgressDisplay() { Clear(); }

void ProgressDisplay::Begin(std::string_view phase, std::string_view unit, uint64_t total) {
  if (!shown_) {
    return;
  }
  const std::lock_guard lock(mutex_);
  ClearLocked();
  phase_ = phase;
  unit_ = unit;
  total_ = total;
  done_ = 0;
  bytes_ = 0;
  began_ = clock_.Steady();
  drawn_ = began_;
  if (stream_.terminal_columns) {
    DrawLocked();
  }
}

void ProgressDisplay::Advance(uint64_t units, uint64_t bytes) {
  if (!shown_) {
    return;
  }
  const std::lock_guard lock(mutex_);
  done_ += units;
  bytes_ += bytes;
  const Nanoseconds interval = stream_.terminal_columns ? kTerminalInterval : kPlainInterval;
  if (clock_.Steady() - drawn_ >= interval) {
    DrawLocked();
  }
}

void ProgressDisplay::Clear() {
  const std::lock_guard lock(mutex_);
  ClearLocked();
}

void ProgressDisplay::ClearLocked() {
  if (line_is_there_) {
    stream_.output.Write(kClearLine);
    stream_.output.Flush();
    line_is_there_ = false;
  }
}

void ProgressDisplay::DrawLocked() {
  drawn_ = clock_.Steady();
  const std::string line = LineLocked(drawn_ - began_);
  if (!stream_.terminal_columns) {
    stream_.output.Write(line + "\n");
    stream_.output.Flush();
    return;
  }
  // The last column stays free: some terminals wrap when it is filled.
  const size_t columns = std::max<size_t>(*stream_.terminal_columns, 2) - 1;
  stream_.output.Write(std::string(kClearLine) + ElideMiddle(line, columns));
  stream_.output.Flush();
  line_is_there_ = true;
}

std::string ProgressDisplay::LineLocked(Nanoseconds elapsed) const {
  std::string line = phase_ + ": " + WithThousands(static_cast<long long>(done_));
  if (total_ > 0) {
    line += " of " + WithThousands(static_cast<long long>(total_));
  }
  line += ' ' + unit_;
  if (bytes_ > 0) {
    line += ", " + FormatBytes(bytes_);
  }
  if (elapsed >= kRateAfter) {
    const double seconds = Seconds(elapsed);
    if (bytes_ > 0) {
      const double rate = static_cast<double>(bytes_) / seconds;
      line += ", " + FormatBytes(static_cast<uint64_t>(rate)) + "/s";
    } else {
      line += fmt::format(", {:.1f}/s", static_cast<double>(done_) / seconds);
    }
    if (done_ > 0 && total_ > done_) {
      const double left =
          seconds / static_cast<double>(done_) * static_cast<double>(total_ - done_);
      if (left <= kEtaSecondsMax) {
        line += ", ETA " + FormatElapsed(std::chrono::seconds(std::llround(left)));
      }
    }
  }
  return EscapeForDisplay(line);
}

void OutputOverProgress::Write(std::string_view text) {
  progress_.Clear();
  output_.Write(text);
}

}  // namespace ursa::cli
