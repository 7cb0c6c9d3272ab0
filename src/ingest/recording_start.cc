#include "ingest/recording_start.h"

#include <algorithm>

#include "ingest/first_samples.h"
#include "raw/problem.h"
#include "raw/recording_id.h"

namespace ursa::ingest {
namespace {

using MaybeTime = tl::expected<std::optional<TimeNs>, Problem>;
using MaybeStart = tl::expected<std::optional<RecordingStart>, Problem>;

// What one manifest says.
MaybeStart StartOf(const FoundManifest& found, StartSource source, const RigTimezone& timezone) {
  const MaybeTime time = PlausibleTime(found.manifest.started_at, found.key, timezone);
  if (!time) {
    return tl::unexpected(time.error());
  }
  return *time ? std::optional(RecordingStart{**time, source, found.key}) : std::nullopt;
}

MaybeStart StartOfNodes(const RecordingManifests& manifests, const RigTimezone& timezone) {
  std::optional<RecordingStart> earliest;
  for (const FoundManifest& node : manifests.nodes) {
    const MaybeStart start = StartOf(node, StartSource::kNodeManifest, timezone);
    if (!start) {
      return start;
    }
    if (*start && (!earliest || (*start)->time < earliest->time)) {
      earliest = *start;
    }
  }
  return earliest;
}

MaybeStart StartOfManifests(const RecordingManifests& manifests, const RigTimezone& timezone) {
  for (const auto* found : {&manifests.counts, &manifests.legacy}) {
    if (!*found) {
      continue;
    }
    const bool is_legacy = found == &manifests.legacy;
    const MaybeStart start = StartOf(
        **found, is_legacy ? StartSource::kLegacyManifest : StartSource::kManifest, timezone);
    if (!start || *start) {
      return start;
    }
  }
  return StartOfNodes(manifests, timezone);
}

}  // namespace

std::string_view StartSourceName(StartSource source) {
  switch (source) {
    case StartSource::kManifest:
      return "manifest";
    case StartSource::kLegacyManifest:
      return "legacy_manifest";
    case StartSource::kNodeManifest:
      return "node_manifest";
    case StartSource::kFirstSample:
      return "first_sample";
    case StartSource::kRecordingId:
      return "recording_id";
  }
  return "";
}

tl::expected<std::optional<TimeNs>, Problem> PlausibleTime(const std::optional<IsoTime>& time,
                                                           const std::string& key,
                                                           const RigTimezone& timezone) {
  if (!time) {
    return std::nullopt;
  }
  const Result<TimeNs> utc = timezone.ToUtc(*time);
  if (!utc) {
    return tl::unexpected(MakeProblem(code::kSkippedLocalTime, key, utc.error().message));
  }
  return IsPlausible(*utc) ? std::optional(*utc) : std::nullopt;
}

tl::expected<RecordingStart, Problem> DeriveRecordingStart(const store::ReadableStore& raw,
                                                           const RecordingListing& listing,
                                                           const RecordingManifests& manifests,
                                                           const RigTimezone& timezone) {
  const MaybeStart of_manifests = StartOfManifests(manifests, timezone);
  if (!of_manifests) {
    return tl::unexpected(of_manifests.error());
  }
  if (*of_manifests) {
    return **of_manifests;
  }
  const MaybeTime of_samples = EarliestFirstSample(raw, listing.objects);
  if (!of_samples) {
    return tl::unexpected(of_samples.error());
  }
  if (*of_samples) {
    return RecordingStart{**of_samples, StartSource::kFirstSample, {}};
  }
  const auto stamp = raw::ParseRecordingId(listing.recording_id);
  if (!stamp) {
    return tl::unexpected(MakeProblem(code::kNoManifest, listing.prefix,
                                      "neither a manifest, nor a first sample, nor its name says "
                                      "when it started"));
  }
  const Result<TimeNs> utc = timezone.ToUtc(*stamp);
  if (!utc) {
    return tl::unexpected(
        MakeProblem(code::kSkippedLocalTime, listing.prefix, utc.error().message));
  }
  if (!IsPlausible(*utc)) {
    return tl::unexpected(MakeProblem(
        raw::ProblemCodeName(raw::ProblemCode::kImplausibleTime), listing.prefix,
        "neither a manifest nor a first sample says when it started, and the stamp in its name is "
        "not from 2000 to 2099: only a manifest with the start can bring it into the catalog"));
  }
  return RecordingStart{*utc, StartSource::kRecordingId, {}};
}

}  // namespace ursa::ingest
