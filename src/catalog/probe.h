// The probe: a store that takes a conditional PUT and overwrites all the same would lose commits,
// so it is asked before the first one of a run. Source: catalog.md section 3, "Unknown outcomes".
#pragma once

#include <string>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::catalog {

// Makes a catalog's probe where there is none. Whether it was made may be left open.
Result<void> CreateProbe(store::ObjectStore& assets, const std::string& prefix);

// kRefused `probe_failed` where the store lets the probe be put a second time; where it can't be
// told, the error of the store.
Result<void> ProbeStore(store::ObjectStore& assets, const std::string& prefix);

}  // namespace ursa::catalog
