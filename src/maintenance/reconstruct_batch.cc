#include "maintenance/reconstruct_batch.h"

#include <algorithm>
#include <iterator>

#include "ingest/ingest_plan.h"
#include "ingest/journal.h"
#include "maintenance/ingest_recordings.h"

namespace ursa::maintenance {
namespace {

using ingest::IngestAction;
using ingest::IngestCandidate;

// What became of the recording's row; none where it was not planned.
std::optional<plan::Fate> FateOf(const IngestCandidate& candidate,
                                 const std::optional<plan::ApplyOutcome>& applied) {
  return candidate.change && applied ? std::optional(applied->fates[*candidate.change])
                                     : std::nullopt;
}

bool IsInCatalog(const IngestCandidate& candidate,
                 const std::optional<plan::ApplyOutcome>& applied) {
  const auto fate = FateOf(candidate, applied);
  return candidate.action == IngestAction::kAlready || fate == plan::Fate::kCommitted ||
         fate == plan::Fate::kAlready;
}

// What the worklist said already, of the listing that it saw, is not said again.
void AddProblems(const std::vector<ingest::Problem>& found, std::vector<ingest::Problem>& told) {
  const std::vector<ingest::Problem> before = told;
  std::ranges::copy_if(found, std::back_inserter(told), [&](const ingest::Problem& problem) {
    return std::ranges::find(before, problem) == before.end();
  });
}

void TellRow(const IngestCandidate& candidate, const std::optional<plan::ApplyOutcome>& applied,
             ReconstructRow& row, ReconstructOutcome& outcome) {
  row.recording_hash = candidate.recording.recording_hash;
  AddProblems(candidate.problems, row.problems);
  if (candidate.recording.duration_us) {
    row.duration = Microseconds{*candidate.recording.duration_us};
  }
  if (candidate.action == IngestAction::kRefused || candidate.action == IngestAction::kFailed) {
    row.action = ReconstructAction::kFailed;
    row.reason = candidate.reason;
  } else if (FateOf(candidate, applied) == plan::Fate::kChangedSincePlan) {
    row.action = ReconstructAction::kChangedSincePlan;
  } else if (FateOf(candidate, applied) == plan::Fate::kCommitted) {
    row.ingested = true;
    ++outcome.ingested;
  }
  const auto differ = applied ? FindModalitiesThatDiffer(candidate, applied->fates) : std::nullopt;
  if (differ) {
    row.action = ReconstructAction::kChangedSincePlan;
    row.problems.push_back(*differ);
  }
}

}  // namespace

void ReadyBatch::Add(IngestCandidate candidate, ReconstructRow* row) {
  candidates.push_back(std::move(candidate));
  rows.push_back(row);
}

Result<std::optional<plan::ApplyOutcome>> CommitBatch(const ReconstructContext& context,
                                                      const std::string& run_id,
                                                      ReadyBatch& batch) {
  const PlanningContext& planning = context.planning;
  plan::PlanHeader header = MakeHeader(planning, std::string(kReconstructAllRecent), {});
  header.run_id = run_id;
  URSA_TRY(const plan::Plan plan,
           ingest::BuildIngestPlan({planning.catalog, context.canonicalizer, planning.spool,
                                    std::move(header), planning.jobs, planning.stop},
                                   batch.candidates, {}, std::nullopt));
  std::optional<plan::ApplyOutcome> applied;
  if (plan.Count() > 0) {
    URSA_TRY(applied, plan::Apply(plan, context.guards, context.writer));
  }
  for (const IngestCandidate& candidate : batch.candidates) {
    if (IsInCatalog(candidate, applied)) {
      // One that stays is a cache that nobody looks at any more.
      (void)context.assets.Delete(ingest::Journal(candidate.recording_id).Key());
    }
  }
  return applied;
}

void TellRows(const ReadyBatch& batch, const std::optional<plan::ApplyOutcome>& applied,
              ReconstructOutcome& outcome) {
  for (size_t i = 0; i < batch.candidates.size(); ++i) {
    TellRow(batch.candidates[i], applied, *batch.rows[i], outcome);
  }
  if (applied) {
    outcome.committed += applied->committed;
    outcome.finished.Add(applied->finished);
    outcome.already += applied->already;
    outcome.changed_since_plan += applied->changed_since_plan;
    outcome.follow_up_errors.insert(outcome.follow_up_errors.end(),
                                    applied->follow_up_errors.begin(),
                                    applied->follow_up_errors.end());
  }
}

}  // namespace ursa::maintenance
