// Members of a JSON object, numbers as their text has them: a time or a rate is never read through
// a float.
//
// RFC 8259 to the letter, and more than a parser into numbers and text can read of it: a number may
// be beyond every float, and an escaped surrogate may stand alone, as rigs write where they cut a
// window's title off. A byte order mark before the object is passed over.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ursa::raw {

struct JsonMember {
  enum class Kind { kNone, kNumber, kText, kOther };
  Kind kind = Kind::kNone;
  std::string text;  // of a number as it is written; of a text decoded
};

// The members `names`, in their order, of the object that `json` is as a whole; none where it is
// none. The last of several members with one name counts, and what lies deeper is passed over. Any
// bytes are accepted, in time and memory linear in them. Pure.
std::optional<std::vector<JsonMember>> ReadJsonMembers(std::string_view json,
                                                       std::span<const std::string_view> names);

}  // namespace ursa::raw
