// Numbers in a JSON object, as their text has them: a time or a rate is never read through a float.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ursa::raw {

struct JsonNumbers {
  enum class Kind {
    kObject,          // `texts` has what there is
    kNoObject,        // other JSON, or none
    kNumberTooLarge,  // a number that no double can hold: what follows it was not read
  };
  Kind kind = Kind::kNoObject;
  // Of each name, in their order: the number that the member is. None where the object has no such
  // member or it is no number. The last of several members with one name counts.
  std::vector<std::optional<std::string>> texts;
};

// Reads the members `names` of the object that `json` is as a whole. Any bytes are accepted, in
// time linear in them; what lies deeper is passed over. Pure.
JsonNumbers ReadJsonNumbers(std::string_view json, std::span<const std::string_view> names);

}  // namespace ursa::raw
