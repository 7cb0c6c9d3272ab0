#include "delta/file_merge.h"

#include <arrow/compute/api.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/chunk_copy.h"
#include "delta/data_file.h"
#include "delta/row_edit.h"
#include "delta/statistics.h"

namespace ursa::delta {
namespace {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

// The value of the first key column in an encoded key.
std::string_view FirstKeyValue(std::string_view key) { return key.substr(0, key.find('\0')); }

// Bits of the filter for each key: so few of the others seem to be there.
constexpr size_t kFilterBitsPerKey = 32;

// Where in a filter of a power of two words a hash has its bit.
size_t FilterWord(size_t hash, size_t words) { return (hash >> 6) & (words - 1); }
uint64_t FilterBit(size_t hash) { return uint64_t{1} << (hash & 63); }

// Up to so many keys a Bloom filter is asked for; with more, one of them is likely to hit anyway.
constexpr size_t kBloomKeysMax = 256;

}  // namespace

ChangeIndex::ChangeIndex(const MergeSource& source, const MergeOptions& options)
    : source_(&source), options_(&options), by_key_(source.Count()) {}

Result<ChangeIndex> ChangeIndex::Make(const MergeSource& source, const MergeOptions& options) {
  ChangeIndex index(source, options);
  index.filter_.resize(std::bit_ceil(source.Count() * kFilterBitsPerKey / 64 + 1));
  for (size_t i = 0; i < source.Count(); ++i) {
    const size_t hash = std::hash<std::string_view>()(source.Key(i));
    index.filter_[FilterWord(hash, index.filter_.size())] |= FilterBit(hash);
    if (!index.by_key_.Add(source.Key(i), i, [&](size_t change) { return source.Key(change); })) {
      std::string key(source.Key(i));
      std::replace(key.begin(), key.end(), '\0', '/');
      return Fail(ErrorCode::kInvalid, "two changes have the same key " + key);
    }
  }
  index.by_locator_.resize(source.Count());
  std::iota(index.by_locator_.begin(), index.by_locator_.end(), size_t{0});
  std::sort(index.by_locator_.begin(), index.by_locator_.end(),
            [&](size_t a, size_t b) { return source.Locator(a) < source.Locator(b); });
  return index;
}

size_t ChangeIndex::Find(std::string_view key) const {
  const size_t hash = std::hash<std::string_view>()(key);
  if ((filter_[FilterWord(hash, filter_.size())] & FilterBit(hash)) == 0) {
    return source_->Count();
  }
  return by_key_.Find(key, [this](size_t change) { return source_->Key(change); })
      .value_or(source_->Count());
}

std::vector<size_t> ChangeIndex::Candidates(const AddFile& file) const {
  const auto locators = BoundsOf(file, options_->locator_column);
  const auto keys = BoundsOf(file, options_->key_columns.front());
  auto first = by_locator_.begin();
  auto last = by_locator_.end();
  if (locators) {
    first = std::lower_bound(first, last, locators->min, [&](size_t change, const auto& bound) {
      return source_->Locator(change) < bound;
    });
    last = std::upper_bound(first, last, locators->max, [&](const auto& bound, size_t change) {
      return bound < source_->Locator(change);
    });
  }
  std::vector<size_t> candidates;
  std::copy_if(first, last, std::back_inserter(candidates), [&](size_t change) {
    const std::string_view key = FirstKeyValue(source_->Key(change));
    return !keys || (key >= keys->min && key <= keys->max);
  });
  return candidates;
}

namespace {

class BatchRow final : public CurrentRow {
 public:
  // The source's columns stand in the batch after the key columns.
  BatchRow(const RowBatch& batch, size_t row, size_t first_column)
      : batch_(batch), row_(row), first_column_(first_column) {}
  [[nodiscard]] Value At(size_t position) const override {
    return batch_.At(first_column_ + position, row_);
  }

 private:
  const RowBatch& batch_;
  const size_t row_;
  const size_t first_column_;
};

Result<std::vector<size_t>> Positions(const Schema& schema, const std::vector<std::string>& names) {
  std::vector<size_t> positions;
  for (const std::string& name : names) {
    const auto position = schema.IndexOf(name);
    if (!position) {
      return Fail(ErrorCode::kUnsupported, "the table has no column '" + name +
                                               "', which this change needs; repair it with "
                                               "the program that changed the table, or restore it "
                                               "from a backup");
    }
    positions.push_back(*position);
  }
  return positions;
}

// Finds the rows of one file and decides them.
class RowFinder {
 public:
  RowFinder(const ChangeIndex& index, const std::vector<size_t>& passed_over, MergeSource& source,
            const MergeOptions& options)
      : index_(index),
        passed_over_(passed_over),
        source_(source),
        key_count_(options.key_columns.size()) {}

  Result<void> Take(const RowBatch& batch) {
    std::string key;
    for (size_t row = 0; row < batch.RowCount(); ++row) {
      const size_t change = index_.Find(KeyOfRow(batch, row, key_count_, key));
      if (change == source_.Count()) {
        continue;
      }
      found.push_back(change);
      if (std::ranges::binary_search(passed_over_, change)) {
        continue;
      }
      URSA_TRY(RowDecision decision, source_.Decide(change, &BatchRowAt(batch, row)));
      if (decision.kind != RowDecision::Kind::kKeep) {
        edits.push_back({rows_before_ + static_cast<int64_t>(row), std::move(decision)});
      }
    }
    rows_before_ += static_cast<int64_t>(batch.RowCount());
    return {};
  }

  std::vector<size_t> found;
  std::vector<RowEdit> edits;

 private:
  const CurrentRow& BatchRowAt(const RowBatch& batch, size_t row) {
    current_.emplace(batch, row, key_count_);
    return *current_;
  }

  const ChangeIndex& index_;
  const std::vector<size_t>& passed_over_;
  MergeSource& source_;
  const size_t key_count_;
  int64_t rows_before_ = 0;
  std::optional<BatchRow> current_;
};

// The rows' order by locator, then by the key columns; empty where they are in that order already.
std::vector<int64_t> SortOrder(const arrow::RecordBatch& batch,
                               const std::vector<size_t>& columns) {
  std::vector<const arrow::StringArray*> arrays;
  for (const size_t column : columns) {
    arrays.push_back(
        static_cast<const arrow::StringArray*>(batch.column(static_cast<int>(column)).get()));
  }
  const auto before = [&](int64_t a, int64_t b) {
    for (const auto* array : arrays) {
      const int order = array->GetView(a).compare(array->GetView(b));
      if (order != 0) {
        return order < 0;
      }
    }
    return false;
  };
  bool sorted = true;
  for (int64_t row = 1; row < batch.num_rows() && sorted; ++row) {
    sorted = !before(row, row - 1);
  }
  if (sorted) {
    return {};
  }
  std::vector<int64_t> order(static_cast<size_t>(batch.num_rows()));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::stable_sort(order.begin(), order.end(), before);
  return order;
}

// Collects rows and writes them as sorted files of at most kRowsPerFileMax rows.
class SortedWriter {
 public:
  SortedWriter(store::ObjectStore& store, const Snapshot& snapshot, const MergeOptions& options,
               std::vector<size_t> sort_columns, std::vector<std::string>& written)
      : store_(store),
        snapshot_(snapshot),
        options_(options),
        sort_columns_(std::move(sort_columns)),
        written_(written) {}

  Result<void> Add(BatchPtr batch) {
    if (batch->num_rows() == 0) {
      return {};
    }
    if (rows_ + batch->num_rows() > kRowsPerFileMax) {
      URSA_CHECK(Flush());
    }
    rows_ += batch->num_rows();
    batches_.push_back(std::move(batch));
    return {};
  }

  Result<void> Flush() {
    if (batches_.empty()) {
      return {};
    }
    BatchPtr all = batches_.front();
    if (batches_.size() > 1) {
      URSA_ARROW_TRY(all, arrow::ConcatenateRecordBatches(batches_), "joining rows");
    }
    batches_.clear();
    rows_ = 0;
    const auto order = SortOrder(*all, sort_columns_);
    if (!order.empty()) {
      const auto indices = std::make_shared<arrow::Int64Array>(static_cast<int64_t>(order.size()),
                                                               arrow::Buffer::Wrap(order));
      arrow::ArrayVector columns;
      for (const auto& column : all->columns()) {
        URSA_ARROW_TRY(auto taken, arrow::compute::Take(*column, *indices), "sorting rows");
        columns.push_back(std::move(taken));
      }
      all = arrow::RecordBatch::Make(all->schema(), all->num_rows(), std::move(columns));
    }
    URSA_TRY(AddFile file, WriteDataFile(store_, snapshot_.table_path, snapshot_.schema, {all},
                                         DataFileOptions{{options_.key_columns.front()}},
                                         options_.clock, options_.random));
    written_.push_back(file.path);
    files.push_back(std::move(file));
    return {};
  }

  std::vector<AddFile> files;

 private:
  store::ObjectStore& store_;
  const Snapshot& snapshot_;
  const MergeOptions& options_;
  const std::vector<size_t> sort_columns_;
  std::vector<std::string>& written_;
  std::vector<BatchPtr> batches_;
  int64_t rows_ = 0;
};

Result<std::vector<size_t>> SortColumns(const Schema& schema, const MergeOptions& options) {
  std::vector<std::string> names;
  if (schema.IndexOf(options.locator_column)) {
    names.push_back(options.locator_column);
  }
  names.insert(names.end(), options.key_columns.begin(), options.key_columns.end());
  return Positions(schema, names);
}

// Whether all rows stay, and where they are.
bool KeepsOrder(const std::vector<RowEdit>& edits, const std::vector<size_t>& sort_columns) {
  return std::ranges::all_of(edits, [&](const RowEdit& edit) {
    return edit.decision.kind == RowDecision::Kind::kUpdate &&
           std::ranges::none_of(edit.decision.values, [&](const auto& value) {
             return std::ranges::find(sort_columns, value.first) != sort_columns.end();
           });
  });
}

Result<void> Rewrite(DataFileReader& reader, const Snapshot& snapshot,
                     const std::vector<RowEdit>& edits, SortedWriter& writer) {
  std::vector<size_t> all(snapshot.schema.fields.size());
  std::iota(all.begin(), all.end(), size_t{0});
  int64_t batch_start = 0;
  const RowEdit* next = edits.data();
  const RowEdit* const end = next + edits.size();
  URSA_CHECK(reader.Read(all, [&](const RowBatch& batch) -> Result<void> {
    const auto batch_end = batch_start + static_cast<int64_t>(batch.RowCount());
    const RowEdit* last = next;
    while (last != end && last->row < batch_end) {
      ++last;
    }
    URSA_TRY(BatchPtr patched, PatchBatch(snapshot.schema, batch, next, last, batch_start));
    next = last;
    batch_start = batch_end;
    return writer.Add(std::move(patched));
  }));
  return writer.Flush();
}

}  // namespace

Result<FileMerge> MergeFile(store::ObjectStore& store, const Snapshot& snapshot,
                            const AddFile& file, const std::vector<size_t>& candidates,
                            const ChangeIndex& index, const std::vector<size_t>& passed_over,
                            MergeSource& source, const MergeOptions& options,
                            std::vector<std::string>& written) {
  URSA_TRY(const auto reader, DataFileReader::Open(store, snapshot, file));
  if (candidates.size() <= kBloomKeysMax) {
    std::vector<std::string_view> keys;
    for (const size_t change : candidates) {
      keys.push_back(FirstKeyValue(source.Key(change)));
    }
    URSA_TRY(const bool may_hold, reader->MayHold(options.key_columns.front(), keys));
    if (!may_hold) {
      return FileMerge{};
    }
  }
  std::vector<std::string> names = options.key_columns;
  names.insert(names.end(), source.Columns().begin(), source.Columns().end());
  URSA_TRY(const auto columns, Positions(snapshot.schema, names));
  RowFinder finder(index, passed_over, source, options);
  std::optional<RowBatch> read;
  size_t batches = 0;
  URSA_CHECK(reader->Read(columns, [&](const RowBatch& batch) {
    // Kept for the copy, which is made of files of one batch only.
    read = ++batches == 1 ? std::optional(batch) : std::nullopt;
    return finder.Take(batch);
  }));

  FileMerge merge;
  merge.found = std::move(finder.found);
  if (finder.edits.empty()) {
    return merge;
  }
  for (const RowEdit& edit : finder.edits) {
    ++(edit.decision.kind == RowDecision::Kind::kDelete ? merge.counts.deleted
                                                        : merge.counts.updated);
  }
  URSA_TRY(auto sort_columns, SortColumns(snapshot.schema, options));
  merge.rewritten = true;
  if (read && KeepsOrder(finder.edits, sort_columns)) {
    URSA_TRY(auto copied, CopyWithEdits(store, snapshot, file, *reader, {columns, *read},
                                        finder.edits, options));
    if (copied) {
      written.push_back(copied->path);
      merge.outputs.push_back(std::move(*copied));
      return merge;
    }
  }
  SortedWriter writer(store, snapshot, options, std::move(sort_columns), written);
  URSA_CHECK(Rewrite(*reader, snapshot, finder.edits, writer));
  merge.outputs = std::move(writer.files);
  return merge;
}

Result<std::vector<AddFile>> WriteInserts(store::ObjectStore& store, const Snapshot& snapshot,
                                          const std::vector<RowDecision>& decisions,
                                          const MergeOptions& options,
                                          std::vector<std::string>& written) {
  URSA_TRY(auto sort_columns, SortColumns(snapshot.schema, options));
  // Sorted as a whole, so that the files' ranges don't overlap.
  std::vector<const RowDecision*> order;
  std::vector<std::string> sort_keys;
  const auto value_of = [](const RowDecision& decision, size_t column) -> const Value* {
    for (const auto& [position, value] : decision.values) {
      if (position == column) {
        return &value;
      }
    }
    return nullptr;
  };
  const auto text_of = [&](const RowDecision& decision, size_t column) -> std::string_view {
    const Value* value = value_of(decision, column);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->data);
    return text == nullptr ? std::string_view() : std::string_view(*text);
  };
  for (const RowDecision& decision : decisions) {
    order.push_back(&decision);
  }
  std::sort(order.begin(), order.end(), [&](const RowDecision* a, const RowDecision* b) {
    for (const size_t column : sort_columns) {
      const int difference = text_of(*a, column).compare(text_of(*b, column));
      if (difference != 0) {
        return difference < 0;
      }
    }
    return false;
  });
  SortedWriter writer(store, snapshot, options, sort_columns, written);
  for (size_t start = 0; start < order.size(); start += kRowsPerFileMax) {
    const size_t end = std::min(order.size(), start + static_cast<size_t>(kRowsPerFileMax));
    arrow::ArrayVector columns;
    for (size_t column = 0; column < snapshot.schema.fields.size(); ++column) {
      const Field& field = snapshot.schema.fields[column];
      URSA_ARROW_TRY(const auto builder, arrow::MakeBuilder(ToArrowType(field.type)),
                     "writing column " + field.name);
      for (size_t i = start; i < end; ++i) {
        const Value* value = value_of(*order[i], column);
        URSA_CHECK(AppendValue(field.type, value == nullptr ? Value() : *value, *builder));
      }
      URSA_ARROW_TRY(auto array, builder->Finish(), "writing column " + field.name);
      columns.push_back(std::move(array));
    }
    URSA_CHECK(writer.Add(arrow::RecordBatch::Make(
        ToArrowSchema(snapshot.schema), static_cast<int64_t>(end - start), std::move(columns))));
  }
  URSA_CHECK(writer.Flush());
  return std::move(writer.files);
}

}  // namespace ursa::delta
