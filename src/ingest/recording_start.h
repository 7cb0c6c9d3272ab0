// When a recording started: by its manifests, its first samples, or its name.
//
// In this order: started_at of the manifest that counts, of the legacy one, the earliest of the
// node manifests; the earliest first sample over all workers; the stamp in the recording's id. A
// manifest's time that does not parse, or is not plausible, is passed over; a stamp that is not
// plausible is no start.
// Source: raw-recordings.md section 3.3.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/result.h"
#include "base/time.h"
#include "ingest/problem.h"
#include "ingest/recording_listing.h"
#include "ingest/recording_manifests.h"
#include "ingest/rig_time.h"
#include "store/object_store.h"

namespace ursa::ingest {

// What says when a recording started.
enum class StartSource { kManifest, kLegacyManifest, kNodeManifest, kFirstSample, kRecordingId };

// The stable name: manifest, legacy_manifest, node_manifest, first_sample, recording_id.
std::string_view StartSourceName(StartSource source);

struct RecordingStart {
  TimeNs time;
  StartSource source = StartSource::kRecordingId;
  std::string key;  // of the manifest that says it; empty where none does
};

// The start, or the problem because of which the recording has none: a local time that a clock
// change skips, a stamp from before 2000 or after 2099 and nothing else, a failed read.
tl::expected<RecordingStart, Problem> DeriveRecordingStart(const store::ReadableStore& raw,
                                                           const RecordingListing& listing,
                                                           const RecordingManifests& manifests,
                                                           const RigTimezone& timezone);

// A manifest's time in UTC; none where it has none that parses to a plausible time.
tl::expected<std::optional<TimeNs>, Problem> PlausibleTime(const std::optional<IsoTime>& time,
                                                           const std::string& key,
                                                           const RigTimezone& timezone);

}  // namespace ursa::ingest
