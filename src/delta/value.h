// A single value of a table, without Arrow: what plans state, rows are made of, and JSON shows.
//
// JSON form (also that of plan files and of `ursa table read --json`): timestamps as ISO 8601 with
// six digits and Z, dates as YYYY-MM-DD, binary as base64, decimals as strings, arrays as lists,
// structs as objects, maps as lists of {"key", "value"}, non-finite numbers as "NaN", "Infinity",
// "-Infinity". Source: commands.md, "table read".
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "delta/schema.h"

namespace ursa::delta {

// null; boolean; integers, dates (days) and timestamps (us) as int64; float and double; string,
// binary and decimal (its text, with exactly `scale` digits after the point); array elements,
// struct fields in the schema's order, and a map's entries, each a list of key and value.
struct Value {
  using List = std::vector<Value>;
  std::variant<std::monostate, bool, int64_t, double, std::string, List> data;

  Value() = default;
  Value(bool value) : data(value) {}                      // NOLINT: values are written as literals
  Value(int64_t value) : data(value) {}                   // NOLINT
  Value(double value) : data(value) {}                    // NOLINT
  Value(std::string value) : data(std::move(value)) {}    // NOLINT
  Value(const char* value) : data(std::string(value)) {}  // NOLINT
  Value(List value) : data(std::move(value)) {}           // NOLINT
  Value(TimeUs value) : data(int64_t{value.time_since_epoch().count()}) {}  // NOLINT

  [[nodiscard]] bool IsNull() const { return std::holds_alternative<std::monostate>(data); }
  // The bits of doubles count: NaN equals NaN, and 0 is not -0.
  bool operator==(const Value& other) const;
};

// One row: a value for each column of a schema, in its order.
using Row = std::vector<Value>;

// The value, which must be one of `type`, in the form above.
nlohmann::json ValueToJson(const Type& type, const Value& value);

// The inverse, exact for every value. kInvalid says what was expected: a number in range of the
// type; no null within a value where the type has none, and no member that it lacks. A timestamp
// without an offset is UTC; what is finer than a microsecond is cut off.
Result<Value> ValueFromJson(const Type& type, const nlohmann::json& json);

}  // namespace ursa::delta
