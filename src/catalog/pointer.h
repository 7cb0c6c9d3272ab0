// The pointer: which prefix holds the active catalog. The newest of
// ursa/active_catalog/<generation, 20 digits>.json says so; each is put if absent and never
// replaced. Source: catalog.md section 1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "store/object_store.h"

namespace ursa::catalog {

inline constexpr std::string_view kDefaultPrefix = "ursa/catalog";
inline constexpr std::string_view kPointerPrefix = "ursa/active_catalog/";

// The newest pointer. kCorrupt names one that is not what it must be.
struct Pointer {
  int64_t generation = 0;  // 0: there is none, and `prefix` is the default
  std::string prefix;
};
Result<Pointer> ReadPointer(const store::ReadableStore& assets);

// Creates the pointer after `previous`, the newest one. kAlreadyExists where somebody else did.
Result<void> CreatePointer(store::ObjectStore& assets, const std::string& prefix,
                           const Pointer& previous, const std::string& reason,
                           const std::string& by, TimeNs now);

}  // namespace ursa::catalog
