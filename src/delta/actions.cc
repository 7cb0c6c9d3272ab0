// Reading is lenient about what Ursa need not know (other actions, other fields), and strict about
// what it relies on: a number, a name or a path that is not what it must be makes its line damaged,
// and so the table unreadable. A guess here would be a row that is lost or comes back.
#include "delta/actions.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "delta/json_text.h"
#include "delta/protocol_gate.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;
// For writing: members stay in the order in which the protocol shows them.
using OrderedJson = nlohmann::ordered_json;

// A line is one action; even a metaData with a huge schema stays far below.
constexpr size_t kLineBytesMax = size_t{256} << 20;

tl::unexpected<Error> Damaged(const std::string& what) { return Fail(ErrorCode::kCorrupt, what); }

Result<std::string> RequiredString(const Json& object, const char* name) {
  const Json* member = FindMember(object, name);
  if (member == nullptr || !member->is_string()) {
    return Damaged(std::string(name) + " is missing or no string");
  }
  return member->get<std::string>();
}

Result<std::optional<std::string>> OptionalString(const Json& object, const char* name) {
  const Json* member = FindMember(object, name);
  if (member == nullptr) {
    return std::optional<std::string>();
  }
  if (!member->is_string()) {
    return Damaged(std::string(name) + " is no string");
  }
  return std::optional(member->get<std::string>());
}

Result<std::optional<int64_t>> OptionalInteger(const Json& object, const char* name) {
  const Json* member = FindMember(object, name);
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
  const Json* member = FindMember(object, name);
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
  const Json* member = FindMember(object, name);
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
  const Json* member = FindMember(object, name);
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
  URSA_CHECK(
      ForEachString(object, "partitionValues", [&](const std::string& key, const Json& value) {
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
  if (const Json* format = FindMember(json, "format"); format != nullptr) {
    const Json* provider = format->is_object() ? FindMember(*format, "provider") : nullptr;
    if (provider != nullptr && *provider != "parquet") {
      const std::string text = provider->dump(-1, ' ', false, Json::error_handler_t::replace);
      return Fail(ErrorCode::kUnsupported,
                  "the table's files have the format " + text + ", which is not supported");
    }
  }
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
  if (FindMember(json, "deletionVector") != nullptr) {
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
OrderedJson OrNull(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

OrderedJson PartitionValuesJson(const PartitionValues& values) {
  OrderedJson json = OrderedJson::object();
  for (const auto& [column, value] : values) {
    json[column] = OrNull(value);
  }
  return json;
}

OrderedJson ToJson(const CommitInfo& info) {
  OrderedJson body = OrderedJson::parse(info.json, nullptr, false);
  return {{"commitInfo", body.is_object() ? std::move(body) : OrderedJson::object()}};
}

OrderedJson ToJson(const Protocol& protocol) {
  return {{"protocol",
           {{"minReaderVersion", protocol.min_reader_version},
            {"minWriterVersion", protocol.min_writer_version}}}};
}

OrderedJson ToJson(const Metadata& metadata) {
  OrderedJson body{{"id", metadata.id}};
  if (metadata.name) {
    body["name"] = *metadata.name;
  }
  if (metadata.description) {
    body["description"] = *metadata.description;
  }
  body["format"] = OrderedJson{{"provider", "parquet"}, {"options", OrderedJson::object()}};
  body["schemaString"] = metadata.schema_string;
  body["partitionColumns"] = metadata.partition_columns;
  body["configuration"] = metadata.configuration;
  if (metadata.created_time_ms) {
    body["createdTime"] = *metadata.created_time_ms;
  }
  return {{"metaData", std::move(body)}};
}

OrderedJson ToJson(const Transaction& transaction) {
  OrderedJson body{{"appId", transaction.app_id}, {"version", transaction.version}};
  if (transaction.last_updated_ms) {
    body["lastUpdated"] = *transaction.last_updated_ms;
  }
  return {{"txn", std::move(body)}};
}

OrderedJson ToJson(const RemoveFile& remove) {
  OrderedJson body{{"path", EncodePath(remove.path)}};
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

OrderedJson ToJson(const AddFile& add) {
  OrderedJson body{{"path", EncodePath(add.path)},
                   {"partitionValues", PartitionValuesJson(add.partition_values)},
                   {"size", add.size_bytes},
                   {"modificationTime", add.modification_time_ms},
                   {"dataChange", add.data_change}};
  if (add.stats) {
    body["stats"] = *add.stats;
  }
  return {{"add", std::move(body)}};
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
      actions.emplace_back(CommitInfo{body.dump(-1, ' ', false, Json::error_handler_t::replace)});
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
  std::optional<Error> refusal;
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
    const std::string where = "line " + std::to_string(number);
    URSA_TRY_CONTEXT(const Json json, ParseJson(line), where);
    auto parsed = ParseAction(json, actions);
    if (!parsed && parsed.error().code != ErrorCode::kUnsupported) {
      return Propagate(std::move(parsed).error(), where);
    }
    if (!parsed && !refusal) {
      refusal = std::move(parsed).error();
      refusal->context.push_back(where);
    }
  }
  if (refusal) {
    return tl::unexpected(RefusalOf(actions, std::move(*refusal)));
  }
  return actions;
}

std::string SerializeCommit(const std::vector<Action>& actions) {
  std::string text;
  for (size_t kind = 0; kind < std::variant_size_v<Action>; ++kind) {
    for (const Action& action : actions) {
      if (action.index() == kind) {
        const OrderedJson json = std::visit([](const auto& body) { return ToJson(body); }, action);
        text += json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
      }
    }
  }
  return text;
}

}  // namespace ursa::delta
