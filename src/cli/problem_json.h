// Problems of raw files and times, as records have them. Source: commands.md, "Output".
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "cli/table.h"
#include "ingest/problem.h"
#include "raw/problem.h"

namespace ursa::cli {

// [{"code", "key", "message"}]
Json ProblemsJson(const std::vector<raw::Problem>& problems);
Json ProblemsJson(const std::vector<ingest::Problem>& problems);

// Whether one of them leaves something for a person though the recording itself is done: names that
// could not be attached.
bool NeedsPerson(const std::vector<ingest::Problem>& problems);

// A derived time, with nine digits; null for none.
Json TimeJson(const std::optional<TimeNs>& time);

// Seconds as a number; null for none. Exact to the microsecond.
Json SecondsJson(const std::optional<Microseconds>& duration);

}  // namespace ursa::cli
