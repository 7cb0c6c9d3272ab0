// Reading a change's line as ChangeToLine writes it, without a tree of JSON between: the lines of a
// plan are read when its file is, when their rows are decided, and when they are shown. Used by
// change.cc only.
#pragma once

#include <optional>
#include <string_view>

#include "plan/change.h"

namespace ursa::plan {

// The change of such a line. None for every other one, be it damaged or just written in another way
// (with escapes in its text, say): a JSON parser has to tell. What is read is what it would read.
std::optional<Change> TakeChangeLine(std::string_view line);

}  // namespace ursa::plan
