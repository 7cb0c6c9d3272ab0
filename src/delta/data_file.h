// Data files: reading any engine's Parquet, writing ours. Included in this room only.
// Source: delta-format.md section 6, arrow-facts.md.
#pragma once

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "delta/actions.h"
#include "delta/row_batch.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace parquet {
class FileMetaData;
}

namespace ursa::delta {

// At most so many rows are read into one batch, and written into one file (catalog.md section 3).
inline constexpr int64_t kRowsPerFileMax = int64_t{64} * 1024;

using BatchSink = std::function<Result<void>(const RowBatch&)>;

// One data file of a snapshot, opened: its footer is read. Not thread-safe. The snapshot and the
// store must outlive it.
class DataFileReader {
 public:
  static Result<std::unique_ptr<DataFileReader>> Open(const store::ReadableStore& store,
                                                      const Snapshot& snapshot,
                                                      const AddFile& file);
  ~DataFileReader();

  // Hands the rows out in batches of at most kRowsPerFileMax, in the file's order; of `columns`,
  // positions in the snapshot's schema. Columns that the file lacks are nulls, partition columns
  // come from the log. An error of `sink` ends the reading and is returned.
  Result<void> Read(const std::vector<size_t>& columns, const BatchSink& sink);

  // Whether some row may have `column` = `value`, by the column's Bloom filters; true where there
  // are none.
  Result<bool> MayHold(const std::string& column, const std::vector<std::string_view>& values);

  // The file's footer.
  [[nodiscard]] std::shared_ptr<parquet::FileMetaData> Metadata() const;

  DataFileReader(const DataFileReader&) = delete;
  DataFileReader& operator=(const DataFileReader&) = delete;

 private:
  struct Parts;
  explicit DataFileReader(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Of the Bloom filter on a key column: how often it lets a key pass that the file does not hold.
inline constexpr double kBloomFalsePositives = 0.01;

struct DataFileOptions {
  std::vector<std::string> bloom_columns;  // string columns that get a Bloom filter
};

// Rows of `schema`, as the bytes of one Parquet file with one row group.
Result<std::shared_ptr<arrow::Buffer>> EncodeParquet(
    const Schema& schema, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
    const DataFileOptions& options);

// Puts a file's bytes under a new name, ahead of the commit that adds it; `stats` is what its add action says of it.
Result<AddFile> PutDataFile(store::ObjectStore& store, const std::string& table_path,
                            std::string_view bytes, std::string stats, Clock& clock,
                            Random& random);

// Writes the rows of `batches` (each with all columns of `schema`, in its order, adapted; at most
// kRowsPerFileMax rows together) as one new data file of the table, and returns its add action.
Result<AddFile> WriteDataFile(store::ObjectStore& store, const std::string& table_path,
                              const Schema& schema,
                              const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                              const DataFileOptions& options, Clock& clock, Random& random);

// The value of a partition column, from its text in the log.
Result<Value> PartitionValue(const Type& type, const std::optional<std::string>& text);

}  // namespace ursa::delta
