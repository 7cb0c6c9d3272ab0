// The earliest first sample of a recording, for one that no manifest says a start of.
// Source: raw-recordings.md section 3.3.
#pragma once

#include <optional>
#include <tl/expected.hpp>

#include "base/time.h"
#include "ingest/problem.h"
#include "raw/recording_objects.h"
#include "store/object_store.h"

namespace ursa::ingest {

// Over all workers that section 3.2 gives a first sample for, and over camera and screen, whose
// first whole row counts here. None where none has one; a problem where a read failed.
tl::expected<std::optional<TimeNs>, Problem> EarliestFirstSample(
    const store::ReadableStore& raw, const raw::RecordingObjects& objects);

}  // namespace ursa::ingest
