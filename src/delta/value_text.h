// The JSON form of a value (delta/value.h) written and read as text, without a tree between: a plan
// of a million changes has some ten million of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "delta/schema.h"
#include "delta/value.h"

namespace ursa::delta {

// Appends a string as JSON has it. Bytes that are no UTF-8 are replaced: they can't come from a
// table, and must not end the program either.
void AppendJsonText(std::string& text, std::string_view value);

// Appends the value, which must be one of `type`: a text of ValueToJson(type, value), always the
// same one.
void AppendJsonValue(std::string& text, const Type& type, const Value& value);

// Take something from the start of `text`, in the very way in which the above write it. None where
// it is written in another way or not at all (escapes, spaces, rare types): then what is left of
// `text` means nothing, and only a JSON parser and ValueFromJson can tell. What they do take is
// what those would make of it.
std::optional<std::string_view> TakeJsonText(std::string_view& text);
std::optional<Value> TakeJsonValue(std::string_view& text, const Type& type);

}  // namespace ursa::delta
