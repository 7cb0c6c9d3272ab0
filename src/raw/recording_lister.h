// Listings of recordings: of one, and of the many that a command works on, which share requests
// where they are neighbours (store/shared_listing.h). Source: raw-recordings.md section 1.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/object_store.h"
#include "store/shared_listing.h"

namespace ursa::raw {

// All objects below a recording's prefix, in key order. kInvalid where the id is no plain name (a
// catalog may hold any text), else the store's errors.
Result<std::vector<store::ObjectInfo>> ListObjects(const store::ReadableStore& raw,
                                                   std::string_view recording_id);

// Thread-safe.
class RecordingLister {
 public:
  // The id of recording `number`, of 0 .. count - 1; "" for one that will not be listed. Called by
  // any thread.
  using IdOf = std::function<std::string_view(size_t number)>;

  // `raw` must live longer. Up to `jobs` threads list.
  RecordingLister(const store::ReadableStore& raw, size_t count, IdOf id_of, size_t jobs);

  // ListObjects of recording `number`. Each one is listed once, in about the order of the numbers;
  // memory grows with those that have an id and are not listed.
  Result<std::vector<store::ObjectInfo>> List(size_t number);

 private:
  const IdOf id_of_;
  store::SharedListing listing_;
};

}  // namespace ursa::raw
