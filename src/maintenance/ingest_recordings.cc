#include "maintenance/ingest_recordings.h"

#include <algorithm>
#include <set>

#include "base/parallel.h"
#include "ingest/ingest_plan.h"
#include "ingest/recording_listing.h"
#include "raw/recording_id.h"
#include "raw/recording_objects.h"

namespace ursa::maintenance {
namespace {

using ingest::IngestAction;

Result<std::vector<std::string>> CheckIds(const std::vector<std::string>& given) {
  std::vector<std::string> ids;
  std::set<std::string> seen;
  for (const std::string& id : given) {
    if (!raw::ParseRecordingId(id)) {
      return Fail(ErrorCode::kUsage,
                  "'" + id + "' is no recording id; they look like rec_20260507_143022_a1b2");
    }
    if (seen.insert(id).second) {
      ids.push_back(id);
    }
  }
  return ids;
}

// What was found of a recording; `listing_error` where that is nothing.
struct Looked {
  ingest::IngestCandidate row;
  std::optional<Error> listing_error;
  bool is_absent = false;
};

Looked Look(const store::ReadableStore& raw, const std::string& id,
            const ingest::IngestSettings& settings) {
  Looked looked;
  auto listing = ingest::ReadListing(raw, id);
  if (!listing) {
    looked.row.recording_id = id;
    looked.row.End(IngestAction::kFailed,
                   ingest::MakeProblem(ingest::code::kReadFailed, raw::RecordingPrefix(id),
                                       listing.error().ToString()));
    looked.listing_error = std::move(listing).error();
  } else if (listing->IsEmpty()) {
    looked.row.recording_id = id;
    looked.is_absent = true;
  } else {
    looked.row = ingest::PrepareIngest(raw, std::move(*listing), settings);
  }
  return looked;
}

// All recordings asked for, each once and in this order. Where not one can be listed it is the
// store that fails, and not the recordings.
Result<std::vector<Looked>> LookAtAll(const PlanningContext& context,
                                      const std::vector<std::string>& ids,
                                      const ingest::IngestSettings& settings) {
  std::vector<Looked> found(ids.size());
  context.progress.Begin("reading recordings", "recordings", ids.size());
  URSA_CHECK(OrderedParallelMap(
      ids.size(), context.jobs, context.Window(), context.stop,
      [&](size_t i) { found[i] = Look(context.raw, ids[i], settings); },
      [&](size_t i) -> Result<void> {
        context.progress.Advance(1, 0);
        return found[i].is_absent
                   ? Fail(ErrorCode::kUsage, "the raw bucket has no recording " + ids[i])
                   : Result<void>();
      }));
  const auto failed = [](const Looked& looked) { return looked.listing_error.has_value(); };
  if (!found.empty() && std::ranges::all_of(found, failed)) {
    return Propagate(std::move(*found.front().listing_error), "listing the raw bucket");
  }
  return found;
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
  URSA_TRY(const std::vector<std::string> ids, CheckIds(options.recording_ids));
  const ingest::IngestSettings settings{
      options.timezone, options.raw_location, {}, context.clock.Now()};
  URSA_TRY(std::vector<Looked> found, LookAtAll(context, ids, settings));
  std::vector<ingest::IngestCandidate> rows;
  for (Looked& looked : found) {
    rows.push_back(std::move(looked.row));
  }
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

std::optional<ingest::Problem> FindModalitiesThatDiffer(const ingest::IngestCandidate& candidate,
                                                        const std::vector<plan::Fate>& fates) {
  // Where its own row is left alone, its modalities are for the same reason.
  if (!candidate.change || fates[*candidate.change] == plan::Fate::kChangedSincePlan) {
    return std::nullopt;
  }
  // The plan has them right before the recording.
  const size_t first = *candidate.change - candidate.modalities.size();
  std::string names;
  for (size_t i = 0; i < candidate.modalities.size(); ++i) {
    if (fates[first + i] == plan::Fate::kChangedSincePlan) {
      const catalog::Modality& modality = candidate.modalities[i];
      names += (names.empty() ? "" : ", ") + modality.worker + "/" + modality.modality;
    }
  }
  if (names.empty()) {
    return std::nullopt;
  }
  return ingest::MakeProblem(
      ingest::code::kModalityDiffers, raw::RecordingPrefix(candidate.recording_id),
      "the catalog has rows of its modalities already, without the recording and other than its "
      "manifest makes them; they are left alone: " +
          names);
}

}  // namespace ursa::maintenance
