// Work code is told nothing about terminals: it reports how far it is, and src/cli shows it.
#pragma once

#include <cstdint>
#include <string_view>

namespace ursa {

// Receives how far a piece of work is. Implementations are thread-safe and cheap to call.
class Progress {
 public:
  virtual ~Progress() = default;
  // A new phase begins, e.g. "reading sidecars" of 2000 "recordings"; total 0: not known.
  virtual void Begin(std::string_view phase, std::string_view unit, uint64_t total) = 0;
  // So many more units are done, for which so many bytes were moved.
  virtual void Advance(uint64_t units, uint64_t bytes) = 0;
};

// Progress that nobody watches.
class NoProgress final : public Progress {
 public:
  void Begin(std::string_view, std::string_view, uint64_t) override {}
  void Advance(uint64_t, uint64_t) override {}
};

}  // namespace ursa
