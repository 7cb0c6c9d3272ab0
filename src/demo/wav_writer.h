// WAV files of silence: RIFF, RF64 or BW64, plain or extensible, with other chunks before and after
// the data, and with the sizes that a crashed recorder leaves.
// Source: raw-recordings.md section 2, "WAV".
#pragma once

#include "demo/raw_file.h"
#include "demo/recording_design.h"
#include "demo/seeded_random.h"

namespace ursa::demo {

// Gives `file` the bytes of a segment of the mic. `sizes_crashed`: the data's size is 0,
// 0xFFFFFFFF, or larger than the file.
void WriteWav(const WavFormat& format, const Segment& segment, bool sizes_crashed,
              SeededRandom& random, RawFile& file);

// Gives `file` bytes that say nothing about time: no RIFF at all, a rate of zero, a codec.
void WriteGarbageWav(const WavFormat& format, SeededRandom& random, RawFile& file);

}  // namespace ursa::demo
