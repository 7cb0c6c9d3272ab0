#include "delta/json_text.h"

#include <nlohmann/json.hpp>

namespace ursa::delta {
namespace {

// Brackets inside strings don't count. For a text that is no JSON the answer is right up to the
// place where the parser will stop.
bool NestsTooDeep(std::string_view text) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kJsonDepthMax) {
        return true;
      }
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<nlohmann::json> ParseJson(std::string_view text) {
  if (NestsTooDeep(text)) {
    return Fail(ErrorCode::kCorrupt,
                "it nests more than " + std::to_string(kJsonDepthMax) + " levels deep");
  }
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    return Fail(ErrorCode::kCorrupt, "it is no JSON");
  }
  return json;
}

const nlohmann::json* FindMember(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

}  // namespace ursa::delta
