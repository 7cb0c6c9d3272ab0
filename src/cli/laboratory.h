// A profile, opened: the stores that a command works on.
//
// A dry run is given a Laboratory, in which nothing can write; a commit a WritableLaboratory, whose
// assets can be written. Which of the two a function takes is what says whether it may write.
// Source: architecture.md, "The one idea"; catalog.md, section 1.
#pragma once

#include <memory>

#include "base/result.h"
#include "cli/config.h"
#include "cli/report.h"
#include "store/object_store.h"

namespace ursa::cli {

// For reading.
struct Laboratory {
  Profile profile;
  Environment environment = Environment::kProduction;
  std::unique_ptr<store::ReadableStore> raw;
  std::unique_ptr<store::ReadableStore> assets;
};

// The same with assets that can be written.
struct WritableLaboratory {
  Profile profile;
  Environment environment = Environment::kProduction;
  std::unique_ptr<store::ReadableStore> raw;
  std::unique_ptr<store::ObjectStore> assets;
};

// Opens the profile's stores. kNotFound (exit 4) where root, raw/ or assets/ is missing, and
// kUnsupported for a profile with an endpoint.
Result<Laboratory> OpenLaboratory(const Profile& profile);
Result<WritableLaboratory> OpenWritableLaboratory(const Profile& profile);

}  // namespace ursa::cli
