// One line of truth.jsonl. Its format is described in laboratory.h.
#pragma once

#include <string>
#include <vector>

#include "demo/catalog_rows.h"
#include "demo/manifest_writer.h"
#include "demo/raw_file.h"
#include "demo/recording_design.h"

namespace ursa::demo {

// A JSON object, without a line break.
std::string TruthLine(const RecordingDesign& design, const std::vector<RawFile>& files,
                      const std::vector<InventoryFile>& inventory, const Manifests& manifests,
                      const RecordingRows& rows);

}  // namespace ursa::demo
