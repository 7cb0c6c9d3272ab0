// Reading what was listed, and nothing else.
#pragma once

#include <string_view>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::raw {

// Reads a range of the very version of `file` that was listed; `what` says for messages what is
// read ("the header"). kPreconditionFailed where the object is another one by now, else the store's
// errors. Thread-safe where the store is. Source: raw-recordings.md section 3.1, "failed read".
Result<store::Object> ReadListed(const store::ReadableStore& raw, const store::ObjectInfo& file,
                                 store::ByteRange range, std::string_view what);

}  // namespace ursa::raw
