#include "delta/actions.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ursa::delta {
namespace {

using Json = nlohmann::ordered_json;

// A line is one action; even a metaData with a huge schema stays far below.
constexpr size_t kLineBytesMax = size_t{256} << 20;

tl::unexpected<Error> Damaged(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, what);
}

// The member of an object; null where it is absent or JSON's null.
const Json* Find(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

Result<std::string> RequiredString(const Json& object, const char* name) {
  const Json* member = Find(object, name);
  if (member == nullptr || !member->is_string()) {
    return Damaged(std::string(name) + " is missing or no string");
  }
  return member->get<std::string>();
}

Result<std::optional<std::string>> OptionalString(const Json& object, const char* name) {
  const Json* member = Find(object, name);
  if (member == nullptr) {
    return std::optional<std::string>();
  }
  if (!member->is_string()) {
    return Damaged(std::string(name) + " is no string");
  }
  return std::optional(member->get<std::string>());
}

Result<std::optional<int64_t>> OptionalInteger(const Json& object, const char* name) {
  const Json* member = Find(object, name);
  if (member == nullptr) {
    return std::optional<int64_t>();
  }
  if (!member->is_number_integer() ||
      (member->is_number_unsigned() &&
       member->get<uint64_t>() > static_cast<uint64_t>(INT64_MAX))) {
    return Damaged(std::string(name) + " is no integer of 64 bits");
  }
  return std::optional(member->get<int64_t>());
}

Result<int64_t> RequiredInteger(const Json& object, const char* name) {
  URSA_TRY(const auto value, OptionalInteger(object, name));
  if (!value) {
    return Damaged(std::string(name) + " is missing");
  }
  return *value;
}

Result<std::optional<uint64_t>> OptionalSize(const Json& object, const char* name) {
  URSA_TRY(const auto value, OptionalInteger(object, name));
  if (!value) {
    return std::optional<uint64_t>();
  }
  if (*value < 0) {
    return Damaged(std::string(name) + " is negative");
  }
  return std::optional(static_cast<uint64_t>(*value));
}

Result<bool> BooleanOr(const Json& object, const char* name, bool otherwise) {
  const Json* member = Find(object, name);
  if (member == nullptr) {
    return otherwise;
  }
  if (!member->is_boolean()) {
    return Damaged(std::string(name) + " is neither true nor false");
  }
  return member->get<bool>();
}

Result<std::vector<std::string>> StringList(const Json& object, const char* name) {
  std::vector<std::string> list;
  const Json* member = Find(object, name);
  if (member == nullptr) {
    return list;
  }
  if (!member->is_array()) {
    return Damaged(std::string(name) + " is no list");
  }
  for (const Json& entry : *member) {
    if (!entry.is_string()) {
      return Damaged(std::string(name) + " holds something that is no string");
    }
    list.push_back(entry.get<std::string>());
  }
  return list;
}

// A map of strings; `take` is given each name and its value (null or a string).
template <typename Take>
Result<void> ForEachString(const Json& object, const char* name, const Take& take) {
  const Json* member = Find(object, name);
  if (member == nullptr) {
    return {};
  }
  if (!member->is_object()) {
    return Damaged(std::string(name) + " is no object");
  }
  for (const auto& [key, value] : member->items()) {
    if (!value.is_null() && !value.is_string()) {
      return Damaged(std::string(name) + "." + key + " is no string");
    }
    take(key, value);
  }
  return {};
}

Result<PartitionValues> ParsePartitionValues(const Json& object) {
  PartitionValues values;
  URSA_CHECK(ForEachString(object, "partitionValues", [&](const std::string& key, const Json& value) {
    values[key] = value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
  }));
  return values;
}

Result<Protocol> ParseProtocol(const Json& json) {
  const auto version = [&](const char* name) -> Result<int32_t> {
    URSA_TRY(const int64_t value, RequiredInteger(json, name));
    if (value < 0 || value > INT32_MAX) {
      return Damaged(std::string(name) + " is out of range");
    }
    return static_cast<int32_t>(value);
  };
  Protocol protocol;
  URSA_TRY(protocol.min_reader_version, version("minReaderVersion"));
  URSA_TRY(protocol.min_writer_version, version("minWriterVersion"));
  URSA_TRY(protocol.reader_features, StringList(json, "readerFeatures"));
  URSA_TRY(protocol.writer_features, StringList(json, "writerFeatures"));
  return protocol;
}

Result<Metadata> ParseMetadata(const Json& json) {
  Metadata metadata;
  URSA_TRY(metadata.id, RequiredString(json, "id"));
  URSA_TRY(metadata.name, OptionalString(json, "name"));
  URSA_TRY(metadata.description, OptionalString(json, "description"));
  URSA_TRY(metadata.schema_string, RequiredString(json, "schemaString"));
  URSA_TRY(metadata.partition_columns, StringList(json, "partitionColumns"));
  URSA_TRY(metadata.created_time_ms, OptionalInteger(json, "createdTime"));
  URSA_CHECK(ForEachString(json, "configuration", [&](const std::string& key, const Json& value) {
    if (!value.is_null()) {
      metadata.configuration[key] = value.get<std::string>();
    }
  }));
  return metadata;
}

Result<Transaction> ParseTransaction(const Json& json) {
  Transaction transaction;
  URSA_TRY(transaction.app_id, RequiredString(json, "appId"));
  URSA_TRY(transaction.version, RequiredInteger(json, "version"));
  URSA_TRY(transaction.last_updated_ms, OptionalInteger(json, "lastUpdated"));
  return transaction;
}

Result<AddFile> ParseAdd(const Json& json) {
  AddFile add;
  URSA_TRY(const std::string path, RequiredString(json, "path"));
  URSA_TRY(add.path, DecodePath(path));
  if (Find(json, "deletionVector") != nullptr) {
    return Fail(ErrorCode::kUnsupported,
                "the table uses deletionVectors (on " + add.path + "), which are not supported");
  }
  URSA_TRY(add.partition_values, ParsePartitionValues(json));
  URSA_TRY(const auto size, OptionalSize(json, "size"));
  if (!size) {
    return Damaged("size is missing");
  }
  add.size_bytes = *size;
  URSA_TRY(const auto modified, OptionalInteger(json, "modificationTime"));
  add.modification_time_ms = modified.value_or(0);
  URSA_TRY(add.data_change, BooleanOr(json, "dataChange", true));
  URSA_TRY(add.stats, OptionalString(json, "stats"));
  return add;
}

Result<RemoveFile> ParseRemove(const Json& json) {
  RemoveFile remove;
  URSA_TRY(const std::string path, RequiredString(json, "path"));
  URSA_TRY(remove.path, DecodePath(path));
  URSA_TRY(remove.deletion_timestamp_ms, OptionalInteger(json, "deletionTimestamp"));
  URSA_TRY(remove.data_change, BooleanOr(json, "dataChange", true));
  URSA_TRY(remove.partition_values, ParsePartitionValues(json));
  URSA_TRY(remove.size_bytes, OptionalSize(json, "size"));
  return remove;
}

template <typename T>
Result<void> Append(Result<T> parsed, const std::string& kind, std::vector<Action>& actions) {
  if (!parsed) {
    return Propagate(std::move(parsed).error(), kind);
  }
  actions.emplace_back(std::move(*parsed));
  return {};
}

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json PartitionValuesJson(const PartitionValues& values) {
  Json json = Json::object();
  for (const auto& [column, value] : values) {
    json[column] = OrNull(value);
  }
  return json;
}

Json ToJson(const CommitInfo& info) { return {{"commitInfo", Json::parse(info.json)}}; }

Json ToJson(const Protocol& protocol) {
  return {{"protocol",
           {{"minReaderVersion", protocol.min_reader_version},
            {"minWriterVersion", protocol.min_writer_version}}}};
}

Json ToJson(const Metadata& metadata) {
  Json body{{"id", metadata.id}};
  if (metadata.name) {
    body["name"] = *metadata.name;
  }
  if (metadata.description) {
    body["description"] = *metadata.description;
  }
  body["format"] = Json{{"provider", "parquet"}, {"options", Json::object()}};
  body["schemaString"] = metadata.schema_string;
  body["partitionColumns"] = metadata.partition_columns;
  body["configuration"] = metadata.configuration;
  if (metadata.created_time_ms) {
    body["createdTime"] = *metadata.created_time_ms;
  }
  return {{"metaData", std::move(body)}};
}

Json ToJson(const Transaction& transaction) {
  Json body{{"appId", transaction.app_id}, {"version", transaction.version}};
  if (transaction.last_updated_ms) {
    body["lastUpdated"] = *transaction.last_updated_ms;
  }
  return {{"txn", std::move(body)}};
}

Json ToJson(const RemoveFile& remove) {
  Json body{{"path", EncodePath(remove.path)}};
  if (remove.deletion_timestamp_ms) {
    body["deletionTimestamp"] = *remove.deletion_timestamp_ms;
  }
  body["dataChange"] = remove.data_change;
  body["extendedFileMetadata"] = remove.size_bytes.has_value();
  if (remove.size_bytes) {
    body["partitionValues"] = PartitionValuesJson(remove.partition_values);
    body["size"] = *remove.size_bytes;
  }
  return {{"remove", std::move(body)}};
}

Json ToJson(const AddFile& add) {
  Json body{{"path", EncodePath(add.path)},
            {"partitionValues", PartitionValuesJson(add.partition_values)},
            {"size", add.size_bytes},
            {"modificationTime", add.modification_time_ms},
            {"dataChange", add.data_change}};
  if (add.stats) {
    body["stats"] = *add.stats;
  }
  return {{"add", std::move(body)}};
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// "s3://..", "file:/..": a scheme before the first slash.
bool HasScheme(std::string_view text) {
  const size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && colon < text.find('/') &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' ||
                  c == '.';
         });
}

bool StaysInside(std::string_view path) {
  size_t start = 0;
  while (true) {
    const size_t slash = path.find('/', start);
    const std::string_view part = path.substr(start, slash - start);
    if (part.empty() || part == "." || part == ".." ||
        part.find('\0') != std::string_view::npos) {
      return false;
    }
    if (slash == std::string_view::npos) {
      return true;
    }
    start = slash + 1;
  }
}

}  // namespace

Result<void> ParseAction(const Json& json, std::vector<Action>& actions) {
  if (!json.is_object()) {
    return Damaged("it is no JSON object");
  }
  for (const auto& [kind, body] : json.items()) {
    if (body.is_null()) {
      continue;
    }
    const bool known = kind == "commitInfo" || kind == "protocol" || kind == "metaData" ||
                       kind == "txn" || kind == "add" || kind == "remove";
    if (!known) {
      continue;
    }
    if (!body.is_object()) {
      return Damaged(kind + " is no object");
    }
    if (kind == "commitInfo") {
      actions.emplace_back(
          CommitInfo{body.dump(-1, ' ', false, Json::error_handler_t::replace)});
    } else if (kind == "protocol") {
      URSA_CHECK(Append(ParseProtocol(body), kind, actions));
    } else if (kind == "metaData") {
      URSA_CHECK(Append(ParseMetadata(body), kind, actions));
    } else if (kind == "txn") {
      URSA_CHECK(Append(ParseTransaction(body), kind, actions));
    } else if (kind == "add") {
      URSA_CHECK(Append(ParseAdd(body), kind, actions));
    } else {
      URSA_CHECK(Append(ParseRemove(body), kind, actions));
    }
  }
  return {};
}

Result<std::vector<Action>> ParseCommit(std::string_view text) {
  std::vector<Action> actions;
  size_t number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      continue;
    }
    if (line.size() > kLineBytesMax) {
      return Damaged("line " + std::to_string(number) + " is too long");
    }
    URSA_CHECK_CONTEXT(ParseAction(Json::parse(line, nullptr, false), actions),
                       "line " + std::to_string(number));
  }
  return actions;
}

std::string SerializeCommit(const std::vector<Action>& actions) {
  std::string text;
  for (size_t kind = 0; kind < std::variant_size_v<Action>; ++kind) {
    for (const Action& action : actions) {
      if (action.index() == kind) {
        const Json json = std::visit([](const auto& body) { return ToJson(body); }, action);
        text += json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
      }
    }
  }
  return text;
}

Result<std::string> DecodePath(std::string_view uri_reference) {
  if (HasScheme(uri_reference) || uri_reference.starts_with('/')) {
    return Fail(ErrorCode::kUnsupported, "the table names its file by an absolute path, " +
                                             std::string(uri_reference) +
                                             ", which is not supported");
  }
  std::string path;
  for (size_t i = 0; i < uri_reference.size(); ++i) {
    if (uri_reference[i] != '%') {
      path += uri_reference[i];
      continue;
    }
    const int high = i + 2 < uri_reference.size() ? HexDigit(uri_reference[i + 1]) : -1;
    const int low = i + 2 < uri_reference.size() ? HexDigit(uri_reference[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return Damaged("the path " + std::string(uri_reference) + " is no URI");
    }
    path += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!StaysInside(path)) {
    return Damaged("the path " + std::string(uri_reference) + " leads out of the table");
  }
  return path;
}

std::string EncodePath(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 && std::isalnum(byte) != 0) || kPlain.find(c) != std::string_view::npos) {
      text += c;
    } else {
      text += '%';
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
  }
  return text;
}

}  // namespace ursa::delta
