#include "ingest/first_samples.h"

namespace ursa::ingest {

tl::expected<std::optional<TimeNs>, Problem> EarliestFirstSample(const store::ReadableStore&,
                                                                 const raw::RecordingObjects&) {
  return std::nullopt;
}

}  // namespace ursa::ingest
