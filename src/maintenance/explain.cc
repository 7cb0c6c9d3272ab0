#include "maintenance/explain.h"

#include <algorithm>
#include <set>

#include "ingest/recording_listing.h"
#include "raw/layout.h"
#include "raw/recording_id.h"
#include "raw/recording_objects.h"

namespace ursa::maintenance {
namespace {

using recovery::ExaminedFile;

// The row, or none where the catalog lacks the recording.
Result<std::optional<RecordingRow>> FindRow(const PlanningContext& context,
                                            const delta::Snapshot& recordings,
                                            const std::string& recording_id) {
  auto rows = ReadRecordingRows(context, recordings, {{recording_id}, {}, {}});
  if (!rows && rows.error().code == ErrorCode::kUsage) {
    return std::optional<RecordingRow>();
  }
  if (!rows) {
    return tl::unexpected(std::move(rows).error());
  }
  return std::optional(std::move(rows->front()));
}

// What the manifests are, and which one counts.
ingest::RecordingManifests FindManifests(const store::ReadableStore& raw,
                                         const ingest::RecordingListing& listing,
                                         const ingest::RigTimezone& timezone,
                                         Explanation& explanation) {
  auto manifests = ingest::ReadManifests(raw, listing);
  if (!manifests) {
    explanation.problems.push_back(ingest::MakeProblem(ingest::code::kReadFailed, listing.prefix,
                                                       manifests.error().ToString()));
    return {};
  }
  for (const ingest::ManifestEvidence& found : manifests->evidence) {
    const auto time = ingest::PlausibleTime(found.started_at, found.key, timezone);
    explanation.manifests.push_back({found.key, found.verdict, time.value_or(std::nullopt)});
  }
  if (manifests->fault) {
    explanation.problems.push_back(*manifests->fault);
  }
  return *std::move(manifests);
}

// The start that ingest would write, and the one that the ends are held against.
Result<void> FindStart(const store::ReadableStore& raw, const ingest::RecordingListing& listing,
                       const ingest::RecordingManifests& manifests,
                       const ingest::RigTimezone& timezone, Explanation& explanation) {
  const auto start = ingest::DeriveRecordingStart(raw, listing, manifests, timezone);
  if (start) {
    explanation.ingest_start = *start;
  } else {
    explanation.problems.push_back(start.error());
  }
  if (explanation.row) {
    if (!explanation.row->start) {
      return Fail(ErrorCode::kInvalid, "the row of " + explanation.recording_id +
                                           " has no start_time; correct it with the program that "
                                           "wrote it");
    }
    explanation.start = *explanation.row->start;
    explanation.start_source = "catalog";
    return {};
  }
  const auto stamp = raw::ParseRecordingId(explanation.recording_id);
  explanation.start = std::chrono::floor<Microseconds>(start   ? start->time
                                                       : stamp ? raw::StampAsUtc(*stamp)
                                                               : TimeNs{});
  explanation.start_source =
      ingest::StartSourceName(start ? start->source : ingest::StartSource::kRecordingId);
  return {};
}

void TakeInventory(const ingest::RecordingListing& listing, Explanation& explanation) {
  explanation.inventory_files = listing.inventory.size();
  explanation.inventory_bytes = listing.inventory_bytes;
  explanation.bad_keys = listing.bad_keys.size();
  explanation.problems.insert(explanation.problems.end(), listing.bad_keys.begin(),
                              listing.bad_keys.end());
}

EvidenceRole RoleOf(const recovery::RecordingEnd& end, const ExaminedFile& file) {
  if (file.dropped) {
    return *file.dropped == raw::ProblemCode::kReadFailed ? EvidenceRole::kReadFailed
                                                          : EvidenceRole::kPassedOver;
  }
  const auto source = file.stream ? recovery::StreamName(*file.stream) : recovery::kWorkerReport;
  return end.end && file.time == end.end && source == end.end_source ? EvidenceRole::kDecides
                                                                     : EvidenceRole::kCandidate;
}

EndEvidenceRow RowOf(const recovery::RecordingEnd& end, const ExaminedFile& file) {
  EndEvidenceRow row;
  row.stream = file.stream ? recovery::StreamName(*file.stream) : recovery::kWorkerReport;
  row.worker = file.worker;
  row.key = file.key;
  row.role = RoleOf(end, file);
  row.time = file.time;
  if (file.dropped) {
    row.problem = raw::ProblemCodeName(*file.dropped);
  }
  return row;
}

// The segments that were not looked at, because a higher one of their track gave its end.
std::vector<EndEvidenceRow> SegmentsNotNeeded(const raw::RecordingObjects& objects,
                                              const recovery::RecordingEnd& end) {
  std::set<std::string_view> examined;
  for (const ExaminedFile& file : end.examined) {
    examined.insert(file.key);
  }
  std::vector<EndEvidenceRow> rows;
  for (const raw::Worker& worker : objects.workers) {
    for (const store::ObjectInfo& file : worker.data_files) {
      if (raw::SidecarOf(worker.family, worker.NameOf(file)) && !examined.contains(file.key)) {
        EndEvidenceRow row;
        row.stream = worker.family;
        row.worker = worker.name;
        row.key = file.key;
        rows.push_back(std::move(row));
      }
    }
  }
  return rows;
}

// The place of a row in the report: streams in their order, reports last.
size_t StreamRank(std::string_view stream) {
  size_t rank = 0;
  while (rank < recovery::kStreamCount &&
         recovery::StreamName(static_cast<recovery::Stream>(rank)) != stream) {
    ++rank;
  }
  return rank;
}

std::vector<EndEvidenceRow> EvidenceOf(const raw::RecordingObjects& objects,
                                       const recovery::RecordingEnd& end) {
  std::vector<EndEvidenceRow> rows;
  for (const ExaminedFile& file : end.examined) {
    rows.push_back(RowOf(end, file));
  }
  std::ranges::move(SegmentsNotNeeded(objects, end), std::back_inserter(rows));
  std::ranges::stable_sort(rows, [](const EndEvidenceRow& a, const EndEvidenceRow& b) {
    return std::tuple(StreamRank(a.stream), std::string_view(a.worker)) <
           std::tuple(StreamRank(b.stream), std::string_view(b.worker));
  });
  return rows;
}

std::vector<FirstSampleRow> FirstSamplesOf(const store::ReadableStore& raw,
                                           const raw::RecordingObjects& objects) {
  std::vector<FirstSampleRow> rows;
  for (const raw::Worker& worker : objects.workers) {
    for (const std::string_view modality : recovery::ModalitiesInScope(worker)) {
      rows.push_back({worker.name, std::string(modality),
                      recovery::DeriveFirstSample(raw, objects, worker.name, modality)});
    }
  }
  return rows;
}

}  // namespace

std::string_view EvidenceRoleName(EvidenceRole role) {
  switch (role) {
    case EvidenceRole::kDecides:
      return "decides";
    case EvidenceRole::kCandidate:
      return "candidate";
    case EvidenceRole::kPassedOver:
      return "passed_over";
    case EvidenceRole::kNotNeeded:
      return "not_needed";
    case EvidenceRole::kReadFailed:
      return "read_failed";
  }
  return "";
}

Result<Explanation> Explain(const PlanningContext& context, const delta::Snapshot& recordings,
                            const std::string& recording_id, const ingest::RigTimezone& timezone) {
  Explanation explanation;
  explanation.recording_id = recording_id;
  URSA_TRY(explanation.row, FindRow(context, recordings, recording_id));
  if (!explanation.row && !raw::ParseRecordingId(recording_id)) {
    return Fail(ErrorCode::kUsage, recording_id + " is no recording id");
  }
  URSA_TRY(const ingest::RecordingListing listing, ingest::ReadListing(context.raw, recording_id));
  const auto manifests = FindManifests(context.raw, listing, timezone, explanation);
  if (!explanation.row && listing.IsEmpty() && explanation.manifests.empty()) {
    return Fail(ErrorCode::kUsage,
                "neither the catalog nor the raw bucket has a recording " + recording_id);
  }
  TakeInventory(listing, explanation);
  URSA_CHECK(FindStart(context.raw, listing, manifests, timezone, explanation));
  const raw::RecordingObjects& objects = listing.objects;
  explanation.session_lock = objects.session_lock;
  explanation.end =
      recovery::DeriveRecordingEnd(context.raw, objects, explanation.start, context.clock.Now());
  if (explanation.end.end) {
    explanation.derived = recovery::DurationUntil(explanation.start, *explanation.end.end);
  }
  explanation.evidence = EvidenceOf(objects, explanation.end);
  explanation.first_samples = FirstSamplesOf(context.raw, objects);
  return explanation;
}

}  // namespace ursa::maintenance
