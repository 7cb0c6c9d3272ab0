// How a log names data files: a URI reference, relative to the table's root, percent-encoded once.
//
// A path comes from whoever wrote the log, and becomes a key that is read, and after a vacuum one
// that is deleted. So it has to stay inside the table and out of its log, whatever it says.
// Source: delta-format.md section 4 and PROTOCOL.md, "Add File and Remove File".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ursa::delta {

// The path that a URI reference means: decoded once, a `+` stays a plus. kUnsupported names an
// absolute one. kCorrupt: a % without two hex digits, no UTF-8, NUL, parts that are empty, "." or
// "..", or a file of the log itself.
Result<std::string> DecodePath(std::string_view uri_reference);

// A URI reference that DecodePath turns into `path` again.
std::string EncodePath(std::string_view path);

}  // namespace ursa::delta
