// Recordings that are ready for the catalog, committed together as one ordinary ingest plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/candidate.h"
#include "maintenance/reconstruct_work.h"
#include "plan/apply.h"

namespace ursa::maintenance {

// What is committed together: candidates, and the row of each.
struct ReadyBatch {
  std::vector<ingest::IngestCandidate> candidates;
  std::vector<ReconstructRow*> rows;

  void Add(ingest::IngestCandidate candidate, ReconstructRow* row);
};

// Plans and commits a batch under this run id, then removes the journals of what the catalog has.
// None where there was nothing to commit. The rows are not touched.
Result<std::optional<plan::ApplyOutcome>> CommitBatch(const ReconstructContext& context,
                                                      const std::string& run_id, ReadyBatch& batch);

// Tells in the rows what became of a batch, and counts it.
void TellRows(const ReadyBatch& batch, const std::optional<plan::ApplyOutcome>& applied,
              ReconstructOutcome& outcome);

}  // namespace ursa::maintenance
