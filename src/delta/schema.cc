// A schema comes from whoever wrote the table. What is not known is refused by the column's name,
// so that nothing downstream meets a type that it can't hold; what is known but wrong is damage.
#include "delta/schema.h"

#include <unicode/unistr.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "delta/json_text.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;
// For writing: members stay in the order in which the protocol shows them.
using OrderedJson = nlohmann::ordered_json;

// Real schemas nest a few levels; deeper ones are an attack on the stack.
constexpr int kNestingMax = 64;

struct NamedKind {
  std::string_view name;
  TypeKind kind;
};

constexpr NamedKind kPrimitives[] = {
    {"string", TypeKind::kString},       {"long", TypeKind::kLong},
    {"integer", TypeKind::kInteger},     {"short", TypeKind::kShort},
    {"byte", TypeKind::kByte},           {"float", TypeKind::kFloat},
    {"double", TypeKind::kDouble},       {"boolean", TypeKind::kBoolean},
    {"binary", TypeKind::kBinary},       {"date", TypeKind::kDate},
    {"timestamp", TypeKind::kTimestamp}, {"void", TypeKind::kVoid},
};

// Names that differ in case only, in any script, have one folded form.
std::string FoldCase(const std::string& name) {
  std::string folded;
  icu::UnicodeString::fromUTF8(name).foldCase().toUTF8String(folded);
  return folded;
}

tl::unexpected<Error> Damaged(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "the table's schema is damaged: " + what);
}

// "decimal(10,2)", or "decimal" for (10,0).
Result<Type> ParseDecimalType(std::string_view name, const std::string& column) {
  Type type(TypeKind::kDecimal);
  type.precision = 10;
  if (name != "decimal") {
    const auto wrong = [&] {
      return Damaged("column " + column + " has the type " + std::string(name));
    };
    if (!name.starts_with("decimal(") || !name.ends_with(")")) {
      return wrong();
    }
    name.remove_prefix(8);
    name.remove_suffix(1);
    const char* const end = name.data() + name.size();
    auto [comma, first] = std::from_chars(name.data(), end, type.precision);
    if (first != std::errc() || comma == end || *comma != ',') {
      return wrong();
    }
    ++comma;
    while (comma != end && *comma == ' ') {
      ++comma;
    }
    const auto [rest, second] = std::from_chars(comma, end, type.scale);
    if (second != std::errc() || rest != end) {
      return wrong();
    }
  }
  if (type.precision < 1 || type.precision > 38 || type.scale < 0 || type.scale > type.precision) {
    return Damaged("column " + column + " has a decimal type out of range");
  }
  return type;
}

Result<Type> ParseType(const Json& json, const std::string& column, int depth);

Result<bool> ParseBoolean(const Json& json, const char* name, const std::string& column) {
  const Json* member = FindMember(json, name);
  if (member == nullptr || !member->is_boolean()) {
    return Damaged("column " + column + " lacks " + name);
  }
  return member->get<bool>();
}

Result<std::vector<Field>> ParseFields(const Json& json, const std::string& parent, int depth) {
  const Json* list = FindMember(json, "fields");
  if (list == nullptr || !list->is_array()) {
    return Damaged("a struct has no fields");
  }
  std::vector<Field> fields;
  std::set<std::string> names;
  for (const Json& entry : *list) {
    const Json* name = entry.is_object() ? FindMember(entry, "name") : nullptr;
    const Json* type = entry.is_object() ? FindMember(entry, "type") : nullptr;
    if (name == nullptr || !name->is_string() || type == nullptr) {
      return Damaged("a field has no name or no type");
    }
    Field field;
    field.name = name->get<std::string>();
    const std::string column = parent.empty() ? field.name : parent + "." + field.name;
    if (!names.insert(FoldCase(field.name)).second) {
      return Damaged("two columns are called " + column + " (case does not count)");
    }
    URSA_TRY(field.type, ParseType(*type, column, depth));
    URSA_TRY(field.nullable, ParseBoolean(entry, "nullable", column));
    if (const Json* metadata = FindMember(entry, "metadata");
        metadata != nullptr && metadata->is_object()) {
      field.metadata = metadata->dump();
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<Type> ParseNested(const Json& json, const std::string& column, int depth) {
  const Json* name = FindMember(json, "type");
  if (name == nullptr || !name->is_string()) {
    return Damaged("column " + column + " has a type without a name");
  }
  if (*name == "struct") {
    URSA_TRY(std::vector<Field> fields, ParseFields(json, column, depth));
    return Type::Struct(std::move(fields));
  }
  if (*name == "array") {
    const Json* element = FindMember(json, "elementType");
    if (element == nullptr) {
      return Damaged("the array " + column + " has no elementType");
    }
    URSA_TRY(Type type, ParseType(*element, column + ".element", depth));
    URSA_TRY(const bool contains_null, ParseBoolean(json, "containsNull", column));
    return Type::Array(std::move(type), contains_null);
  }
  if (*name == "map") {
    const Json* key = FindMember(json, "keyType");
    const Json* value = FindMember(json, "valueType");
    if (key == nullptr || value == nullptr) {
      return Damaged("the map " + column + " has no keyType or no valueType");
    }
    Type type(TypeKind::kMap);
    URSA_TRY(Type key_type, ParseType(*key, column + ".key", depth));
    URSA_TRY(Type value_type, ParseType(*value, column + ".value", depth));
    URSA_TRY(const bool contains_null, ParseBoolean(json, "valueContainsNull", column));
    type.children = {Field{"key", std::move(key_type), false, "{}"},
                     Field{"value", std::move(value_type), contains_null, "{}"}};
    return type;
  }
  return Fail(ErrorCode::kUnsupported,
              "column " + column + " has the type " + name->dump() + ", which is not supported");
}

Result<Type> ParseType(const Json& json, const std::string& column, int depth) {
  if (depth > kNestingMax) {
    return Damaged("it is nested more than " + std::to_string(kNestingMax) + " levels deep");
  }
  if (json.is_object()) {
    return ParseNested(json, column, depth + 1);
  }
  if (!json.is_string()) {
    return Damaged("column " + column + " has no type");
  }
  const auto name = json.get<std::string>();
  for (const NamedKind& primitive : kPrimitives) {
    if (primitive.name == name) {
      return Type(primitive.kind);
    }
  }
  if (name.starts_with("decimal")) {
    return ParseDecimalType(name, column);
  }
  return Fail(ErrorCode::kUnsupported,
              "column " + column + " has the type " + name + ", which is not supported");
}

std::string_view PrimitiveName(TypeKind kind) {
  for (const NamedKind& primitive : kPrimitives) {
    if (primitive.kind == kind) {
      return primitive.name;
    }
  }
  return "";
}

OrderedJson TypeToJson(const Type& type);

OrderedJson MetadataToJson(const Field& field) {
  OrderedJson metadata = OrderedJson::parse(field.metadata, nullptr, false);
  return metadata.is_object() ? metadata : OrderedJson::object();
}

OrderedJson FieldsToJson(const std::vector<Field>& fields) {
  OrderedJson list = OrderedJson::array();
  for (const Field& field : fields) {
    list.push_back(OrderedJson{{"name", field.name},
                               {"type", TypeToJson(field.type)},
                               {"nullable", field.nullable},
                               {"metadata", MetadataToJson(field)}});
  }
  return OrderedJson{{"type", "struct"}, {"fields", std::move(list)}};
}

OrderedJson TypeToJson(const Type& type) {
  switch (type.kind) {
    case TypeKind::kStruct:
      return FieldsToJson(type.children);
    case TypeKind::kArray:
      return OrderedJson{{"type", "array"},
                         {"elementType", TypeToJson(type.children[0].type)},
                         {"containsNull", type.children[0].nullable}};
    case TypeKind::kMap:
      return OrderedJson{{"type", "map"},
                         {"keyType", TypeToJson(type.children[0].type)},
                         {"valueType", TypeToJson(type.children[1].type)},
                         {"valueContainsNull", type.children[1].nullable}};
    default:
      return TypeName(type);
  }
}

}  // namespace

Type Type::Array(Type element, bool contains_null) {
  Type type(TypeKind::kArray);
  type.children = {Field{"element", std::move(element), contains_null, "{}"}};
  return type;
}

Type Type::Struct(std::vector<Field> fields) {
  Type type(TypeKind::kStruct);
  type.children = std::move(fields);
  return type;
}

bool Type::operator==(const Type& other) const {
  return kind == other.kind && precision == other.precision && scale == other.scale &&
         children == other.children;
}

std::optional<size_t> Schema::IndexOf(std::string_view name) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) {
      return i;
    }
  }
  return std::nullopt;
}

Result<Schema> ParseSchema(std::string_view text) {
  const auto json = ParseJson(text);
  if (!json) {
    return Damaged(json.error().message);
  }
  const Json* type = json->is_object() ? FindMember(*json, "type") : nullptr;
  if (type == nullptr || *type != "struct") {
    return Damaged("it is no struct");
  }
  Schema schema;
  URSA_TRY(schema.fields, ParseFields(*json, "", 0));
  return schema;
}

std::string SchemaToJson(const Schema& schema) {
  return FieldsToJson(schema.fields).dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string TypeName(const Type& type) {
  switch (type.kind) {
    case TypeKind::kDecimal:
      return "decimal(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
    case TypeKind::kArray:
      return "array<" + TypeName(type.children[0].type) + ">";
    case TypeKind::kMap:
      return "map<" + TypeName(type.children[0].type) + ", " + TypeName(type.children[1].type) +
             ">";
    case TypeKind::kStruct: {
      std::string text = "struct<";
      for (size_t i = 0; i < type.children.size(); ++i) {
        text +=
            (i == 0 ? "" : ", ") + type.children[i].name + ": " + TypeName(type.children[i].type);
      }
      return text + ">";
    }
    default:
      return std::string(PrimitiveName(type.kind));
  }
}

}  // namespace ursa::delta
