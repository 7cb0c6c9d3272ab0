// Which rows fix-modalities-start-epoch works on, dealt out to their recordings. Used by
// fix_modalities.cc only.
#pragma once

#include <span>
#include <vector>

#include "maintenance/fix_modalities.h"
#include "maintenance/recording_rows.h"

namespace ursa::maintenance {

// The rows of one recording: a stretch of all rows.
struct ModalityGroup {
  const RecordingRow* recording = nullptr;  // none: the catalog lacks it
  std::span<ModalityRow> rows;
};

// Everything that was selected.
struct SelectedModalities {
  std::vector<RecordingName> recordings;
  std::vector<ModalityRow> rows;  // by recording
  std::vector<RecordingRow> catalog_rows;
  std::vector<ModalityGroup> groups;  // by recording
};

// In an order that depends on no file and no job.
Result<SelectedModalities> SelectModalities(const PlanningContext& context,
                                            const delta::Snapshot& modalities,
                                            const delta::Snapshot& recordings,
                                            const FixModalitiesOptions& options);

}  // namespace ursa::maintenance
