// What a file of a directory is as an object. Included in this room only.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>

#include "store/object_store.h"

namespace ursa::store {

TimeNs ModifiedAt(const struct stat& status);

// "<inode>-<size>-<ns>" in hexadecimal. Made for every file that is listed or read.
std::string EtagOf(const struct stat& status);

// The size that an etag of this form states; none for any other text.
std::optional<uint64_t> SizeInEtag(std::string_view etag);

ObjectInfo InfoOf(std::string_view key, const struct stat& status);

// Whether an open file is as it was when `info` was made from it.
bool IsOf(const ObjectInfo& info, const struct stat& status);

// Whether a descriptor and a name in a directory are the same file: a link that NFS reports as
// failed may be ours.
bool IsSameFile(int file, int parent, const std::string& name);

}  // namespace ursa::store
