// Recordings that were looked at, as one ordinary plan: inserts of their rows.
//
// The catalog is asked first: a recording that it has under the same hash needs nothing, one that
// it has under another hash is refused, and so is a hash that is another recording's. Source:
// raw-recordings.md section 4; catalog.md section 3.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "ingest/candidate.h"
#include "participants/canonicalizer.h"
#include "plan/plan.h"

namespace ursa::ingest {

struct IngestPlanContext {
  const catalog::Catalog& catalog;
  const participants::Canonicalizer& canonicalizer;
  plan::SpoolOptions spool;
  plan::PlanHeader header;  // tables are filled in
  size_t jobs = 1;
  std::stop_token stop;
};

// Plans the candidates that may be ingested, against the newest tables; decides `action` and
// `change` of each, and leaves those alone that are refused or failed already.
Result<plan::Plan> BuildIngestPlan(IngestPlanContext context,
                                   std::vector<IngestCandidate>& candidates,
                                   const std::vector<plan::Brake>& brakes,
                                   std::optional<uint64_t> max_changes);

}  // namespace ursa::ingest
