// The object that says what a backup is of:
//
//   {"catalog": URI, "begun_at": time, "by": engine,
//    "tables": [{"table": name, "table_id": UUID, "version": n}, ...]}

#include "catalog/backup_pins.h"

#include <nlohmann/json.hpp>

namespace ursa::catalog {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kName = "/_backup.json";
constexpr uint64_t kBytesMax = 1 << 20;

std::optional<BackupPin> ParsePin(const Json& json) {
  if (!json.is_object()) {
    return std::nullopt;
  }
  const Json table = json.value("table", Json());
  const Json id = json.value("table_id", Json());
  const Json version = json.value("version", Json());
  if (!table.is_string() || !id.is_string() || !version.is_number_unsigned() ||
      version.get<uint64_t>() > INT64_MAX) {
    return std::nullopt;
  }
  return BackupPin{table.get<std::string>(), id.get<std::string>(), version.get<int64_t>()};
}

std::optional<BackupPins> ParsePins(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.value("catalog", Json()).is_string() ||
      !json.value("tables", Json()).is_array()) {
    return std::nullopt;
  }
  BackupPins pins;
  pins.catalog = json["catalog"].get<std::string>();
  for (const Json& entry : json["tables"]) {
    auto pin = ParsePin(entry);
    if (!pin || !store::CheckKey(pin->table) || pin->table.find('/') != std::string::npos) {
      return std::nullopt;
    }
    pins.tables.push_back(*std::move(pin));
  }
  return pins;
}

}  // namespace

std::string BackupPinsKey(const std::string& prefix) { return prefix + std::string(kName); }

std::string BackupPinsText(const BackupPins& pins, const std::string& engine_info, TimeNs now) {
  Json tables = Json::array();
  for (const BackupPin& pin : pins.tables) {
    tables.push_back({{"table", pin.table}, {"table_id", pin.table_id}, {"version", pin.version}});
  }
  const Json json{{"catalog", pins.catalog},
                  {"begun_at", FormatTime(std::chrono::floor<Microseconds>(now))},
                  {"by", engine_info},
                  {"tables", std::move(tables)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<std::optional<BackupPins>> ReadBackupPins(const store::ReadableStore& assets,
                                                 const std::string& prefix) {
  const std::string key = BackupPinsKey(prefix);
  const auto object = assets.Get(key, store::ByteRange::From(0, kBytesMax));
  if (!object && object.error().code == ErrorCode::kNotFound) {
    return std::nullopt;
  }
  if (!object) {
    return Propagate(object.error(), "reading what the backup is of");
  }
  auto pins = ParsePins(object->bytes);
  if (!pins) {
    return Fail(ErrorCode::kCorrupt, key + " does not say what it is a backup of: it is damaged");
  }
  return pins;
}

}  // namespace ursa::catalog
