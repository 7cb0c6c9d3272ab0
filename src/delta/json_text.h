// JSON from outside (a table's log, its schema): bytes that anybody may have written.
//
// The library's parser needs no stack however deep a text nests, but printing, comparing and
// copying what it made do; so a text that nests deeper than any table needs is refused here, before
// it becomes a value.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "base/result.h"

namespace ursa::delta {

// How deep a text may nest. A schema spends up to three levels on each of its own 64.
inline constexpr size_t kJsonDepthMax = 256;

// The value of a JSON text. kCorrupt where it is none (numbers that no double holds included), has
// bytes that are no UTF-8, or nests too deep. Of members with one name the last counts.
Result<nlohmann::json> ParseJson(std::string_view text);

// The member of an object; null where it is absent or JSON's null.
const nlohmann::json* FindMember(const nlohmann::json& object, const char* name);

}  // namespace ursa::delta
