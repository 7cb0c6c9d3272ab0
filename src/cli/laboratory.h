// A profile, opened: the stores that a command works on.
//
// A dry run is given a Laboratory, in which nothing can write; a commit a WritableLaboratory, whose
// assets can be written. Which of the two a function takes is what says whether it may write.
// Source: architecture.md, "The one idea"; catalog.md, section 1.
#pragma once

#include <memory>
#include <string>

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

// The raw bucket for the one command that writes to it, and only what no rig wrote: manifests that
// a reconstruction puts if absent. Errors likewise.
Result<std::unique_ptr<store::ObjectStore>> OpenWritableRaw(const Profile& profile);

// What the raw_storage_uri of a row begins with: "local://raw", "r2://<bucket>", "s3://<bucket>".
// Source: raw-recordings.md section 4, "Rows of a manifest".
std::string RawLocation(const Profile& profile);

}  // namespace ursa::cli
