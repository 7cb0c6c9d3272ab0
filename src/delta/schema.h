// The schema of a Delta table. Source: delta-format.md section 5 and PROTOCOL.md, "Schema
// Serialization Format". Plain data without Arrow, so that every room may use it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ursa::delta {

enum class TypeKind {
  kString,
  kLong,
  kInteger,
  kShort,
  kByte,
  kFloat,
  kDouble,
  kBoolean,
  kBinary,
  kDate,       // days since the epoch
  kTimestamp,  // microseconds since the epoch, UTC
  kDecimal,
  kVoid,  // a column of nulls without data
  kArray,
  kMap,
  kStruct,
};

struct Field;

// A type. Arrays have one child ("element"), maps two ("key", "value"), structs their fields.
struct Type {
  TypeKind kind = TypeKind::kString;
  int32_t precision = 0;  // of a decimal, 1 to 38
  int32_t scale = 0;
  std::vector<Field> children;

  Type() = default;
  Type(TypeKind of_kind);  // NOLINT: a kind without parameters is a type
  static Type Array(Type element, bool contains_null);
  static Type Struct(std::vector<Field> fields);

  bool operator==(const Type&) const;
};

struct Field {
  std::string name;
  Type type;
  bool nullable = true;
  std::string metadata = "{}";  // a JSON object, kept as it is but for the order of its members

  bool operator==(const Field&) const = default;
};

// Only here is Field complete, which a vector of it needs.
inline Type::Type(TypeKind of_kind) : kind(of_kind) {}

struct Schema {
  std::vector<Field> fields;

  // The position of the column with exactly this name.
  [[nodiscard]] std::optional<size_t> IndexOf(std::string_view name) const;
  bool operator==(const Schema&) const = default;
};

// Parses a schemaString. kUnsupported names the column and the type that is not known; kCorrupt
// for anything that is no schema. Names must be unique ignoring case; types nest 64 levels at most.
Result<Schema> ParseSchema(std::string_view json);

// The schemaString of a schema.
std::string SchemaToJson(const Schema& schema);

// "long", "decimal(10,2)", "array<string>", "struct<start: double, end: double>": for messages.
std::string TypeName(const Type& type);

}  // namespace ursa::delta
