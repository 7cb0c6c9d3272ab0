#include <unordered_set>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/data_file.h"
#include "delta/statistics.h"

namespace ursa::delta {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

// A dictionary pays only where values repeat; it is slow and larger where they don't. A sample of
// the first rows tells well enough (arrow-facts.md, "Writing").
constexpr int64_t kSampledRows = 1024;

bool ValuesRepeat(const arrow::Array& array) {
  std::unordered_set<std::string_view> distinct;
  const auto& strings = static_cast<const arrow::BinaryArray&>(array);
  const int64_t rows = std::min(array.length(), kSampledRows);
  for (int64_t row = 0; row < rows; ++row) {
    distinct.insert(strings.IsNull(row) ? std::string_view() : strings.GetView(row));
  }
  return static_cast<int64_t>(distinct.size()) * 4 <= rows;
}

// Chooses the encoding of every leaf; `path` is the leaf's dotted path in the file.
void ChooseEncoding(const Type& type, const arrow::Array* sample, const std::string& path,
                    parquet::WriterProperties::Builder& builder) {
  switch (type.kind) {
    case TypeKind::kString:
    case TypeKind::kBinary:
      if (sample != nullptr && ValuesRepeat(*sample)) {
        builder.enable_dictionary(path);
      }
      return;
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kTimestamp:
      builder.encoding(path, parquet::Encoding::DELTA_BINARY_PACKED);
      return;
    case TypeKind::kArray: {
      const auto* list = static_cast<const arrow::ListArray*>(sample);
      ChooseEncoding(type.children[0].type, list == nullptr ? nullptr : list->values().get(),
                     path + ".list.element", builder);
      return;
    }
    case TypeKind::kStruct:
      for (const Field& field : type.children) {
        ChooseEncoding(field.type, nullptr, path + "." + field.name, builder);
      }
      return;
    default:
      return;
  }
}

// The columns that a file can hold: a void one has no data.
std::vector<int> StoredColumns(const Schema& schema) {
  std::vector<int> columns;
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].type.kind != TypeKind::kVoid) {
      columns.push_back(static_cast<int>(i));
    }
  }
  return columns;
}

std::shared_ptr<parquet::WriterProperties> MakeProperties(const Schema& schema,
                                                          const Batches& batches, int64_t rows,
                                                          const DataFileOptions& options) {
  parquet::WriterProperties::Builder builder;
  builder.compression(parquet::Compression::ZSTD);
  builder.compression_level(1);
  builder.data_page_version(parquet::ParquetDataPageVersion::V1);
  builder.disable_dictionary();
  for (const int column : StoredColumns(schema)) {
    const Field& field = schema.fields[static_cast<size_t>(column)];
    const arrow::Array* sample = batches.empty() ? nullptr : batches.front()->column(column).get();
    ChooseEncoding(field.type, sample, field.name, builder);
  }
  for (const std::string& column : options.bloom_columns) {
    parquet::BloomFilterOptions bloom;
    bloom.ndv = static_cast<int32_t>(std::max<int64_t>(rows, 1));
    bloom.fpp = kBloomFalsePositives;
    builder.enable_bloom_filter(column, bloom);
  }
  return builder.build();
}

}  // namespace

Result<std::shared_ptr<arrow::Buffer>> EncodeParquet(const Schema& schema, const Batches& batches,
                                                     const DataFileOptions& options) {
  constexpr std::string_view kWhat = "encoding rows";
  int64_t rows = 0;
  for (const auto& batch : batches) {
    rows += batch->num_rows();
  }
  const std::vector<int> columns = StoredColumns(schema);
  arrow::FieldVector fields;
  for (const int column : columns) {
    fields.push_back(ToArrowField(schema.fields[static_cast<size_t>(column)]));
  }
  const auto file_schema = arrow::schema(fields);
  Batches stored;
  for (const auto& batch : batches) {
    arrow::ArrayVector arrays;
    for (const int column : columns) {
      arrays.push_back(batch->column(column));
    }
    stored.push_back(arrow::RecordBatch::Make(file_schema, batch->num_rows(), std::move(arrays)));
  }
  try {
    URSA_ARROW_TRY(const auto table, arrow::Table::FromRecordBatches(file_schema, stored), kWhat);
    URSA_ARROW_TRY(const auto output, arrow::io::BufferOutputStream::Create(), kWhat);
    URSA_ARROW_CHECK(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), output,
                                                std::max<int64_t>(rows, 1),
                                                MakeProperties(schema, batches, rows, options),
                                                parquet::ArrowWriterProperties::Builder().build()),
                     kWhat);
    URSA_ARROW_TRY(auto bytes, output->Finish(), kWhat);
    return bytes;
  } catch (const std::exception& exception) {
    return Propagate(Error{ErrorCode::kCorrupt, exception.what(), {}, {}}, std::string(kWhat));
  }
}

Result<AddFile> PutDataFile(store::ObjectStore& store, const std::string& table_path,
                            std::string_view bytes, std::string stats, Clock& clock,
                            Random& random) {
  AddFile add;
  add.path = "part-00000-" + MakeUuid(random) + "-c000.zstd.parquet";
  URSA_CHECK_CONTEXT(store.PutAhead(table_path + "/" + add.path, bytes),
                     "writing " + table_path + "/" + add.path);
  add.size_bytes = bytes.size();
  add.modification_time_ms =
      std::chrono::floor<std::chrono::milliseconds>(clock.Now()).time_since_epoch().count();
  add.data_change = true;
  add.stats = std::move(stats);
  return add;
}

Result<AddFile> WriteDataFile(store::ObjectStore& store, const std::string& table_path,
                              const Schema& schema, const Batches& batches,
                              const DataFileOptions& options, Clock& clock, Random& random) {
  URSA_TRY_CONTEXT(const auto bytes, EncodeParquet(schema, batches, options),
                   "writing a data file of " + table_path);
  return PutDataFile(store, table_path, std::string_view(*bytes), MakeStatistics(schema, batches),
                     clock, random);
}

}  // namespace ursa::delta
