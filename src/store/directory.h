// A local directory as an object store: a key is a path below it.
//
// Get, Head and List are plain reads. Put makes an unnamed file (O_TMPFILE; where the file system
// has none, one in `.ursa-tmp/` at the root, which no listing shows), writes, fsyncs, gives it its
// name (linkat for kIfAbsent, rename otherwise) and fsyncs the directory. Symbolic links are
// followed; one that leads nowhere or in a circle is an error, never an absent object. Nor is a
// pipe, a socket or a device: Get and Head fail on it, and never wait; List passes over it.
// The etag is made of inode, size and modification time. Source: delta-format.md section 8.
#pragma once

#include <filesystem>
#include <memory>

#include "store/object_store.h"

namespace ursa::store {

// A directory that can only be read. kNotFound where it does not exist.
Result<std::unique_ptr<ReadableStore>> OpenDirectoryForReading(const std::filesystem::path& root);

// A directory for reading and writing; it has to exist.
Result<std::unique_ptr<ObjectStore>> OpenDirectory(const std::filesystem::path& root);

}  // namespace ursa::store
