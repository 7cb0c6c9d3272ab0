// An unnamed file for what does not fit into memory; it goes with the process. Used by this room
// only.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace ursa::plan {

// An open file for reading and writing in `directory`; the caller closes it. kUnavailable says to
// set TMPDIR.
Result<int> OpenTemporaryFile(const std::filesystem::path& directory);

// Appends all bytes. kUnavailable where the disk is full.
Result<void> AppendToTemporaryFile(int file, std::string_view bytes,
                                   const std::filesystem::path& directory);

// The error of the system call that just failed on a temporary file.
tl::unexpected<Error> TemporaryFileError(const std::filesystem::path& directory, const char* what);

}  // namespace ursa::plan
