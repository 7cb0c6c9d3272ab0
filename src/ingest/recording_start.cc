#include "ingest/recording_start.h"

#include <algorithm>

#include "ingest/first_samples.h"
#include "raw/recording_id.h"

namespace ursa::ingest {
namespace {

using MaybeTime = tl::expected<std::optional<TimeNs>, Problem>;

bool IsPlausible(TimeNs time) { return time >= kEarliestPlausible && time < kFirstImplausible; }

MaybeTime StartOfNodes(const RecordingManifests& manifests, const RigTimezone& timezone) {
  std::optional<TimeNs> earliest;
  for (const FoundManifest& node : manifests.nodes) {
    const MaybeTime time = PlausibleTime(node.manifest.started_at, node.key, timezone);
    if (!time) {
      return time;
    }
    if (*time && (!earliest || **time < *earliest)) {
      earliest = *time;
    }
  }
  return earliest;
}

MaybeTime StartOfManifests(const RecordingManifests& manifests, const RigTimezone& timezone) {
  for (const auto* found : {&manifests.counts, &manifests.legacy}) {
    if (!*found) {
      continue;
    }
    const MaybeTime time = PlausibleTime((*found)->manifest.started_at, (*found)->key, timezone);
    if (!time || *time) {
      return time;
    }
  }
  return StartOfNodes(manifests, timezone);
}

}  // namespace

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

tl::expected<TimeNs, Problem> DeriveRecordingStart(const store::ReadableStore& raw,
                                                   const RecordingListing& listing,
                                                   const RecordingManifests& manifests,
                                                   const RigTimezone& timezone) {
  const MaybeTime of_manifests = StartOfManifests(manifests, timezone);
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
    return **of_samples;
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
  return *utc;
}

}  // namespace ursa::ingest
