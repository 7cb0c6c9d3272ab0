#include "catalog/prefix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "catalog/tables.h"
#include "delta/log_listing.h"

namespace ursa::catalog {
namespace {

constexpr size_t kPrefixBytesMax = 512;
constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-=/";
// What Ursa keeps in the assets beside catalogs.
constexpr std::array<std::string_view, 2> kReserved = {"ursa/active_catalog", "ursa/work"};

tl::unexpected<Error> RefusePrefix(std::string_view prefix, std::string_view what,
                                   std::string_view why) {
  return Fail(ErrorCode::kUsage, fmt::format("'{}' can't be {}: {}; give one such as "
                                             "ursa/backups/2026-05-07",
                                             prefix, what, why));
}

// True where one is the other, or lies in it.
bool Overlap(std::string_view a, std::string_view b) {
  const auto [shorter, longer] = std::minmax(
      a, b, [](std::string_view left, auto right) { return left.size() < right.size(); });
  return longer.starts_with(shorter) &&
         (longer.size() == shorter.size() || longer[shorter.size()] == '/');
}

}  // namespace

Result<bool> HoldsAnything(const store::ReadableStore& assets, const std::string& prefix) {
  URSA_TRY(const store::ListPage page, assets.List(prefix, {}));
  return !page.objects.empty();
}

Result<std::string> CheckNewPrefix(std::string prefix, std::string_view what) {
  const std::string given = prefix;
  if (prefix.ends_with('/')) {
    prefix.pop_back();
  }
  if (given.find("://") != std::string::npos || given.starts_with('/')) {
    return RefusePrefix(given, what, "it is a place within the assets, not an address or a path");
  }
  if (prefix.find_first_not_of(kPlain) != std::string::npos) {
    return RefusePrefix(given, what,
                        "it may have letters, digits and . _ - = only, in parts joined by /");
  }
  if (prefix.size() > kPrefixBytesMax || !store::CheckKey(prefix)) {
    return RefusePrefix(given, what, "it must be plain names joined by /, of 512 bytes at most");
  }
  for (const std::string_view reserved : kReserved) {
    URSA_CHECK(CheckDisjoint(prefix, reserved, what));
  }
  return prefix;
}

Result<void> CheckDisjoint(const std::string& prefix, std::string_view taken,
                           std::string_view what) {
  return Overlap(prefix, taken) ? RefusePrefix(prefix, what, fmt::format("it meets {}", taken))
                                : Result<void>();
}

Result<void> CheckInNoCatalog(const store::ReadableStore& assets, const std::string& prefix,
                              std::string_view what) {
  for (size_t slash = prefix.find('/'); slash != std::string::npos;
       slash = prefix.find('/', slash + 1)) {
    const std::string above = prefix.substr(0, slash);
    URSA_TRY(const bool in_table, HoldsAnything(assets, delta::LogPrefix(above)));
    URSA_TRY(const bool in_catalog,
             HoldsAnything(assets, delta::LogPrefix(above + "/" + std::string(kRecordings))));
    if (in_table || in_catalog) {
      return RefusePrefix(prefix, what,
                          fmt::format("{} is {}", above, in_table ? "a table" : "a catalog"));
    }
  }
  return {};
}

}  // namespace ursa::catalog
