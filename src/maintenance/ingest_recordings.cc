#include "maintenance/ingest_recordings.h"

#include <algorithm>
#include <set>

#include "base/parallel.h"
#include "ingest/ingest_plan.h"
#include "raw/recording_id.h"
#include "raw/recording_objects.h"

namespace ursa::maintenance {
namespace {

using ingest::IngestAction;

constexpr size_t kWindowPerJob = 8;

Result<std::vector<std::string>> CheckIds(const PlanningContext& context,
                                          const std::vector<std::string>& given) {
  std::vector<std::string> ids;
  std::set<std::string> seen;
  for (const std::string& id : given) {
    if (!raw::ParseRecordingId(id)) {
      return Fail(ErrorCode::kUsage,
                  "'" + id + "' is no recording id; they look like rec_20260507_143022_a1b2");
    }
    if (!seen.insert(id).second) {
      continue;
    }
    URSA_TRY_CONTEXT(const store::ListPage page, context.raw.List(raw::RecordingPrefix(id), {}),
                     "listing the raw bucket");
    if (page.objects.empty()) {
      return Fail(ErrorCode::kUsage, "the raw bucket has no recording " + id);
    }
    ids.push_back(id);
  }
  return ids;
}

void Count(const ingest::IngestCandidate& candidate, IngestCounts& counts) {
  switch (candidate.action) {
    case IngestAction::kIngested:
      ++counts.ingested;
      break;
    case IngestAction::kAlready:
      ++counts.already;
      break;
    case IngestAction::kRefused:
      ++counts.refused;
      break;
    case IngestAction::kFailed:
      ++counts.failed;
      break;
  }
}

}  // namespace

Result<IngestRunPlan> PlanIngest(const PlanningContext& context, const IngestOptions& options) {
  URSA_TRY(const std::vector<std::string> ids, CheckIds(context, options.recording_ids));
  const ingest::IngestSettings settings{options.timezone, options.raw_location, {},
                                        context.clock.Now()};
  std::vector<ingest::IngestCandidate> rows(ids.size());
  context.progress.Begin("reading recordings", "recordings", ids.size());
  URSA_CHECK(OrderedParallelMap(
      ids.size(), context.jobs, context.jobs * kWindowPerJob, context.stop,
      [&](size_t i) { rows[i] = ingest::PrepareIngest(context.raw, ids[i], settings); },
      [&](size_t) -> Result<void> {
        context.progress.Advance(1, 0);
        return {};
      }));
  URSA_TRY(plan::Plan plan,
           ingest::BuildIngestPlan(
               {context.catalog, *options.canonicalizer, context.spool,
                MakeHeader(context, std::string(kIngest), {}), context.jobs, context.stop},
               rows, {}, options.max_changes));
  IngestRunPlan run{std::move(plan), std::move(rows), {}};
  for (const ingest::IngestCandidate& candidate : run.rows) {
    Count(candidate, run.counts);
  }
  return run;
}

}  // namespace ursa::maintenance
