// The rigs' network disk, which has every recording's participant.txt.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::cli {

// The directory for reading; null where it does not exist or holds no rec_* directory, as that of a
// disk that is not mounted. An error where it can't be looked at. A key whose name something else
// than a file has (a directory, a link that leads nowhere, a pipe) is kUnavailable, not kNotFound.
Result<std::unique_ptr<store::ReadableStore>> OpenNas(const std::filesystem::path& root);

}  // namespace ursa::cli
