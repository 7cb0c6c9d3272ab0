#include "delta/export.h"

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/data_file.h"

namespace ursa::delta {
namespace {

// A row group is in memory until it is whole.
constexpr int64_t kRowsPerRowGroup = 4 * kRowsPerFileMax;

// A stream for Arrow that hands every piece on; remembers our own error, which Arrow can't carry.
class SinkStream final : public arrow::io::OutputStream {
 public:
  explicit SinkStream(const std::function<Result<void>(std::string_view)>& sink) : sink_(sink) {}

  arrow::Status Write(const void* data, int64_t size) override {
    position_ += size;
    auto given = sink_(std::string_view(static_cast<const char*>(data), static_cast<size_t>(size)));
    if (!given) {
      error = std::move(given).error();
      return arrow::Status::IOError("sink");
    }
    return arrow::Status::OK();
  }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  [[nodiscard]] bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }

  std::optional<Error> error;

 private:
  const std::function<Result<void>(std::string_view)>& sink_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

Result<void> ExportParquet(const store::ReadableStore& store, const Snapshot& snapshot,
                           const ScanOptions& options, uint64_t limit,
                           const std::function<Result<void>(std::string_view)>& sink) {
  const std::string what = "writing Parquet";
  const auto stream = std::make_shared<SinkStream>(sink);
  std::unique_ptr<parquet::arrow::FileWriter> writer;
  uint64_t left = limit;
  const auto open = [&](const std::shared_ptr<arrow::Schema>& schema) -> Result<void> {
    const auto properties = parquet::WriterProperties::Builder()
                                .compression(parquet::Compression::ZSTD)
                                ->compression_level(1)
                                ->max_row_group_length(kRowsPerRowGroup)
                                ->build();
    // Columns are encoded beside each other; batches are read ahead on threads of the scan.
    const auto arrow_properties =
        parquet::ArrowWriterProperties::Builder().set_use_threads(options.jobs > 1)->build();
    URSA_ARROW_TRY(writer,
                   parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), stream,
                                                    properties, arrow_properties),
                   what);
    return {};
  };
  const auto done = [&]() -> Result<void> {
    URSA_CHECK(Scan(store, snapshot, options, [&](const RowBatch& batch) -> Result<void> {
      if (!writer) {
        URSA_CHECK(open(batch.Arrow()->schema()));
      }
      const auto rows = std::min<uint64_t>(left, batch.RowCount());
      left -= rows;
      if (rows > 0) {
        URSA_ARROW_CHECK(
            writer->WriteRecordBatch(*batch.Arrow()->Slice(0, static_cast<int64_t>(rows))), what);
      }
      return {};
    }));
    if (!writer) {
      arrow::FieldVector fields;
      for (const Field& field : snapshot.schema.fields) {
        const auto& wanted = options.columns;
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), field.name) != wanted.end()) {
          fields.push_back(ToArrowField(field));
        }
      }
      URSA_CHECK(open(arrow::schema(fields)));
    }
    URSA_ARROW_CHECK(writer->Close(), what);
    return {};
  }();
  if (stream->error) {
    return tl::unexpected(std::move(*stream->error));
  }
  return done;
}

}  // namespace ursa::delta
