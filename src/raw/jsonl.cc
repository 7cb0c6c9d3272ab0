#include "raw/jsonl.h"

#include <array>

#include "raw/json_members.h"

namespace ursa::raw {
namespace {

// The first of them that is a number is the time.
constexpr std::array<std::string_view, 2> kTimeMembers = {"timestamp_ns", "timestamp"};

}  // namespace

Reading<TimeNs> ReadFirstJsonTime(std::string_view head, uint64_t size_bytes) {
  if (size_bytes == 0) {
    return NoSignal(ProblemCode::kEmpty, "it has no bytes");
  }
  bool any_line_ends = false;
  std::string_view rest = head;
  for (size_t newline = rest.find('\n'); newline != std::string_view::npos;
       newline = rest.find('\n')) {
    any_line_ends = true;
    const auto members = ReadJsonMembers(rest.substr(0, newline), kTimeMembers);
    rest.remove_prefix(newline + 1);
    if (!members) {
      continue;
    }
    for (const JsonMember& member : *members) {
      if (member.kind == JsonMember::Kind::kNumber) {
        return ToReading(ReadDecimalTime(member.text), member.text);
      }
    }
  }
  if (!any_line_ends && head.size() < size_bytes) {
    return NoSignal(ProblemCode::kLineTooLong,
                    "its first line does not end in the bytes that may be read, its first 64 KiB");
  }
  return NoSignal(ProblemCode::kNoWholeRow, "no whole line lies in the bytes that may be read");
}

}  // namespace ursa::raw
