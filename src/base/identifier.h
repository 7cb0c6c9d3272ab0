// What the catalog takes for an id. Source: catalog.md section 2.
#pragma once

#include <string_view>

namespace ursa {

// Whether `text` matches [A-Za-z0-9_-]+.
bool IsId(std::string_view text);

}  // namespace ursa
