// What the catalog of a demo laboratory says of a recording, and what fix-modalities-start-epoch
// has to do about it. Source: catalog.md section 2; raw-recordings.md section 4, "Rows of a
// manifest"; commands.md, "fix-modalities-start-epoch".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalog/rows.h"
#include "demo/manifest_writer.h"
#include "demo/raw_file.h"
#include "demo/recording_design.h"

namespace ursa::demo {

// A modality row with its truth.
struct ModalityTruth {
  catalog::Modality row;
  // What the command does at default flags; empty: it does not select the row.
  std::string_view action;
  std::string_view problem;           // the code of an underivable row
  std::optional<TimeNs> start_epoch;  // of a row that is to be shifted
};

struct RecordingRows {
  std::optional<catalog::Recording> recording;
  std::vector<ModalityTruth> modalities;
};

// A pure function of its arguments.
RecordingRows MakeRows(const RecordingDesign& design, uint64_t seed,
                       const std::vector<RawFile>& files, const Manifests& manifests);

}  // namespace ursa::demo
