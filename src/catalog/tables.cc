#include "catalog/tables.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/digest.h"
#include "base/identifier.h"
#include "delta/merge.h"

namespace ursa::catalog {
namespace {

using delta::Field;
using delta::Type;
using delta::TypeKind;
using delta::Value;

Field NotNull(std::string name, Type type) {
  return {std::move(name), std::move(type), false, "{}"};
}
Field Nullable(std::string name, Type type) {
  return {std::move(name), std::move(type), true, "{}"};
}

TableDefinition ParticipantsTable() {
  return {
      "participants",
      {"participant_id"},
      "participant_id",
      {{NotNull("participant_id", TypeKind::kString), NotNull("display_name", TypeKind::kString),
        Nullable("enrolled_at", TypeKind::kTimestamp), Nullable("metadata", TypeKind::kString),
        NotNull("registered_at", TypeKind::kTimestamp),
        NotNull("updated_at", TypeKind::kTimestamp)}}};
}

TableDefinition RecordingsTable() {
  return {
      "recordings",
      {"recording_hash"},
      "recording_id",
      {{NotNull("recording_hash", TypeKind::kString), NotNull("recording_id", TypeKind::kString),
        NotNull("participant_ids", Type::Array(TypeKind::kString, false)),
        NotNull("start_time", TypeKind::kTimestamp), Nullable("duration_us", TypeKind::kLong),
        NotNull("duration_known_wrong", TypeKind::kBoolean),
        NotNull("manifest_source", TypeKind::kString), Nullable("device_info", TypeKind::kString),
        Nullable("metadata", TypeKind::kString), NotNull("registered_at", TypeKind::kTimestamp),
        NotNull("updated_at", TypeKind::kTimestamp)}}};
}

TableDefinition ModalitiesTable() {
  const Type interval =
      Type::Struct({NotNull("start", TypeKind::kDouble), NotNull("end", TypeKind::kDouble)});
  return {"modalities",
          {"recording_hash", "worker", "modality"},
          "recording_id",
          {{NotNull("recording_hash", TypeKind::kString),
            NotNull("recording_id", TypeKind::kString),
            NotNull("worker", TypeKind::kString),
            NotNull("modality", TypeKind::kString),
            NotNull("format", TypeKind::kString),
            NotNull("raw_storage_uri", TypeKind::kString),
            Nullable("storage_uri", TypeKind::kString),
            NotNull("ingestion_status", TypeKind::kString),
            Nullable("ingestion_error", TypeKind::kString),
            NotNull("ingestion_attempts", TypeKind::kInteger),
            Nullable("last_attempt_at", TypeKind::kTimestamp),
            Nullable("start_epoch_ns", TypeKind::kLong),
            Nullable("domain_intervals", Type::Array(interval, false)),
            Nullable("sample_rate_hz", TypeKind::kDouble),
            Nullable("channel_spec", TypeKind::kString),
            NotNull("segment_count", TypeKind::kInteger),
            NotNull("byte_count", TypeKind::kLong),
            Nullable("metadata", TypeKind::kString),
            NotNull("registered_at", TypeKind::kTimestamp),
            NotNull("updated_at", TypeKind::kTimestamp)}}};
}

TableDefinition EventsTable() {
  return {"events",
          {"event_id"},
          "recording_id",
          {{NotNull("event_id", TypeKind::kString), NotNull("recording_hash", TypeKind::kString),
            NotNull("recording_id", TypeKind::kString), NotNull("event_type", TypeKind::kString),
            NotNull("event_time", TypeKind::kDouble), Nullable("payload", TypeKind::kString),
            NotNull("registered_at", TypeKind::kTimestamp)}}};
}

TableDefinition MaintenanceRunsTable() {
  return {
      "maintenance_runs",
      {"run_id"},
      "run_id",
      {{NotNull("run_id", TypeKind::kString), NotNull("command", TypeKind::kString),
        NotNull("plan_digest", TypeKind::kString), Nullable("actor", TypeKind::kString),
        Nullable("host", TypeKind::kString), NotNull("version", TypeKind::kString),
        NotNull("started_at", TypeKind::kTimestamp), NotNull("committed_at", TypeKind::kTimestamp),
        NotNull("rows_changed", TypeKind::kLong), Nullable("tables", TypeKind::kString),
        Nullable("rollback_uri", TypeKind::kString), Nullable("summary", TypeKind::kString)}}};
}

bool IsScalarOrListOfScalars(const nlohmann::json& value) {
  if (!value.is_array()) {
    return value.is_primitive();
  }
  return std::all_of(value.begin(), value.end(),
                     [](const nlohmann::json& element) { return element.is_primitive(); });
}

// `json` columns hold one object of scalars and lists of scalars.
bool IsFlatJsonObject(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  return parsed.is_object() && std::all_of(parsed.begin(), parsed.end(), IsScalarOrListOfScalars);
}

constexpr std::array<std::string_view, 6> kJsonColumns = {"metadata", "device_info", "channel_spec",
                                                          "payload",  "tables",      "summary"};
constexpr std::array<std::string_view, 5> kIdColumns = {"participant_id", "recording_id", "worker",
                                                        "modality", "event_id"};
constexpr std::array<std::string_view, 4> kCountColumns = {"duration_us", "ingestion_attempts",
                                                           "segment_count", "byte_count"};

template <size_t N>
bool Contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// The rule that a text breaks; none where it breaks none.
std::optional<std::string> BrokenTextRule(std::string_view column, const std::string& text) {
  if (column == "recording_hash" && !IsSha256Hex(text)) {
    return "must be 64 lower-case hex digits";
  }
  if (Contains(kIdColumns, column) && !IsId(text)) {
    return "must match [A-Za-z0-9_-]+";
  }
  if (column == "manifest_source" && text != "rig" && text != "reconstructed") {
    return "must be rig or reconstructed";
  }
  if (column == "ingestion_status" && text != "raw" && text != "ingesting" && text != "processed" &&
      text != "failed") {
    return "must be raw, ingesting, processed or failed";
  }
  if (Contains(kJsonColumns, column) && !IsFlatJsonObject(text)) {
    return "must hold one JSON object of scalars and lists of scalars";
  }
  return std::nullopt;
}

std::optional<std::string> BrokenListRule(std::string_view column, const Value::List& list) {
  if (column == "participant_ids") {
    const bool ids = std::all_of(list.begin(), list.end(), [](const Value& value) {
      const auto* text = std::get_if<std::string>(&value.data);
      return text != nullptr && IsId(*text);
    });
    return ids ? std::nullopt : std::optional<std::string>("each must match [A-Za-z0-9_-]+");
  }
  if (column != "domain_intervals") {
    return std::nullopt;
  }
  double previous_end = -std::numeric_limits<double>::infinity();
  for (const Value& value : list) {
    const auto* pair = std::get_if<Value::List>(&value.data);
    const auto* start = pair == nullptr ? nullptr : std::get_if<double>(&pair->at(0).data);
    const auto* end = pair == nullptr ? nullptr : std::get_if<double>(&pair->at(1).data);
    if (start == nullptr || end == nullptr || !(*end > *start) || !(*start >= previous_end)) {
      return "must ascend, end after their start, and not overlap";
    }
    previous_end = *end;
  }
  return std::nullopt;
}

std::optional<std::string> BrokenRule(std::string_view column, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return BrokenTextRule(column, *text);
  }
  if (const auto* list = std::get_if<Value::List>(&value.data)) {
    return BrokenListRule(column, *list);
  }
  if (const auto* number = std::get_if<int64_t>(&value.data)) {
    if (Contains(kCountColumns, column) && *number < 0) {
      return "must not be negative";
    }
  }
  return std::nullopt;
}

bool HasTypeOf(const Type& type, const Value& value) {
  switch (type.kind) {
    case TypeKind::kString:
      return std::holds_alternative<std::string>(value.data);
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kTimestamp:
      return std::holds_alternative<int64_t>(value.data);
    case TypeKind::kDouble:
      return std::holds_alternative<double>(value.data);
    case TypeKind::kBoolean:
      return std::holds_alternative<bool>(value.data);
    default:
      return std::holds_alternative<Value::List>(value.data);
  }
}

bool IsStamp(std::string_view column) {
  return column == "registered_at" || column == "updated_at";
}

}  // namespace

const std::vector<TableDefinition>& AllTables() {
  static const std::vector<TableDefinition> tables{ParticipantsTable(), ModalitiesTable(),
                                                   EventsTable(), RecordingsTable(),
                                                   MaintenanceRunsTable()};
  return tables;
}

const TableDefinition* FindTable(std::string_view name) {
  for (const TableDefinition& table : AllTables()) {
    if (table.name == name) {
      return &table;
    }
  }
  return nullptr;
}

Result<void> CheckValue(const TableDefinition& table, std::string_view column, const Value& value) {
  const auto position = table.schema.IndexOf(column);
  if (!position) {
    return {};
  }
  const Field& field = table.schema.fields[*position];
  const auto broken = [&](const std::string& rule) {
    return Fail(ErrorCode::kInvalid, table.name + "." + field.name + " " + rule);
  };
  if (value.IsNull()) {
    return field.nullable ? Result<void>() : broken("must not be null");
  }
  if (!HasTypeOf(field.type, value)) {
    return broken("must be of type " + TypeName(field.type));
  }
  if (const auto rule = BrokenRule(column, value)) {
    return broken(*rule);
  }
  return {};
}

const Value* FindColumn(const NamedRow& row, std::string_view column) {
  for (const auto& [name, value] : row) {
    if (name == column) {
      return &value;
    }
  }
  return nullptr;
}

Result<void> CheckRow(const TableDefinition& table, const NamedRow& row) {
  for (const Field& field : table.schema.fields) {
    const Value* value = FindColumn(row, field.name);
    if (value == nullptr && IsStamp(field.name)) {
      continue;
    }
    URSA_CHECK(CheckValue(table, field.name, value == nullptr ? Value() : *value));
  }
  return {};
}

Result<std::string> KeyOf(const TableDefinition& table, const NamedRow& row) {
  std::vector<std::string_view> values;
  for (const std::string& column : table.key_columns) {
    const Value* value = FindColumn(row, column);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->data);
    if (text == nullptr) {
      return Fail(ErrorCode::kInvalid, table.name + "." + column + " must not be null");
    }
    values.emplace_back(*text);
  }
  return delta::EncodeKey(values);
}

}  // namespace ursa::catalog
