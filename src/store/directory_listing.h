// Listing a directory tree as keys, in the order of their bytes. Used by directory.cc only.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::store {

using MakeInfo = std::function<ObjectInfo(const std::string& key, const struct stat& status)>;

// One page of the tree below the open directory `root`, as ReadableStore::List has it. A directory
// is read whole, and only where it can hold a wanted key. `hidden` is a name at the root that is
// never shown. `root_path` is for messages.
Result<ListPage> ListDirectory(int root, const std::filesystem::path& root_path,
                               std::string_view prefix, const ListOptions& options,
                               std::string_view hidden, const MakeInfo& make_info);

// ReadableStore::HasAnyFolder, without reading a large directory whole. A folder that is closed to
// us is an error only where no other one has an object.
Result<bool> DirectoryHasAnyFolder(int root, const std::filesystem::path& root_path,
                                   std::string_view prefix, std::string_view hidden);

}  // namespace ursa::store
