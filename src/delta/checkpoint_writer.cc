// A checkpoint is a table of structs, one column a kind of action, one row an action: it holds what
// any classic reader needs, and no more. The hint `_last_checkpoint` follows only when the
// checkpoint is there, as other engines fail on a hint that leads nowhere.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/checkpoint.h"
#include "delta/log_listing.h"

namespace ursa::delta {
namespace {

constexpr int64_t kCheckpointInterval = 10;
constexpr int64_t kMillisecondsPerDay = 86'400'000;
constexpr int64_t kRetentionMilliseconds = 7 * kMillisecondsPerDay;
// Checkpoints of a later version hold features and actions that are passed over here.
constexpr int32_t kWriterVersionMax = 2;

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
      {NullableField("txn",
                     Type::Struct({NullableField("appId", string), NullableField("version", number),
                                   NullableField("lastUpdated", number)})),
       NullableField(
           "add", Type::Struct(
                      {NullableField("path", string), NullableField("partitionValues", StringMap()),
                       NullableField("size", number), NullableField("modificationTime", number),
                       NullableField("dataChange", flag), NullableField("stats", string),
                       NullableField("tags", StringMap())})),
       NullableField(
           "remove",
           Type::Struct(
               {NullableField("path", string), NullableField("deletionTimestamp", number),
                NullableField("dataChange", flag), NullableField("extendedFileMetadata", flag),
                NullableField("partitionValues", StringMap()), NullableField("size", number)})),
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
  return Value::List{transaction.app_id, transaction.version, OrNull(transaction.last_updated_ms)};
}

Value ToValue(const AddFile& add) {
  return Value::List{EncodePath(add.path),
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

// How long tombstones stay. A setting that can't be read keeps them all: a tombstone too many costs
// a row, one too few lets a vacuum forget a file, or another engine's reader stumble.
int64_t TombstoneRetentionMilliseconds(const Metadata& metadata) {
  const auto setting = metadata.configuration.find("delta.deletedFileRetentionDuration");
  return setting == metadata.configuration.end()
             ? kRetentionMilliseconds
             : ParseInterval(setting->second).value_or(std::numeric_limits<int64_t>::max());
}

// What was deleted at or before this time (ms) stays out.
int64_t OldestDeletion(const Metadata& metadata, TimeNs now) {
  int64_t oldest = 0;
  return __builtin_sub_overflow(
             std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count(),
             TombstoneRetentionMilliseconds(metadata), &oldest)
             ? std::numeric_limits<int64_t>::min()
             : oldest;
}

Result<CheckpointRows> CollectRows(const Snapshot& snapshot, TimeNs now) {
  URSA_TRY(CheckpointRows rows, CheckpointRows::Make());
  URSA_CHECK(rows.Add(kProtocol, ToValue(snapshot.protocol)));
  URSA_CHECK(rows.Add(kMetaData, ToValue(snapshot.metadata)));
  for (const auto& [app_id, transaction] : snapshot.transactions) {
    URSA_CHECK(rows.Add(kTxn, ToValue(transaction)));
  }
  const int64_t oldest = OldestDeletion(snapshot.metadata, now);
  for (const auto& [path, remove] : snapshot.tombstones) {
    if (remove.deletion_timestamp_ms.value_or(0) > oldest) {
      URSA_CHECK(rows.Add(kRemove, ToValue(remove)));
    }
  }
  for (const auto& [path, add] : snapshot.files) {
    URSA_CHECK(rows.Add(kAdd, ToValue(add)));
  }
  return rows;
}

}  // namespace

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
  if (snapshot.protocol.min_writer_version > kWriterVersionMax) {
    return Fail(ErrorCode::kUnsupported, what + ": the table needs a writer of version " +
                                             std::to_string(snapshot.protocol.min_writer_version));
  }
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
    return Propagate(Error{ErrorCode::kUnavailable, exception.what(), {}, {}}, what);
  }
  const auto put = store.Put(key, std::string_view(*bytes), store::PutCondition::kIfAbsent);
  if (!put) {
    // Somebody else's checkpoint of this version serves as well, and so does its hint.
    return put.error().code == ErrorCode::kAlreadyExists ? Result<void>()
                                                         : Propagate(put.error(), what);
  }
  const nlohmann::ordered_json hint{{"version", snapshot.version},
                                    {"size", rows.Count()},
                                    {"sizeInBytes", bytes->size()},
                                    {"numOfAddFiles", snapshot.files.size()}};
  // Spark on a local disk would take the old file's checksum for the new one's; a file without a
  // checksum suits it at any time, so the checksum goes first.
  URSA_CHECK_CONTEXT(store.Delete(prefix + "._last_checkpoint.crc"), what);
  URSA_CHECK_CONTEXT(
      store.Put(prefix + "_last_checkpoint", hint.dump(), store::PutCondition::kNone), what);
  return {};
}

namespace {

// "7 days", "1 week": one number with its unit, taken away from the front of `text`.
Result<int64_t> TakeInterval(std::string_view& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) {
    return Fail(ErrorCode::kInvalid, "a number was expected");
  }
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::string_view unit = text.substr(0, text.find(' '));
  text.remove_prefix(unit.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (unit.ends_with('s')) {
    unit.remove_suffix(1);
  }
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"millisecond", 1},           {"second", 1000},
      {"minute", 60'000},           {"hour", 3'600'000},
      {"day", kMillisecondsPerDay}, {"week", 7 * kMillisecondsPerDay}};
  for (const auto& [name, milliseconds] : kUnits) {
    int64_t total = 0;
    if (unit == name && !__builtin_mul_overflow(number, milliseconds, &total)) {
      return total;
    }
  }
  return Fail(ErrorCode::kInvalid, "a unit from milliseconds to weeks was expected");
}

}  // namespace

Result<int64_t> ParseInterval(std::string_view text) {
  const std::string what = "reading the interval '" + std::string(text) + "'";
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view rest(lower);
  constexpr std::string_view kStart = "interval ";
  if (rest.starts_with(kStart)) {
    rest.remove_prefix(kStart.size());
  }
  int64_t total = 0;
  do {
    URSA_TRY_CONTEXT(const int64_t part, TakeInterval(rest), what);
    if (__builtin_add_overflow(total, part, &total)) {
      return Fail(ErrorCode::kInvalid, what + ": it is too long");
    }
  } while (!rest.empty());
  return total;
}

}  // namespace ursa::delta
