// A checkpoint is read into the very JSON that its actions have as lines of a commit, and then by
// the same parser: one definition of what an action is. Only the columns that Ursa knows are
// decoded, so that neither another engine's copies of the statistics nor types we have no use for
// cost or matter.
//
// Checkpoints of usual size are fetched whole, with one request; larger ones column by column. Both
// are decoded a batch at a time.
#include "delta/checkpoint.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/protocol_gate.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;

constexpr int64_t kBatchRows = 16 * 1024;
// Some 100,000 data files.
constexpr uint64_t kWholeBytesMax = uint64_t{16} << 20;

// The members of actions that the parser looks at; any of sidecar and checkpointMetadata is wanted,
// as it is their presence that counts.
constexpr std::pair<std::string_view, std::string_view> kWanted[] = {
    {"txn", "appId"},
    {"txn", "version"},
    {"txn", "lastUpdated"},
    {"add", "path"},
    {"add", "partitionValues"},
    {"add", "size"},
    {"add", "modificationTime"},
    {"add", "dataChange"},
    {"add", "stats"},
    {"add", "deletionVector"},
    {"remove", "path"},
    {"remove", "deletionTimestamp"},
    {"remove", "dataChange"},
    {"remove", "partitionValues"},
    {"remove", "size"},
    {"metaData", "id"},
    {"metaData", "name"},
    {"metaData", "description"},
    {"metaData", "format"},
    {"metaData", "schemaString"},
    {"metaData", "partitionColumns"},
    {"metaData", "configuration"},
    {"metaData", "createdTime"},
    {"protocol", "minReaderVersion"},
    {"protocol", "minWriterVersion"},
    {"protocol", "readerFeatures"},
    {"protocol", "writerFeatures"},
};

// The leaf columns of what the parser looks at.
std::vector<int> WantedLeaves(const parquet::SchemaDescriptor& schema) {
  std::vector<int> leaves;
  for (int i = 0; i < schema.num_columns(); ++i) {
    const std::vector<std::string> path = schema.Column(i)->path()->ToDotVector();
    const bool is_v2 = path[0] == "sidecar" || path[0] == "checkpointMetadata";
    const bool is_wanted =
        path.size() > 1 && std::any_of(std::begin(kWanted), std::end(kWanted), [&](auto& wanted) {
          return wanted.first == path[0] && wanted.second == path[1];
        });
    if (is_v2 || is_wanted) {
      leaves.push_back(i);
    }
  }
  return leaves;
}

Result<Json> ToJson(const arrow::Array& array, int64_t row);

Result<Json> ListToJson(const arrow::ListArray& list, int64_t row) {
  Json values = Json::array();
  for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
    URSA_TRY(Json value, ToJson(*list.values(), i));
    values.push_back(std::move(value));
  }
  return values;
}

Result<Json> MapToJson(const arrow::MapArray& map, int64_t row) {
  Json values = Json::object();
  for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
    URSA_TRY(const Json key, ToJson(*map.keys(), i));
    if (!key.is_string()) {
      return Fail(ErrorCode::kCorrupt, "a map has a key that is no string");
    }
    URSA_TRY(values[key.get<std::string>()], ToJson(*map.items(), i));
  }
  return values;
}

Result<Json> StructToJson(const arrow::StructArray& structure, int64_t row) {
  Json values = Json::object();
  for (int i = 0; i < structure.num_fields(); ++i) {
    URSA_TRY(values[structure.struct_type()->field(i)->name()], ToJson(*structure.field(i), row));
  }
  return values;
}

// The value of an array as the JSON that a log entry would hold. The bytes of strings are taken as
// they are; the parser judges them.
Result<Json> ToJson(const arrow::Array& array, int64_t row) {
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
    case arrow::Type::LARGE_BINARY:
      return std::string(static_cast<const arrow::LargeBinaryArray&>(array).GetView(row));
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return std::string(static_cast<const arrow::BinaryViewArray&>(array).GetView(row));
    case arrow::Type::LIST:
      return ListToJson(static_cast<const arrow::ListArray&>(array), row);
    case arrow::Type::MAP:
      return MapToJson(static_cast<const arrow::MapArray&>(array), row);
    case arrow::Type::STRUCT:
      return StructToJson(static_cast<const arrow::StructArray&>(array), row);
    default:
      return Fail(ErrorCode::kUnsupported, "a checkpoint with a column of Arrow's type " +
                                               array.type()->ToString() + " is not supported");
  }
}

// The actions of a checkpoint as they come, and the first sign of something unsupported.
struct CheckpointActions {
  std::vector<Action> actions;
  std::optional<Error> refusal;
};

Result<void> TakeAction(const std::string& kind, const arrow::Array& array, int64_t row,
                        std::vector<Action>& actions) {
  if (kind == "sidecar" || kind == "checkpointMetadata") {
    return Fail(ErrorCode::kUnsupported,
                "the table uses v2Checkpoint (" + kind + "), which is not supported");
  }
  URSA_TRY(Json action, ToJson(array, row));
  return ParseAction(Json{{kind, std::move(action)}}, actions);
}

// Takes the actions of one batch; at most one column of a row is not null.
Result<void> TakeBatch(const arrow::RecordBatch& batch, CheckpointActions& into) {
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    for (int column = 0; column < batch.num_columns(); ++column) {
      const arrow::Array& array = *batch.column(column);
      if (array.IsNull(row)) {
        continue;
      }
      auto taken = TakeAction(batch.schema()->field(column)->name(), array, row, into.actions);
      // The protocol, which may stand in any row, names every feature; so look on for it.
      if (!taken && taken.error().code == ErrorCode::kUnsupported && !into.refusal) {
        into.refusal = std::move(taken).error();
      } else if (!taken && taken.error().code != ErrorCode::kUnsupported) {
        return taken;
      }
    }
  }
  return {};
}

// The checkpoint as a file for Arrow; one request where it is not too large.
Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenCheckpoint(
    const store::ReadableStore& store, const std::string& key) {
  URSA_TRY(store::Object object, store.Get(key, store::ByteRange::From(0, kWholeBytesMax)));
  if (object.size_bytes > kWholeBytesMax) {
    return OpenObject(store, key, object.size_bytes);
  }
  return std::make_shared<arrow::io::BufferReader>(
      arrow::Buffer::FromString(std::move(object.bytes)));
}

Result<void> ReadPart(const store::ReadableStore& store, const std::string& key,
                      CheckpointActions& into) {
  const std::string what = "reading " + key;
  URSA_TRY_CONTEXT(auto file, OpenCheckpoint(store, key), what);
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(kBatchRows);
  parquet::arrow::FileReaderBuilder builder;
  URSA_ARROW_CHECK(builder.Open(std::move(file)), what);
  builder.properties(properties);
  URSA_ARROW_TRY(const std::unique_ptr<parquet::arrow::FileReader> reader, builder.Build(), what);
  const parquet::FileMetaData& metadata = *reader->parquet_reader()->metadata();
  std::vector<int> row_groups;
  for (int i = 0; i < metadata.num_row_groups(); ++i) {
    row_groups.push_back(i);
  }
  URSA_ARROW_TRY(const auto batches,
                 reader->GetRecordBatchReader(row_groups, WantedLeaves(*metadata.schema())), what);
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    URSA_ARROW_CHECK(batches->ReadNext(&batch), what);
    if (batch == nullptr) {
      return {};
    }
    URSA_CHECK_CONTEXT(TakeBatch(*batch, into), what);
  }
}

}  // namespace

Result<std::vector<Action>> ReadCheckpoint(const store::ReadableStore& store,
                                           const std::vector<std::string>& keys) {
  CheckpointActions read;
  for (const std::string& key : keys) {
    Result<void> part;
    try {
      part = ReadPart(store, key, read);
    } catch (const std::exception& exception) {
      part = Propagate(Error{ErrorCode::kCorrupt, exception.what(), {}, {}}, "reading " + key);
    }
    if (!part && part.error().code == ErrorCode::kCorrupt) {
      part.error().message += "; restore this checkpoint from a backup";
    }
    URSA_CHECK(std::move(part));
  }
  if (read.refusal) {
    return tl::unexpected(RefusalOf(read.actions, std::move(*read.refusal)));
  }
  return std::move(read.actions);
}

}  // namespace ursa::delta
