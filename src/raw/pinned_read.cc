#include "raw/pinned_read.h"

#include <fmt/format.h>

namespace ursa::raw {

Result<store::Object> ReadListed(const store::ReadableStore& raw, const store::ObjectInfo& file,
                                 store::ByteRange range, std::string_view what) {
  URSA_TRY_CONTEXT(auto object, raw.Get(file.key, range, file.etag),
                   fmt::format("reading {} of {}", what, file.key));
  if (object.size_bytes != file.size_bytes) {
    return Fail(ErrorCode::kPreconditionFailed,
                fmt::format("reading {} of {}: it had {} bytes when it was listed and has {} now; "
                            "run again when it is no longer written",
                            what, file.key, file.size_bytes, object.size_bytes));
  }
  return object;
}

}  // namespace ursa::raw
