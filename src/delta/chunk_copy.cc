#include "delta/chunk_copy.h"

#include <parquet/bloom_filter.h>
#include <parquet/file_reader.h>
#include <parquet/file_writer.h>
#include <parquet/index_location.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <algorithm>
#include <map>
#include <set>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/statistics.h"

namespace ursa::delta {
namespace {

constexpr std::string_view kMagic = "PAR1";

// A Parquet file's bytes and what its footer says of them.
struct Source {
  std::string_view bytes;
  std::shared_ptr<parquet::FileMetaData> metadata;

  [[nodiscard]] int LeafCount() const { return metadata->num_columns(); }
  [[nodiscard]] std::unique_ptr<parquet::ColumnChunkMetaData> Chunk(int leaf) const {
    return metadata->RowGroup(0)->ColumnChunk(leaf);
  }
};

// The leaf's column: the first part of its path.
std::string TopLevelName(const parquet::SchemaDescriptor& schema, int leaf) {
  return schema.GetColumnRoot(leaf)->name();
}

// The library knows a leaf's properties by this: a column "a.b" and the member b of a are one.
bool HasDistinctPaths(const parquet::SchemaDescriptor& schema) {
  std::set<std::string> paths;
  for (int leaf = 0; leaf < schema.num_columns(); ++leaf) {
    paths.insert(schema.Column(leaf)->path()->ToDotString());
  }
  return paths.size() == static_cast<size_t>(schema.num_columns());
}

// Whether the file has exactly the table's columns that hold data, and only one row group.
bool HasTheTablesColumns(const parquet::FileMetaData& metadata, const Schema& schema) {
  if (metadata.num_row_groups() != 1 || metadata.num_rows() > kRowsPerFileMax ||
      metadata.num_rows() == 0) {
    return false;
  }
  const parquet::schema::GroupNode& root = *metadata.schema()->group_node();
  if (static_cast<size_t>(root.field_count()) != schema.fields.size() ||
      !HasDistinctPaths(*metadata.schema())) {
    return false;
  }
  return std::ranges::all_of(schema.fields, [&](const Field& field) {
    return field.type.kind != TypeKind::kVoid && root.FieldIndex(field.name) >= 0;
  });
}

using ArrayPtr = std::shared_ptr<arrow::Array>;

struct Columns {
  Schema schema;
  arrow::ArrayVector arrays;

  void Add(const Field& field, ArrayPtr array) {
    schema.fields.push_back(field);
    arrays.push_back(std::move(array));
  }
  [[nodiscard]] std::shared_ptr<arrow::RecordBatch> Batch() const {
    return arrow::RecordBatch::Make(ToArrowSchema(schema), arrays.front()->length(), arrays);
  }
};

// What is known of the new file's columns.
struct NewColumns {
  ArrayPtr keys;
  Columns changed;
  Columns counted;  // those whose statistics are made anew
};

// Reads what of `columns` was not read yet.
Result<std::map<size_t, ArrayPtr>> ReadMissing(DataFileReader& reader, const ColumnsRead& read,
                                               const std::vector<size_t>& columns) {
  std::map<size_t, ArrayPtr> arrays;
  for (size_t i = 0; i < read.columns.size(); ++i) {
    arrays[read.columns[i]] = read.batch.Arrow()->column(static_cast<int>(i));
  }
  std::vector<size_t> missing;
  std::ranges::copy_if(columns, std::back_inserter(missing),
                       [&](size_t column) { return !arrays.contains(column); });
  if (!missing.empty()) {
    URSA_CHECK(reader.Read(missing, [&](const RowBatch& batch) -> Result<void> {
      for (size_t i = 0; i < missing.size(); ++i) {
        arrays[missing[i]] = batch.Arrow()->column(static_cast<int>(i));
      }
      return {};
    }));
  }
  return arrays;
}

Result<NewColumns> ReadAndEdit(const Snapshot& snapshot, DataFileReader& reader,
                               const ColumnsRead& read, const std::vector<RowEdit>& edits,
                               size_t key_column) {
  const std::vector<size_t> touched = TouchedColumns(edits);
  const auto is_touched = [&](size_t column) {
    return std::ranges::find(touched, column) != touched.end();
  };
  std::vector<size_t> counted;
  for (size_t column = 0; column < snapshot.schema.fields.size(); ++column) {
    if (is_touched(column) || !CanCarryBounds(snapshot.schema.fields[column].type)) {
      counted.push_back(column);
    }
  }
  URSA_TRY(const auto arrays, ReadMissing(reader, read, counted));
  NewColumns result;
  result.keys = arrays.at(key_column);
  for (const size_t column : counted) {
    const Field& field = snapshot.schema.fields[column];
    ArrayPtr values = arrays.at(column);
    if (is_touched(column)) {
      URSA_TRY(values,
               EditColumn(field, column, values, edits.data(), edits.data() + edits.size(), 0, {}));
      result.changed.Add(field, values);
    }
    result.counted.Add(field, std::move(values));
  }
  return result;
}

// Where each leaf of the new file comes from: the leaf of `edited`, or -1 for the old file's.
std::optional<std::vector<int>> PlanLeaves(const Source& old, const Source& edited) {
  const parquet::SchemaDescriptor& old_schema = *old.metadata->schema();
  const parquet::SchemaDescriptor& new_schema = *edited.metadata->schema();
  std::vector<int> plan(static_cast<size_t>(old.LeafCount()), -1);
  int found = 0;
  for (int leaf = 0; leaf < old.LeafCount(); ++leaf) {
    for (int candidate = 0; candidate < edited.LeafCount(); ++candidate) {
      if (TopLevelName(old_schema, leaf) != TopLevelName(new_schema, candidate)) {
        continue;
      }
      // Another physical type or nullability than ours (Spark's INT96): the schema would lie.
      if (!old_schema.Column(leaf)->Equals(*new_schema.Column(candidate))) {
        continue;
      }
      plan[static_cast<size_t>(leaf)] = candidate;
      ++found;
    }
    if (plan[static_cast<size_t>(leaf)] < 0 && old.Chunk(leaf)->encoding_stats().empty()) {
      return std::nullopt;
    }
  }
  return found == edited.LeafCount() ? std::optional(plan) : std::nullopt;
}

// Puts a new file together, chunk by chunk.
class Assembly {
 public:
  Assembly(const Source& old, const Source& edited, std::vector<int> plan)
      : old_(old), edited_(edited), plan_(std::move(plan)) {
    parquet::WriterProperties::Builder properties;
    for (int leaf = 0; leaf < old_.LeafCount(); ++leaf) {
      // Under the leaf's path in the old schema, which is the new file's: engines call the elements
      // of a list differently.
      properties.compression(old_.metadata->schema()->Column(leaf)->path(),
                             SourceOf(leaf).Chunk(LeafOf(leaf))->compression());
    }
    footer_ = parquet::FileMetaDataBuilder::Make(old_.metadata->schema(), properties.build());
  }

  // kCorrupt where a chunk does not lie in its file.
  Result<std::string> Run(int key_leaf, const arrow::StringArray& keys) {
    bytes_.reserve(old_.bytes.size() + edited_.bytes.size());
    bytes_ += kMagic;
    parquet::RowGroupMetaDataBuilder* row_group = footer_->AppendRowGroup();
    row_group->set_num_rows(old_.metadata->num_rows());
    int64_t uncompressed = 0;
    for (int leaf = 0; leaf < old_.LeafCount(); ++leaf) {
      const auto chunk = SourceOf(leaf).Chunk(LeafOf(leaf));
      URSA_CHECK(CopyChunk(SourceOf(leaf), *chunk, *row_group->NextColumnChunk()));
      uncompressed += chunk->total_uncompressed_size();
    }
    row_group->Finish(uncompressed, 0);
    URSA_CHECK(AddBloomFilter(key_leaf, keys));
    URSA_ARROW_TRY(const auto sink, arrow::io::BufferOutputStream::Create(), "writing a footer");
    parquet::WriteFileMetaData(*footer_->Finish(), sink.get());
    URSA_ARROW_TRY(const auto footer, sink->Finish(), "writing a footer");
    bytes_ += std::string_view(*footer);
    return std::move(bytes_);
  }

 private:
  [[nodiscard]] const Source& SourceOf(int leaf) const {
    return plan_[static_cast<size_t>(leaf)] < 0 ? old_ : edited_;
  }
  [[nodiscard]] int LeafOf(int leaf) const {
    const int planned = plan_[static_cast<size_t>(leaf)];
    return planned < 0 ? leaf : planned;
  }

  Result<void> CopyChunk(const Source& source, const parquet::ColumnChunkMetaData& chunk,
                         parquet::ColumnChunkMetaDataBuilder& builder) {
    const int64_t dictionary = chunk.has_dictionary_page() ? chunk.dictionary_page_offset() : 0;
    const int64_t start =
        dictionary > 0 ? std::min(dictionary, chunk.data_page_offset()) : chunk.data_page_offset();
    const int64_t length = chunk.total_compressed_size();
    const auto size = static_cast<int64_t>(source.bytes.size());
    if (start < 0 || length < 0 || start > size || length > size - start) {
      return Fail(ErrorCode::kCorrupt, "a column chunk does not lie in its file");
    }
    const int64_t shift = static_cast<int64_t>(bytes_.size()) - start;
    bytes_ += source.bytes.substr(static_cast<size_t>(start), static_cast<size_t>(length));
    if (const auto statistics = chunk.encoded_statistics()) {
      builder.SetStatistics(*statistics);
    }
    if (const auto sizes = chunk.size_statistics()) {
      builder.SetSizeStatistics(*sizes);
    }
    std::map<parquet::Encoding::type, int32_t> dictionary_pages;
    std::map<parquet::Encoding::type, int32_t> data_pages;
    bool plain = false;
    for (const parquet::PageEncodingStats& pages : chunk.encoding_stats()) {
      const bool is_dictionary = pages.page_type == parquet::PageType::DICTIONARY_PAGE;
      (is_dictionary ? dictionary_pages : data_pages)[pages.encoding] += pages.count;
      plain = plain || (!is_dictionary && pages.encoding == parquet::Encoding::PLAIN);
    }
    builder.Finish(chunk.num_values(), dictionary > 0 ? dictionary + shift : 0, 0,
                   chunk.data_page_offset() + shift, length, chunk.total_uncompressed_size(),
                   dictionary > 0, dictionary > 0 && plain, dictionary_pages, data_pages);
    return {};
  }

  Result<void> AddBloomFilter(int key_leaf, const arrow::StringArray& keys) {
    parquet::BlockSplitBloomFilter filter;
    filter.Init(parquet::BlockSplitBloomFilter::OptimalNumOfBytes(
        static_cast<uint64_t>(keys.length()), kBloomFalsePositives));
    for (int64_t row = 0; row < keys.length(); ++row) {
      if (!keys.IsNull(row)) {
        const parquet::ByteArray key(keys.GetView(row));
        filter.InsertHash(filter.Hash(&key));
      }
    }
    URSA_ARROW_TRY(const auto sink, arrow::io::BufferOutputStream::Create(), "writing a filter");
    filter.WriteTo(sink.get());
    URSA_ARROW_TRY(const auto written, sink->Finish(), "writing a filter");
    const parquet::IndexLocation location{static_cast<int64_t>(bytes_.size()),
                                          static_cast<int32_t>(written->size())};
    bytes_ += std::string_view(*written);
    footer_->SetIndexLocations(parquet::IndexKind::kBloomFilter, {{{0, key_leaf}, location}});
    return {};
  }

  const Source& old_;
  const Source& edited_;
  const std::vector<int> plan_;
  std::unique_ptr<parquet::FileMetaDataBuilder> footer_;
  std::string bytes_;
};

std::shared_ptr<parquet::FileMetaData> FooterOf(const std::shared_ptr<arrow::Buffer>& bytes) {
  return parquet::ParquetFileReader::Open(std::make_shared<arrow::io::BufferReader>(bytes))
      ->metadata();
}

Result<std::optional<std::string>> Assemble(const store::ReadableStore& store,
                                            const std::string& key, const AddFile& file,
                                            const std::shared_ptr<parquet::FileMetaData>& metadata,
                                            const NewColumns& columns,
                                            const std::string& key_column) {
  URSA_TRY(const auto encoded,
           EncodeParquet(columns.changed.schema, {columns.changed.Batch()}, {}));
  const Source edited{std::string_view(*encoded), FooterOf(encoded)};
  URSA_TRY(const store::Object object, store.Get(key));
  if (object.bytes.size() != file.size_bytes) {
    return Fail(ErrorCode::kCorrupt, "it has another size than the table's log says");
  }
  const Source old{object.bytes, metadata};
  auto plan = PlanLeaves(old, edited);
  if (!plan) {
    return std::optional<std::string>();
  }
  URSA_TRY(std::string bytes, Assembly(old, edited, std::move(*plan))
                                  .Run(metadata->schema()->ColumnIndex(key_column),
                                       static_cast<const arrow::StringArray&>(*columns.keys)));
  return std::optional(std::move(bytes));
}

}  // namespace

Result<std::optional<AddFile>> CopyWithEdits(store::ObjectStore& store, const Snapshot& snapshot,
                                             const AddFile& file, DataFileReader& reader,
                                             const ColumnsRead& read,
                                             const std::vector<RowEdit>& edits,
                                             const MergeOptions& options) {
  const std::string& key_column = options.key_columns.front();
  const auto metadata = reader.Metadata();
  if (!snapshot.metadata.partition_columns.empty() ||
      !HasTheTablesColumns(*metadata, snapshot.schema)) {
    return std::optional<AddFile>();
  }
  URSA_TRY(const NewColumns columns,
           ReadAndEdit(snapshot, reader, read, edits, *snapshot.schema.IndexOf(key_column)));
  auto stats =
      PatchStatistics(file, snapshot.schema, columns.counted.schema, columns.counted.Batch());
  if (!stats) {
    return std::optional<AddFile>();
  }
  const std::string key = snapshot.table_path + "/" + file.path;
  const std::string what = "copying " + key;
  std::optional<std::string> bytes;
  try {
    URSA_TRY_CONTEXT(bytes, Assemble(store, key, file, metadata, columns, key_column), what);
  } catch (const std::exception& exception) {
    return Propagate(Error{ErrorCode::kCorrupt, exception.what(), {}, {}}, what);
  }
  if (!bytes) {
    return std::optional<AddFile>();
  }
  URSA_TRY(AddFile add, PutDataFile(store, snapshot.table_path, *bytes, std::move(*stats),
                                    options.clock, options.random));
  return std::optional(std::move(add));
}

}  // namespace ursa::delta
