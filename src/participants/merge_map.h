// The merge map: whom the partial names mean that operators type. A text file like git's mailmap.
//
//   # a comment, from a '#' at the start of a line or behind white space to the line's end
//   Maya Chen = maya, m chen
//   Ewan McDonald <ewan-m> = ewan        fixes the slug
//   bell hooks =                         no alias: the name is itself, in any case, as it stands
//
// UTF-8 (a BOM is dropped), lines ended by LF, CRLF or CR. One canonical name may have several
// lines. Aliases are cleaned and compared by their case-folded form; canonical names have to be
// clean already. Source: raw-recordings.md section 5, "Merge map".
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "participants/slug.h"

namespace ursa::participants {

// A file that is larger is no merge map.
inline constexpr size_t kMergeMapBytesMax = size_t{4} << 20;

struct CanonicalName {
  std::string name;
  std::optional<std::string> fixed_slug;
  size_t line = 0;  // where it first stands, from 1
};

// Immutable. Thread-safe.
class MergeMap {
 public:
  // The map of no names.
  MergeMap() = default;

  // kUsage names file, line and rule. An alias has one target, no target is another's alias, no two
  // canonical names fix one slug, one canonical name has one spelling and one slug, and every
  // canonical name is clean and has a slug.
  static Result<MergeMap> Parse(std::string_view text, const std::string& file_name,
                                const Slugger& slugger);

  // Whom a clean name means: the target of an alias, or a canonical name in any case; null where
  // the map doesn't know it.
  [[nodiscard]] const CanonicalName* Find(std::string_view clean_name) const;

  // In the order of the file.
  [[nodiscard]] const std::vector<CanonicalName>& CanonicalNames() const { return names_; }
  [[nodiscard]] size_t AliasCount() const { return alias_count_; }

 private:
  friend class MergeMapParser;

  std::vector<CanonicalName> names_;
  std::map<std::string, size_t, std::less<>> by_folded_;  // aliases and names -> names_
  size_t alias_count_ = 0;
};

}  // namespace ursa::participants
