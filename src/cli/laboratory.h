// A profile, opened: the stores that a command works on.
//
// A dry run is given a Laboratory, in which nothing can write; a commit a WritableLaboratory, whose
// assets can be written. Which of the two a function takes is what says whether it may write.
// Source: architecture.md, "The one idea"; catalog.md, section 1.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/credentials.h"
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

// What a command may write to. Only assets, but for the one that writes manifests too.
enum class Writes { kAssets, kAssetsAndRaw };

// Staging where every place that is written to is staging: a bucket by its name (-test, -staging),
// a directory by the file .ursa-staging at its root. Source: catalog.md, section 1.
Environment EnvironmentOf(const Profile& profile, Writes writes);

// Opens the profile's stores. kNotFound (exit 4) where a directory's root, raw/ or assets/ is
// missing; kUsage where a bucket's credentials are. Of buckets nothing is read yet.
Result<Laboratory> OpenLaboratory(const Invocation& invocation, const Profile& profile,
                                  Writes writes = Writes::kAssets);
Result<WritableLaboratory> OpenWritableLaboratory(const Invocation& invocation,
                                                  const Profile& profile,
                                                  Writes writes = Writes::kAssets);

// One of the two by itself; only what must write to raw opens that so. Errors likewise.
Result<std::unique_ptr<store::ReadableStore>> OpenBucket(const Invocation& invocation,
                                                         const Profile& profile, BucketRole role);
Result<std::unique_ptr<store::ObjectStore>> OpenWritableBucket(const Invocation& invocation,
                                                               const Profile& profile,
                                                               BucketRole role);

// The raw bucket for streaming whole data files. A read ends at once where the run is interrupted,
// and with kUnavailable where it moves nothing for `stall`; no read is tried again inside, since
// whoever streams knows how far it came.
Result<std::unique_ptr<store::ReadableStore>> OpenRawForStreams(const Invocation& invocation,
                                                                const Profile& profile,
                                                                std::chrono::seconds stall);

// How a bucket of a profile that has buckets is opened.
Result<store::S3Settings> S3SettingsOf(const Invocation& invocation, const Profile& profile,
                                       BucketRole role);

// By how much this machine's clock is ahead of the one that stamps the objects of the raw bucket; 0
// of a directory. Asks the service.
Result<Nanoseconds> RawClockAhead(const Invocation& invocation, const Profile& profile);

// What the raw_storage_uri of a row begins with: "local://raw", "r2://<bucket>", "s3://<bucket>".
// Source: raw-recordings.md section 4, "Rows of a manifest".
std::string RawLocation(const Profile& profile);

}  // namespace ursa::cli
