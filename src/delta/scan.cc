#include "delta/scan.h"

#include <algorithm>

#include "base/parallel.h"
#include "delta/data_file.h"
#include "delta/statistics.h"

namespace ursa::delta {
namespace {

bool MayPass(const AddFile& file, const FileFilter& filter) {
  const auto bounds = BoundsOf(file, filter.column);
  if (bounds && filter.any_between) {
    return filter.any_between(bounds->min, bounds->max);
  }
  return !bounds ||
         std::any_of(filter.values.begin(), filter.values.end(), [&](const std::string& value) {
           return value >= bounds->min && value <= bounds->max;
         });
}

Result<std::vector<size_t>> ColumnPositions(const Schema& schema,
                                            const std::vector<std::string>& names) {
  std::vector<size_t> positions;
  if (names.empty()) {
    for (size_t i = 0; i < schema.fields.size(); ++i) {
      positions.push_back(i);
    }
  }
  for (const std::string& name : names) {
    const auto position = schema.IndexOf(name);
    if (!position) {
      std::string known;
      for (const Field& field : schema.fields) {
        known += (known.empty() ? "" : ", ") + field.name;
      }
      return Fail(ErrorCode::kInvalid,
                  "the table has no column '" + name + "'; its columns are " + known);
    }
    positions.push_back(*position);
  }
  return positions;
}

// With one job batches are handed on as they are read, so that one is in memory at a time.
Result<void> ScanInSequence(const store::ReadableStore& store, const Snapshot& snapshot,
                            const std::vector<const AddFile*>& files,
                            const std::vector<size_t>& columns, const std::stop_token& stop,
                            const BatchSink& sink) {
  for (const AddFile* file : files) {
    URSA_TRY(const auto reader, DataFileReader::Open(store, snapshot, *file));
    URSA_CHECK(reader->Read(columns, [&](const RowBatch& batch) -> Result<void> {
      if (stop.stop_requested()) {
        return Fail(ErrorCode::kInterrupted, "interrupted");
      }
      return sink(batch);
    }));
  }
  return {};
}

}  // namespace

Result<void> Scan(const store::ReadableStore& store, const Snapshot& snapshot,
                  const ScanOptions& options, const BatchSink& sink) {
  URSA_TRY(const auto columns, ColumnPositions(snapshot.schema, options.columns));
  std::vector<const AddFile*> files;
  for (const auto& entry : snapshot.files) {
    const AddFile& file = entry.second;
    if (std::all_of(options.filters.begin(), options.filters.end(),
                    [&](const FileFilter& filter) { return MayPass(file, filter); })) {
      files.push_back(&file);
    }
  }
  // A file beyond the usual size (another engine's) would sit in memory whole, once a job.
  const bool has_large_file = std::any_of(files.begin(), files.end(), [](const AddFile* file) {
    return RecordCountOf(*file).value_or(UINT64_MAX) > 2 * static_cast<uint64_t>(kRowsPerFileMax);
  });
  if (options.jobs <= 1 || files.size() <= 1 || has_large_file) {
    return ScanInSequence(store, snapshot, files, columns, options.stop, sink);
  }
  const size_t window = options.jobs + 1;
  std::vector<Result<std::vector<RowBatch>>> slots(window);
  return OrderedParallelMap(
      files.size(), options.jobs, window, options.stop,
      [&](size_t i) {
        slots[i % window] = [&]() -> Result<std::vector<RowBatch>> {
          std::vector<RowBatch> batches;
          URSA_TRY(const auto reader, DataFileReader::Open(store, snapshot, *files[i]));
          URSA_CHECK(reader->Read(columns, [&](const RowBatch& batch) -> Result<void> {
            batches.push_back(batch);
            return {};
          }));
          return batches;
        }();
      },
      [&](size_t i) -> Result<void> {
        URSA_TRY(const std::vector<RowBatch> batches, std::move(slots[i % window]));
        slots[i % window] = std::vector<RowBatch>();
        for (const RowBatch& batch : batches) {
          URSA_CHECK(sink(batch));
        }
        return {};
      });
}

}  // namespace ursa::delta
