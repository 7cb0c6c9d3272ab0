// Where a new catalog, or a backup, may lie in the assets. Source: catalog.md section 1.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::catalog {

// `prefix` without a slash at its end, where something may be made there: plain names (letters,
// digits, "._-="), joined by slashes, that meet nothing that Ursa keeps in the assets. kUsage;
// `what` is named in the message: "the prefix of a backup".
Result<std::string> CheckNewPrefix(std::string prefix, std::string_view what);

// `what` of a catalog.
inline constexpr std::string_view kCatalogPrefix = "the prefix of a catalog";

// kUsage unless the two, both prefixes, lie beside each other.
Result<void> CheckDisjoint(const std::string& prefix, std::string_view taken,
                           std::string_view what);

// Whether a key begins with this.
Result<bool> HoldsAnything(const store::ReadableStore& assets, const std::string& prefix);

// kUsage where something above the prefix is a catalog or a table.
Result<void> CheckInNoCatalog(const store::ReadableStore& assets, const std::string& prefix,
                              std::string_view what);

}  // namespace ursa::catalog
