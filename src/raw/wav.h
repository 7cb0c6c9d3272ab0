// How long the sound in a WAV file lasts, from as few of its bytes as possible.
//
//   file   =  ("RIFF" | "RF64" | "BW64") size32 "WAVE" chunk*
//   chunk  =  id[4] size32 payload, padded to an even size; in any order
//   "ds64" =  riff size64, data size64, ...   counts in RF64 and BW64, where data's size32 is -1
//   "fmt " =  format16 channels16 rate32 byte-rate32 block16 bits16 [22 valid16 mask32
//   subformat[16]]
//
// A recorder that crashed leaves sizes of 0, of -1, or beyond the file: then the data reach to the
// file's end. The size in the RIFF header says nothing that the file's own size does not.
//
// WavWalk steps from chunk to chunk and says at which offset it wants bytes next, so that it needs
// no store and payloads are stepped over. Whatever the file holds, it wants at most kWavWindowsMax
// windows, each beyond the start of the one before. Source: raw-recordings.md section 2, "WAV".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "raw/problem.h"

namespace ursa::raw {

inline constexpr uint64_t kWavWindowBytes = 4'096;
inline constexpr size_t kWavWindowsMax = 16;

// A sound lasts data_bytes / bytes_per_second seconds.
struct WavDuration {
  uint64_t data_bytes = 0;
  uint64_t bytes_per_second = 0;  // channels x bytes a sample x rate: from 1 to 2^61
};

class WavWalk {
 public:
  // Of a file of `size_bytes`.
  explicit WavWalk(uint64_t size_bytes);

  // Where in the file the next bytes are wanted, always before its end; none: the walk has ended.
  [[nodiscard]] std::optional<uint64_t> WantedOffset() const;

  // Goes on with the bytes at WantedOffset(): kWavWindowBytes, or fewer at the file's end.
  void Feed(std::string_view window);

  // What was found, once the walk has ended. kEmpty, kNotWav.
  [[nodiscard]] Reading<WavDuration> Duration() const;

 private:
  // Reads the chunk at offset_; false where `bytes`, which start there, are too few of them.
  bool StepOverChunk(std::string_view bytes);
  // The same for the file's first 12 bytes.
  bool StepOverRiffHeader(std::string_view bytes);
  // The payload of "fmt ", as much of it as matters.
  void ReadFormat(std::string_view payload);
  void StepOverData(uint64_t declared);
  // Ends the walk, for a reason unless everything was found.
  void End(std::string_view reason);

  const uint64_t size_bytes_;
  uint64_t offset_ = 0;
  size_t windows_ = 0;
  bool ended_ = false;
  bool has_64_bit_sizes_ = false;
  std::optional<uint64_t> data_size_64_;
  std::optional<uint64_t> data_bytes_;
  std::optional<uint64_t> bytes_per_second_;
  std::string_view reason_;  // of text that lives as long as the process
};

}  // namespace ursa::raw
