// The keys with which a bucket is opened: from the environment, else from ~/.aws/credentials. They
// never stand in the configuration or in a flag, and are never shown.
// Source: commands.md, "Configuration".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/process.h"
#include "store/s3.h"

namespace ursa::cli {

// What a bucket is to a laboratory; each may have keys of its own.
enum class BucketRole { kRaw, kAssets };

// "raw" or "assets".
std::string_view BucketRoleName(BucketRole role);

// The first of: URSA_RAW_... (URSA_ASSETS_...), R2_..., AWS_..., each ACCESS_KEY_ID and
// SECRET_ACCESS_KEY, with SESSION_TOKEN where there is one; the section AWS_PROFILE, else
// "default", of AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials. kUsage where there is none,
// or a key without its secret: the next ones are then not tried, as half of a pair is a slip. The
// process leaves no core and can't be traced by its like from then on.
Result<store::S3Credentials> FindCredentials(const Process& process, BucketRole role);

}  // namespace ursa::cli
