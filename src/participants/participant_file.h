// participant.txt: the name or names that an operator typed for a recording.
//
//   Maya Chen            one name a line (LF, CRLF or CR),
//   jonas, ewan & zoe    or separated by ',', ';', '&' or the word "and" in any case
//
// Source: raw-recordings.md section 5.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ursa::participants {

// A file that is larger is no list of names.
inline constexpr size_t kParticipantFileBytesMax = size_t{64} << 10;

struct ParticipantFile {
  // The text without a byte order mark and the last line break, the others shown as "; ".
  std::string raw_name;
  // The names, cleaned (name.h), in the order of the file; blank ones are left out.
  std::vector<std::string> names;
  // Which names may be one that was typed last name first: lines of exactly two single words around
  // one comma. The numbers of both in `names`, each pair adjacent.
  std::vector<size_t> maybe_last_first;  // of the first of the two
};

// kInvalid where the bytes are not UTF-8, or more than kParticipantFileBytesMax.
Result<ParticipantFile> ParseParticipantFile(std::string_view bytes);

}  // namespace ursa::participants
