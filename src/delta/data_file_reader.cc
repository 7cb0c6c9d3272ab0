#include <arrow/compute/api.h>
#include <parquet/arrow/schema.h>
#include <parquet/bloom_filter.h>
#include <parquet/bloom_filter_reader.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>

#include "delta/adapt.h"
#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/data_file.h"

namespace ursa::delta {
namespace {

// Turns what the Parquet library throws into an Error that names the file.
template <typename Function>
auto CatchParquet(const std::string& key, const Function& function) -> decltype(function()) {
  try {
    return function();
  } catch (const parquet::ParquetStatusException& exception) {
    return tl::unexpected(FromArrow(exception.status(), "reading " + key));
  } catch (const std::exception& exception) {
    return Propagate(Error{ErrorCode::kCorrupt, exception.what(), {}, {}}, "reading " + key);
  }
}

// A damaged file is for a person: say which, and what helps.
Error Damaged(Error error, const std::string& key) {
  if (error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kNotFound) {
    error.message += "; the table needs the data file " + key +
                     ": restore it from a backup, or restore the table to a version without it";
  }
  return error;
}

void CollectLeaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) {
    leaves.push_back(field.column_index);
  }
  for (const auto& child : field.children) {
    CollectLeaves(child, leaves);
  }
}

}  // namespace

// Where the values of one wanted column come from.
struct ColumnSource {
  size_t column = 0;  // in the snapshot's schema
  const parquet::arrow::SchemaField* in_file = nullptr;
  std::optional<Value> partition_value;
};

struct DataFileReader::Parts {
  const Snapshot& snapshot;
  const AddFile& file;
  std::string key;
  std::unique_ptr<parquet::arrow::FileReader> reader;
};

DataFileReader::DataFileReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
DataFileReader::~DataFileReader() = default;

Result<std::unique_ptr<DataFileReader>> DataFileReader::Open(const store::ReadableStore& store,
                                                             const Snapshot& snapshot,
                                                             const AddFile& file) {
  auto parts =
      std::make_unique<Parts>(Parts{snapshot, file, snapshot.table_path + "/" + file.path, {}});
  const std::string key = parts->key;
  auto opened = CatchParquet(key, [&]() -> Result<void> {
    parquet::ArrowReaderProperties properties(/*use_threads=*/false);
    properties.set_batch_size(kRowsPerFileMax);
    properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
    parquet::arrow::FileReaderBuilder builder;
    URSA_ARROW_CHECK(builder.Open(OpenObject(store, key, file.size_bytes)), "opening " + key);
    builder.properties(properties);
    URSA_ARROW_TRY(parts->reader, builder.Build(), "opening " + key);
    return {};
  });
  if (!opened) {
    return tl::unexpected(Damaged(std::move(opened).error(), key));
  }
  return std::unique_ptr<DataFileReader>(new DataFileReader(std::move(parts)));
}

namespace {

Result<std::vector<ColumnSource>> FindSources(const Snapshot& snapshot, const AddFile& file,
                                              const std::vector<size_t>& columns,
                                              const parquet::arrow::SchemaManifest& manifest) {
  std::vector<ColumnSource> sources;
  for (const size_t column : columns) {
    const Field& field = snapshot.schema.fields[column];
    ColumnSource source{column, nullptr, std::nullopt};
    const auto& partitions = snapshot.metadata.partition_columns;
    if (std::find(partitions.begin(), partitions.end(), field.name) != partitions.end()) {
      const auto text = file.partition_values.find(field.name);
      URSA_TRY_CONTEXT(
          source.partition_value,
          PartitionValue(field.type,
                         text == file.partition_values.end() ? std::nullopt : text->second),
          "partition column " + field.name + " of " + file.path);
    } else {
      for (const auto& candidate : manifest.schema_fields) {
        if (candidate.field->name() == field.name) {
          source.in_file = &candidate;
        }
      }
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

Result<std::shared_ptr<arrow::Array>> ConstantColumn(const Type& type, const Value& value,
                                                     int64_t rows) {
  if (value.IsNull()) {
    URSA_ARROW_TRY(auto nulls, arrow::MakeArrayOfNull(ToArrowType(type), rows), "making a column");
    return nulls;
  }
  URSA_ARROW_TRY(const auto builder, arrow::MakeBuilder(ToArrowType(type)), "making a column");
  for (int64_t row = 0; row < rows; ++row) {
    URSA_CHECK(AppendValue(type, value, *builder));
  }
  URSA_ARROW_TRY(auto array, builder->Finish(), "making a column");
  return array;
}

// One batch as the table sees it: every wanted column, adapted, in the order wanted.
Result<RowBatch> AssembleBatch(const Schema& schema, const std::vector<ColumnSource>& sources,
                               const arrow::RecordBatch* batch, int64_t rows) {
  std::vector<Field> fields;
  arrow::FieldVector arrow_fields;
  arrow::ArrayVector arrays;
  for (const ColumnSource& source : sources) {
    const Field& field = schema.fields[source.column];
    std::shared_ptr<arrow::Array> array;
    if (source.in_file != nullptr) {
      array = batch->GetColumnByName(field.name);
      if (array == nullptr) {
        return Fail(ErrorCode::kCorrupt, "column " + field.name + " is not readable");
      }
      URSA_TRY(array, AdaptArray(field.type, array, field.name));
    } else {
      URSA_TRY(array, ConstantColumn(field.type, source.partition_value.value_or(Value()), rows));
    }
    fields.push_back(field);
    arrow_fields.push_back(arrow::field(field.name, array->type(), field.nullable));
    arrays.push_back(std::move(array));
  }
  return RowBatch(std::move(fields),
                  arrow::RecordBatch::Make(arrow::schema(arrow_fields), rows, std::move(arrays)));
}

}  // namespace

Result<void> DataFileReader::Read(const std::vector<size_t>& columns, const BatchSink& sink) {
  auto& reader = *parts_->reader;
  std::optional<Error> sink_error;
  auto done = CatchParquet(parts_->key, [&]() -> Result<void> {
    const std::string what = "reading " + parts_->key;
    URSA_TRY(const auto sources,
             FindSources(parts_->snapshot, parts_->file, columns, reader.manifest()));
    std::vector<int> leaves;
    for (const ColumnSource& source : sources) {
      if (source.in_file != nullptr) {
        CollectLeaves(*source.in_file, leaves);
      }
    }
    const auto give = [&](const arrow::RecordBatch* batch, int64_t rows) -> Result<void> {
      URSA_TRY_CONTEXT(const RowBatch assembled,
                       AssembleBatch(parts_->snapshot.schema, sources, batch, rows), what);
      if (auto given = sink(assembled); !given) {
        sink_error = given.error();
        return given;
      }
      return {};
    };
    if (leaves.empty()) {
      int64_t left = reader.parquet_reader()->metadata()->num_rows();
      for (; left > 0; left -= kRowsPerFileMax) {
        URSA_CHECK(give(nullptr, std::min(left, kRowsPerFileMax)));
      }
      return {};
    }
    std::vector<int> row_groups(static_cast<size_t>(reader.num_row_groups()));
    for (int i = 0; i < reader.num_row_groups(); ++i) {
      row_groups[static_cast<size_t>(i)] = i;
    }
    URSA_ARROW_TRY(const auto batches, reader.GetRecordBatchReader(row_groups, leaves), what);
    while (true) {
      std::shared_ptr<arrow::RecordBatch> batch;
      URSA_ARROW_CHECK(batches->ReadNext(&batch), what);
      if (batch == nullptr) {
        return {};
      }
      URSA_CHECK(give(batch.get(), batch->num_rows()));
    }
  });
  if (sink_error) {
    return tl::unexpected(std::move(*sink_error));
  }
  if (!done) {
    return tl::unexpected(Damaged(std::move(done).error(), parts_->key));
  }
  return {};
}

Result<bool> DataFileReader::MayHold(const std::string& column,
                                     const std::vector<std::string_view>& values) {
  auto answer = CatchParquet(parts_->key, [&]() -> Result<bool> {
    parquet::ParquetFileReader& file = *parts_->reader->parquet_reader();
    const int leaf = file.metadata()->schema()->ColumnIndex(column);
    if (leaf < 0) {
      return true;
    }
    for (int group = 0; group < file.metadata()->num_row_groups(); ++group) {
      const auto chunk = file.metadata()->RowGroup(group)->ColumnChunk(leaf);
      if (!chunk->bloom_filter_offset().has_value()) {
        return true;
      }
      const auto filters = file.GetBloomFilterReader().RowGroup(group);
      const auto filter = filters == nullptr ? nullptr : filters->GetColumnBloomFilter(leaf);
      if (filter == nullptr) {
        return true;
      }
      for (const std::string_view value : values) {
        const parquet::ByteArray bytes(value);
        if (filter->FindHash(filter->Hash(&bytes))) {
          return true;
        }
      }
    }
    return false;
  });
  if (!answer) {
    return tl::unexpected(Damaged(std::move(answer).error(), parts_->key));
  }
  return answer;
}

std::shared_ptr<parquet::FileMetaData> DataFileReader::Metadata() const {
  return parts_->reader->parquet_reader()->metadata();
}

namespace {

Result<Value> PartitionTimestamp(const std::string& text) {
  const auto time = ParseIso8601(text);
  if (!time) {
    return Fail(ErrorCode::kCorrupt, "'" + text + "' is no timestamp");
  }
  return Value(std::chrono::floor<Microseconds>(*time));
}

}  // namespace

Result<Value> PartitionValue(const Type& type, const std::optional<std::string>& text) {
  if (!text || text->empty()) {
    return Value();
  }
  switch (type.kind) {
    case TypeKind::kString:
    case TypeKind::kBinary:
      return Value(*text);
    case TypeKind::kTimestamp:
      return PartitionTimestamp(*text);
    default:
      break;
  }
  // The text of numbers, booleans, dates and decimals is what a JSON value of the type reads.
  const bool quoted = type.kind == TypeKind::kDate || type.kind == TypeKind::kDecimal;
  const auto json = quoted ? nlohmann::json(*text) : nlohmann::json::parse(*text, nullptr, false);
  auto value = ValueFromJson(type, json);
  if (!value) {
    return Fail(ErrorCode::kCorrupt, "'" + *text + "' is no " + TypeName(type));
  }
  return value;
}

}  // namespace ursa::delta
