// ingest: recordings from the raw bucket into the catalog, through the gate.
//
// Source: commands.md, "Catalog and ingest"; raw-recordings.md section 4.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingest/candidate.h"
#include "maintenance/planning.h"
#include "participants/canonicalizer.h"
#include "plan/plan.h"

namespace ursa::maintenance {

inline constexpr std::string_view kIngest = "ingest";

struct IngestOptions {
  std::vector<std::string> recording_ids;
  ingest::RigTimezone timezone;
  const participants::Canonicalizer* canonicalizer = nullptr;  // never null when it is planned
  std::string raw_location;                                    // as IngestSettings has it
  std::optional<uint64_t> max_changes;
};

struct IngestCounts {
  uint64_t ingested = 0;
  uint64_t already = 0;
  uint64_t refused = 0;
  uint64_t failed = 0;
};

struct IngestRunPlan {
  plan::Plan plan;
  std::vector<ingest::IngestCandidate> rows;  // in the order asked for, each once
  IngestCounts counts;
};

// One that can't be read is a row kFailed, and the others go on. kUsage names one that is no
// recording id, or of which the raw bucket has nothing; the store's error where it lists none.
Result<IngestRunPlan> PlanIngest(const PlanningContext& context, const IngestOptions& options);

}  // namespace ursa::maintenance
