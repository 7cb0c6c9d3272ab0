// Put if absent, until it is known who did it. The store sends a conditional PUT once; what its
// answer leaves open is settled here, by reading back what lies there.
//
// Source: catalog.md section 3, "Unknown outcomes".
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "base/environment.h"
#include "base/result.h"
#include "store/object_store.h"

namespace ursa::store {

// How long to try: until `deadline`, by the steady clock.
struct Patience {
  Nanoseconds deadline;
  std::stop_token stop;
  Clock& clock;
  Random& random;
};

enum class PutOutcome {
  kDone,   // what lies there is ours
  kTaken,  // it is another's, for good
};

// Whether what is put is put ahead of what will refer to it (ObjectStore::PutAhead).
enum class PutOrder { kByItself, kAhead };

// Puts `bytes` at `key` where there is nothing yet. `is_ours` says whether what lies there is what
// was put, kNotFound where nothing does; only bytes that nobody else puts can be told so. Without
// `patience` there is one attempt. kUnknownOutcome where it can't be told: then what was put may
// still appear. Every other error: nothing was put.
Result<PutOutcome> PutIfAbsent(ObjectStore& store, std::string_view key, std::string_view bytes,
                               const std::function<Result<bool>()>& is_ours,
                               const std::optional<Patience>& patience,
                               PutOrder order = PutOrder::kByItself);

}  // namespace ursa::store
