// The grammar of a JSON number. Source: RFC 8259 section 6.
#pragma once

#include <cstddef>
#include <string_view>

namespace ursa {

// How many characters at the start of `text` are a JSON number; 0 where it begins with none.
size_t JsonNumberLength(std::string_view text);

}  // namespace ursa
