#include "catalog/pointer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace ursa::catalog {
namespace {

constexpr size_t kGenerationDigits = 20;

// The generation in a pointer's key; none where the key is no pointer's.
std::optional<int64_t> GenerationOf(std::string_view key) {
  constexpr std::string_view kSuffix = ".json";
  key.remove_prefix(kPointerPrefix.size());
  if (key.size() != kGenerationDigits + kSuffix.size() || !key.ends_with(kSuffix)) {
    return std::nullopt;
  }
  int64_t generation = 0;
  for (const char digit : key.substr(0, kGenerationDigits)) {
    if (digit < '0' || digit > '9' || __builtin_mul_overflow(generation, 10, &generation) ||
        __builtin_add_overflow(generation, digit - '0', &generation)) {
      return std::nullopt;
    }
  }
  return generation;
}

}  // namespace

Result<Pointer> ReadPointer(const store::ReadableStore& assets) {
  URSA_TRY_CONTEXT(const auto objects, ListAll(assets, kPointerPrefix),
                   "looking for the active catalog's pointer");
  Pointer newest{0, std::string(kDefaultPrefix)};
  std::string newest_key;
  for (const store::ObjectInfo& object : objects) {
    const auto generation = GenerationOf(object.key);
    if (generation && *generation > newest.generation) {
      newest.generation = *generation;
      newest_key = object.key;
    }
  }
  if (newest_key.empty()) {
    return newest;
  }
  URSA_TRY(const store::Object object, assets.Get(newest_key));
  const auto parsed = nlohmann::json::parse(object.bytes, nullptr, false);
  const auto prefix = parsed.is_object() ? parsed.find("prefix") : parsed.end();
  if (!parsed.is_object() || prefix == parsed.end() || !prefix->is_string() ||
      !store::CheckKey(prefix->get<std::string>())) {
    return Fail(ErrorCode::kCorrupt,
                "the pointer " + newest_key + " names no catalog prefix; restore it from a backup");
  }
  newest.prefix = prefix->get<std::string>();
  return newest;
}

Result<void> CreatePointer(store::ObjectStore& assets, const std::string& prefix,
                           const Pointer& previous, const std::string& reason,
                           const std::string& by, TimeNs now) {
  const nlohmann::ordered_json body{
      {"prefix", prefix},
      {"activated_at", FormatTime(std::chrono::floor<Microseconds>(now))},
      {"by", by},
      {"reason", reason},
      {"previous", previous.generation == 0 ? nlohmann::ordered_json(nullptr)
                                            : nlohmann::ordered_json(previous.prefix)}};
  const std::string key = fmt::format("{}{:020}.json", kPointerPrefix, previous.generation + 1);
  auto put = assets.Put(key, body.dump(2) + "\n", store::PutCondition::kIfAbsent);
  if (put || put.error().code != ErrorCode::kUnknownOutcome) {
    return put;
  }
  // Whoever wrote it: it is there, or it is not.
  const auto newest = ReadPointer(assets);
  return newest && newest->prefix == prefix ? Result<void>() : put;
}

}  // namespace ursa::catalog
