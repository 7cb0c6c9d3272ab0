// The answer to ListObjectsV2, read and judged. A listing that a command works through must not be
// short or out of order: what is not in it counts as absent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::store {

struct S3Listing {
  std::vector<ObjectInfo> objects;    // in key order
  std::vector<std::string> prefixes;  // in order
  bool truncated = false;
  std::string continuation;  // not empty where truncated

  // The last key or prefix; "" where there is none.
  [[nodiscard]] std::string_view Last() const;
};

// Reads one page. kCorrupt where it is no listing, a value is missing or unreadable, or it is out
// of order.
Result<S3Listing> ParseListing(std::string_view xml);

// kCorrupt unless every name begins with `prefix` and comes after `after`. A prefix into which
// `start_after` itself was folded is allowed: services list it again.
Result<void> CheckListing(const S3Listing& listing, std::string_view prefix,
                          std::string_view start_after, std::string_view after);

// Leaves out what ListPage does not have: prefixes up to `start_after`, and zero-byte objects whose
// key ends in a slash.
void Tidy(S3Listing& listing, std::string_view start_after);

}  // namespace ursa::store
