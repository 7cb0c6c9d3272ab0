// Which modalities a worker recorded, told by the names of its data files. Pure.
// Source: raw-recordings.md sections 2 and 4, "Rows of a manifest".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raw/recording_objects.h"

namespace ursa::ingest {

// The data files of one slug.
struct ModalityFiles {
  std::string slug;         // "eeg", "samsungwatch-heart-rate"
  std::string_view format;  // "raw_binary"
  uint64_t count = 0;
  uint64_t bytes = 0;
};

// Whether a worker can have rows of `modalities`: its name, and so its family, has to be an id of
// the catalog. A file manager's folder ("@eaDir", "eeg_0 (copy)") has none.
bool HasModalities(const raw::Worker& worker);

// Whether a worker's family is one that raw-recordings.md section 2 lists.
bool IsKnownFamily(std::string_view family);

// Those of a worker that has any, each with at least one file. Most families have one slug for all
// data files; a watch one a sensor, pupillabs one for gaze and one for the scene.
std::vector<ModalityFiles> ModalitiesOf(const raw::Worker& worker);

}  // namespace ursa::ingest
