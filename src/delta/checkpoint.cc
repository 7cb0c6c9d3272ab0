#include "delta/checkpoint.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/log_listing.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kCheckpointInterval = 10;
constexpr int64_t kMillisecondsPerDay = 86'400'000;
constexpr int64_t kRetentionMilliseconds = 7 * kMillisecondsPerDay;
constexpr int64_t kBatchRows = 16 * 1024;

// The value of an array as the JSON that a log entry would hold; types that no action has are null.
Json ToJson(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) {
    return nullptr;
  }
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(array).Value(row);
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::INT64:
      return static_cast<const arrow::Int64Array&>(array).Value(row);
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return std::string(static_cast<const arrow::BinaryArray&>(array).GetView(row));
    case arrow::Type::LARGE_STRING:
      return std::string(static_cast<const arrow::LargeStringArray&>(array).GetView(row));
    case arrow::Type::STRING_VIEW:
      return std::string(static_cast<const arrow::StringViewArray&>(array).GetView(row));
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      Json values = Json::array();
      for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
        values.push_back(ToJson(*list.values(), i));
      }
      return values;
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      Json values = Json::object();
      for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
        const Json key = ToJson(*map.keys(), i);
        values[key.is_string() ? key.get<std::string>() : ""] = ToJson(*map.items(), i);
      }
      return values;
    }
    case arrow::Type::STRUCT: {
      const auto& structure = static_cast<const arrow::StructArray&>(array);
      Json values = Json::object();
      for (int i = 0; i < structure.num_fields(); ++i) {
        const std::string& name = structure.struct_type()->field(i)->name();
        // Copies of the text that stands beside them, in types of the table's own.
        if (name != "stats_parsed" && name != "partitionValues_parsed") {
          values[name] = ToJson(*structure.field(i), row);
        }
      }
      return values;
    }
    default:
      return nullptr;
  }
}

// Takes the actions of one batch; at most one column of a row is not null.
Result<void> TakeBatch(const arrow::RecordBatch& batch, std::vector<Action>& actions) {
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    for (int column = 0; column < batch.num_columns(); ++column) {
      const arrow::Array& array = *batch.column(column);
      if (array.IsNull(row)) {
        continue;
      }
      const std::string& kind = batch.schema()->field(column)->name();
      if (kind == "sidecar" || kind == "checkpointMetadata") {
        return Fail(ErrorCode::kUnsupported,
                    "the table uses v2Checkpoint (" + kind + "), which is not supported");
      }
      URSA_CHECK(ParseAction(Json{{kind, ToJson(array, row)}}, actions));
    }
  }
  return {};
}

Result<void> ReadPart(const store::ReadableStore& store, const std::string& key,
                      std::vector<Action>& actions) {
  const std::string what = "reading " + key;
  URSA_TRY_CONTEXT(const store::ObjectInfo info, store.Head(key), what);
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(kBatchRows);
  parquet::arrow::FileReaderBuilder builder;
  URSA_ARROW_CHECK(builder.Open(OpenObject(store, key, info.size_bytes)), what);
  builder.properties(properties);
  std::unique_ptr<parquet::arrow::FileReader> reader;
  URSA_ARROW_TRY(reader, builder.Build(), what);
  URSA_ARROW_TRY(const auto batches, reader->GetRecordBatchReader(), what);
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    URSA_ARROW_CHECK(batches->ReadNext(&batch), what);
    if (batch == nullptr) {
      return {};
    }
    URSA_CHECK_CONTEXT(TakeBatch(*batch, actions), what);
  }
}

Field NullableField(std::string name, Type type) {
  return {std::move(name), std::move(type), true, "{}"};
}

Type StringMap() {
  Type type(TypeKind::kMap);
  type.children = {Field{"key", TypeKind::kString, false, "{}"},
                   Field{"value", TypeKind::kString, true, "{}"}};
  return type;
}

// The columns of a checkpoint, in the order of the values made below.
Schema CheckpointSchema() {
  const Type string = TypeKind::kString;
  const Type number = TypeKind::kLong;
  const Type flag = TypeKind::kBoolean;
  return Schema{
      {NullableField("txn", Type::Struct({NullableField("appId", string),
                                          NullableField("version", number),
                                          NullableField("lastUpdated", number)})),
       NullableField("add", Type::Struct({NullableField("path", string),
                                          NullableField("partitionValues", StringMap()),
                                          NullableField("size", number),
                                          NullableField("modificationTime", number),
                                          NullableField("dataChange", flag),
                                          NullableField("stats", string),
                                          NullableField("tags", StringMap())})),
       NullableField("remove", Type::Struct({NullableField("path", string),
                                             NullableField("deletionTimestamp", number),
                                             NullableField("dataChange", flag),
                                             NullableField("extendedFileMetadata", flag),
                                             NullableField("partitionValues", StringMap()),
                                             NullableField("size", number)})),
       NullableField(
           "metaData",
           Type::Struct(
               {NullableField("id", string), NullableField("name", string),
                NullableField("description", string),
                NullableField("format", Type::Struct({NullableField("provider", string),
                                                      NullableField("options", StringMap())})),
                NullableField("schemaString", string),
                NullableField("partitionColumns", Type::Array(string, true)),
                NullableField("configuration", StringMap()),
                NullableField("createdTime", number)})),
       NullableField("protocol",
                     Type::Struct({NullableField("minReaderVersion", TypeKind::kInteger),
                                   NullableField("minWriterVersion", TypeKind::kInteger)}))}};
}

enum CheckpointColumn : size_t { kTxn, kAdd, kRemove, kMetaData, kProtocol, kColumnCount };

template <typename T>
Value OrNull(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

template <typename Map>
Value MapValue(const Map& map) {
  Value::List entries;
  for (const auto& [key, value] : map) {
    if constexpr (std::is_same_v<Map, PartitionValues>) {
      entries.emplace_back(Value::List{key, OrNull(value)});
    } else {
      entries.emplace_back(Value::List{key, value});
    }
  }
  return entries;
}

Value ToValue(const Transaction& transaction) {
  return Value::List{transaction.app_id, transaction.version,
                     OrNull(transaction.last_updated_ms)};
}

Value ToValue(const AddFile& add) {
  return Value::List{add.path,
                     MapValue(add.partition_values),
                     static_cast<int64_t>(add.size_bytes),
                     add.modification_time_ms,
                     false,
                     OrNull(add.stats),
                     Value()};
}

Value ToValue(const RemoveFile& remove) {
  return Value::List{EncodePath(remove.path),
                     OrNull(remove.deletion_timestamp_ms),
                     false,
                     remove.size_bytes.has_value(),
                     remove.size_bytes ? MapValue(remove.partition_values) : Value(),
                     remove.size_bytes ? Value(static_cast<int64_t>(*remove.size_bytes)) : Value()};
}

Value ToValue(const Metadata& metadata) {
  Value::List partition_columns(metadata.partition_columns.begin(),
                                metadata.partition_columns.end());
  return Value::List{metadata.id,
                     OrNull(metadata.name),
                     OrNull(metadata.description),
                     Value::List{"parquet", Value::List{}},
                     metadata.schema_string,
                     std::move(partition_columns),
                     MapValue(metadata.configuration),
                     OrNull(metadata.created_time_ms)};
}

Value ToValue(const Protocol& protocol) {
  return Value::List{int64_t{protocol.min_reader_version}, int64_t{protocol.min_writer_version}};
}

// Builds the checkpoint's table: one action a row, in exactly one column.
class CheckpointRows {
 public:
  static Result<CheckpointRows> Make() {
    CheckpointRows rows;
    for (const Field& field : rows.schema_.fields) {
      URSA_ARROW_TRY(auto builder, arrow::MakeBuilder(ToArrowType(field.type)),
                     "making a checkpoint");
      rows.builders_.push_back(std::move(builder));
    }
    return rows;
  }

  Result<void> Add(CheckpointColumn column, const Value& action) {
    ++count_;
    for (size_t i = 0; i < kColumnCount; ++i) {
      URSA_CHECK(
          AppendValue(schema_.fields[i].type, i == column ? action : Value(), *builders_[i]));
    }
    return {};
  }

  Result<std::shared_ptr<arrow::Table>> Finish() {
    arrow::ArrayVector columns;
    for (const auto& builder : builders_) {
      URSA_ARROW_TRY(auto column, builder->Finish(), "making a checkpoint");
      columns.push_back(std::move(column));
    }
    return arrow::Table::Make(ToArrowSchema(schema_), columns);
  }

  [[nodiscard]] int64_t Count() const { return count_; }

 private:
  CheckpointRows() : schema_(CheckpointSchema()) {}

  Schema schema_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  int64_t count_ = 0;
};

// A setting of the table, or its default where it is absent or no interval.
int64_t IntervalSetting(const Metadata& metadata, const std::string& name, int64_t otherwise) {
  const auto setting = metadata.configuration.find(name);
  if (setting == metadata.configuration.end()) {
    return otherwise;
  }
  return ParseInterval(setting->second).value_or(otherwise);
}

Result<CheckpointRows> CollectRows(const Snapshot& snapshot, TimeNs now) {
  URSA_TRY(CheckpointRows rows, CheckpointRows::Make());
  URSA_CHECK(rows.Add(kProtocol, ToValue(snapshot.protocol)));
  URSA_CHECK(rows.Add(kMetaData, ToValue(snapshot.metadata)));
  for (const auto& [app_id, transaction] : snapshot.transactions) {
    URSA_CHECK(rows.Add(kTxn, ToValue(transaction)));
  }
  const int64_t oldest =
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count() -
      IntervalSetting(snapshot.metadata, "delta.deletedFileRetentionDuration",
                      kRetentionMilliseconds);
  for (const auto& [path, remove] : snapshot.tombstones) {
    if (remove.deletion_timestamp_ms.value_or(0) > oldest) {
      URSA_CHECK(rows.Add(kRemove, ToValue(remove)));
    }
  }
  for (const auto& [path, add] : snapshot.files) {
    AddFile encoded = add;
    encoded.path = EncodePath(path);
    URSA_CHECK(rows.Add(kAdd, ToValue(encoded)));
  }
  return rows;
}

}  // namespace

Result<std::vector<Action>> ReadCheckpoint(const store::ReadableStore& store,
                                           const std::vector<std::string>& keys) {
  std::vector<Action> actions;
  for (const std::string& key : keys) {
    try {
      URSA_CHECK(ReadPart(store, key, actions));
    } catch (const std::exception& exception) {
      return Fail(ErrorCode::kCorrupt, "the checkpoint " + key + " is damaged (" +
                                           exception.what() + "); restore it from a backup");
    }
  }
  return actions;
}

bool WantsCheckpoint(const Metadata& metadata, int64_t version) {
  int64_t interval = kCheckpointInterval;
  const auto setting = metadata.configuration.find("delta.checkpointInterval");
  if (setting != metadata.configuration.end()) {
    int64_t value = 0;
    const std::string& text = setting->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value > 0) {
      interval = value;
    }
  }
  return version > 0 && version % interval == 0;
}

Result<void> WriteCheckpoint(store::ObjectStore& store, const Snapshot& snapshot, TimeNs now) {
  const std::string prefix = LogPrefix(snapshot.table_path);
  const std::string key = prefix + VersionDigits(snapshot.version) + ".checkpoint.parquet";
  const std::string what = "writing the checkpoint " + key;
  URSA_TRY_CONTEXT(CheckpointRows rows, CollectRows(snapshot, now), what);
  URSA_TRY_CONTEXT(const auto table, rows.Finish(), what);
  std::shared_ptr<arrow::Buffer> bytes;
  try {
    URSA_ARROW_TRY(const auto output, arrow::io::BufferOutputStream::Create(), what);
    URSA_ARROW_CHECK(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), output,
                                                std::max<int64_t>(table->num_rows(), 1),
                                                parquet::WriterProperties::Builder()
                                                    .compression(parquet::Compression::SNAPPY)
                                                    ->build()),
                     what);
    URSA_ARROW_TRY(bytes, output->Finish(), what);
  } catch (const std::exception& exception) {
    return Propagate(Error{ErrorCode::kCorrupt, exception.what(), {}, {}}, what);
  }
  const auto put = store.Put(key, std::string_view(*bytes), store::PutCondition::kIfAbsent);
  if (!put) {
    // Somebody else's checkpoint of this version serves as well, and so does its hint.
    return put.error().code == ErrorCode::kAlreadyExists ? Result<void>()
                                                         : Propagate(put.error(), what);
  }
  const Json hint{{"version", snapshot.version},
                  {"size", rows.Count()},
                  {"sizeInBytes", bytes->size()},
                  {"numOfAddFiles", snapshot.files.size()}};
  URSA_CHECK_CONTEXT(
      store.Put(prefix + "_last_checkpoint", hint.dump(), store::PutCondition::kNone), what);
  // Spark's local file system would take the old file's checksum for the new one's.
  return store.Delete(prefix + "._last_checkpoint.crc");
}

Result<int64_t> ParseInterval(std::string_view text) {
  constexpr std::string_view kStart = "interval ";
  if (text.starts_with(kStart)) {
    text.remove_prefix(kStart.size());
  }
  const auto wrong = [&] {
    return Fail(ErrorCode::kInvalid, "'" + std::string(text) + "' is no interval");
  };
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) {
    return wrong();
  }
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  while (unit.starts_with(' ')) {
    unit.remove_prefix(1);
  }
  if (unit.ends_with('s')) {
    unit.remove_suffix(1);
  }
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"millisecond", 1},     {"second", 1000},
      {"minute", 60'000},     {"hour", 3'600'000},
      {"day", kMillisecondsPerDay}, {"week", 7 * kMillisecondsPerDay}};
  for (const auto& [name, milliseconds] : kUnits) {
    if (unit == name) {
      int64_t total = 0;
      return __builtin_mul_overflow(number, milliseconds, &total) ? Result<int64_t>(wrong())
                                                                  : Result<int64_t>(total);
    }
  }
  return wrong();
}

}  // namespace ursa::delta
