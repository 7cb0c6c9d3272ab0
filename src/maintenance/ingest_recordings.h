// ingest: recordings from the raw bucket into the catalog, through the gate.
//
// Source: commands.md, "Catalog and ingest"; raw-recordings.md section 4.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingest/candidate.h"
#include "ingest/problem.h"
#include "maintenance/planning.h"
#include "participants/canonicalizer.h"
#include "plan/apply.h"
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

// `modality_differs` where rows of its modalities were there already, without it and with other
// values than its manifest makes: its own row is written, they are left alone, and a person should
// look. `fates` are of the plan that has the candidate.
std::optional<ingest::Problem> FindModalitiesThatDiffer(const ingest::IngestCandidate& candidate,
                                                        const std::vector<plan::Fate>& fates);

}  // namespace ursa::maintenance
