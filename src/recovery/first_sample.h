// When the first sample of a modality was taken, from the head of its worker's segment 0.
//
//   eeg                          the first anchor's time - its sample offset / the sample rate
//   mic                          the time in the file's name
//   samsungwatch-<sensor>        the first whole row of that sensor's CSV
//   environment, pupillabs-gaze  the first whole row of its CSV
//   keyboard, mouse, browser, notes, location, battery    the first whole line of its JSONL
//   camera, video-webcam, screen, pupillabs-scene         out of scope
//   any other                    no signal
//
// Segment 0 is the lowest segment of the files of that kind. What it says first counts or nothing
// does: there is no fall-back to a later row, line or segment, because a first row that is wrong is
// what the check against the recording's window is for, and a guess would hide it.
// Source: raw-recordings.md section 3.2.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "raw/problem.h"
#include "raw/recording_objects.h"
#include "store/object_store.h"

namespace ursa::recovery {

// Modalities whose first sample is not derived: the frame index of a video has to be rewritten
// together with its origin, by ingesting it again, and a scene has no time that could be joined.
bool IsOutOfScope(std::string_view modality);

// Every modality of raw-recordings.md section 3.2, out of scope or not.
std::vector<std::string_view> AllModalities();

// The modalities in scope that a worker's files belong to, by its family; of the watch and
// pupillabs those of which it has a file.
std::vector<std::string_view> ModalitiesInScope(const raw::Worker& worker);

// A first sample, or exactly one problem.
struct FirstSample {
  std::optional<TimeNs> time;
  std::string key;                      // of the file that was looked at; empty: there is none
  std::optional<raw::Problem> problem;  // why there is no time; kReadFailed: that is not known
};

// Derives the first sample of a `worker`'s `modality`, of which `objects` is the recording's
// listing; the worker need not be in it. Reads heads only. Thread-safe where the store is.
FirstSample DeriveFirstSample(const store::ReadableStore& raw, const raw::RecordingObjects& objects,
                              std::string_view worker, std::string_view modality);

}  // namespace ursa::recovery
