#include "delta/chunk_copy.h"

#include <gtest/gtest.h>

#include <numeric>

#include "delta/arrow_bridge.h"
#include "delta/arrow_headers.h"
#include "delta/commit.h"
#include "delta/statistics.h"
#include "store/memory.h"

namespace ursa::delta {
namespace {

constexpr int kRows = 1000;

class StillClock final : public Clock {
 public:
  TimeNs Now() override { return TimeNs{std::chrono::seconds{1'778'000'000}}; }
  Nanoseconds Steady() override { return {}; }
  void Sleep(Nanoseconds, std::stop_token) override {}
};

class CountingRandom final : public Random {
 public:
  uint64_t Next() override { return ++state_ * 0x9E3779B97F4A7C15ULL; }

 private:
  uint64_t state_ = 0;
};

Schema TestSchema() {
  return Schema{{{"id", TypeKind::kString, false, "{}"},
                 {"name", TypeKind::kString, false, "{}"},
                 {"count", TypeKind::kLong, true, "{}"},
                 {"tags", Type::Array(TypeKind::kString, true), true, "{}"},
                 {"known", TypeKind::kBoolean, false, "{}"}}};
}

std::vector<Value> RowValues(int row) {
  return {Value(std::to_string(100'000 + row)), Value("name " + std::to_string(row)),
          row % 7 == 0 ? Value() : Value(int64_t{row}),
          row % 5 == 0 ? Value() : Value(Value::List{"tag", Value(), std::to_string(row)}),
          Value(row % 3 == 0)};
}

std::shared_ptr<arrow::RecordBatch> MakeBatch(const Schema& schema,
                                              const std::vector<std::vector<Value>>& rows) {
  arrow::ArrayVector columns;
  for (size_t column = 0; column < schema.fields.size(); ++column) {
    const Type& type = schema.fields[column].type;
    const auto builder = arrow::MakeBuilder(ToArrowType(type)).ValueOrDie();
    for (const auto& row : rows) {
      EXPECT_TRUE(AppendValue(type, row[column], *builder));
    }
    columns.push_back(builder->Finish().ValueOrDie());
  }
  return arrow::RecordBatch::Make(ToArrowSchema(schema), static_cast<int64_t>(rows.size()),
                                  columns);
}

// A table with one file of kRows rows.
class ChunkCopyTest : public testing::Test {
 protected:
  ChunkCopyTest() {
    for (int row = 0; row < kRows; ++row) {
      rows_.push_back(RowValues(row));
    }
    snapshot_.table_path = "table";
    snapshot_.schema = TestSchema();
    file_ = WriteDataFile(store_, "table", snapshot_.schema, {MakeBatch(snapshot_.schema, rows_)},
                          {{"id"}}, clock_, random_)
                .value();
  }

  Result<std::optional<AddFile>> Copy(const std::vector<RowEdit>& edits) {
    const auto reader = DataFileReader::Open(store_, snapshot_, file_).value();
    return Copy(*reader, edits);
  }
  // As a merge does it, which has read the key column when it comes to this.
  Result<std::optional<AddFile>> Copy(DataFileReader& reader, const std::vector<RowEdit>& edits) {
    const std::vector<size_t> columns{*snapshot_.schema.IndexOf("id")};
    std::optional<RowBatch> read;
    EXPECT_TRUE(reader.Read(columns, [&](const RowBatch& batch) -> Result<void> {
      read = batch;
      return {};
    }));
    return CopyWithEdits(store_, snapshot_, file_, reader, {columns, *read}, edits, options_);
  }

  std::vector<std::vector<Value>> Rows(const AddFile& file) {
    std::vector<size_t> columns(snapshot_.schema.fields.size());
    std::iota(columns.begin(), columns.end(), size_t{0});
    std::vector<std::vector<Value>> rows;
    const auto reader = DataFileReader::Open(store_, snapshot_, file).value();
    EXPECT_TRUE(reader->Read(columns, [&](const RowBatch& batch) -> Result<void> {
      for (size_t row = 0; row < batch.RowCount(); ++row) {
        rows.emplace_back();
        for (const size_t column : columns) {
          rows.back().push_back(batch.At(column, row));
        }
      }
      return {};
    }));
    return rows;
  }

  static RowEdit Update(int row, std::vector<std::pair<size_t, Value>> values) {
    return {row, {RowDecision::Kind::kUpdate, std::move(values)}};
  }

  StillClock clock_;
  CountingRandom random_;
  store::MemoryStore store_{clock_};
  Snapshot snapshot_;
  AddFile file_;
  std::vector<std::vector<Value>> rows_;
  MergeOptions options_{{"id"}, "name", "MERGE", {},     "test", std::chrono::seconds{1},
                        1,      {},     clock_,  random_};
};

TEST_F(ChunkCopyTest, ChangesTheEditedValuesAndNothingElse) {
  const std::vector<RowEdit> edits = {Update(0, {{2, Value(int64_t{-5})}}),
                                      Update(7, {{2, Value()}, {4, Value(true)}}),
                                      Update(kRows - 1, {{3, Value(Value::List{"new"})}})};
  const auto copied = Copy(edits);
  ASSERT_TRUE(copied) << copied.error().ToString();
  ASSERT_TRUE(*copied);
  for (const RowEdit& edit : edits) {
    for (const auto& [column, value] : edit.decision.values) {
      rows_[static_cast<size_t>(edit.row)][column] = value;
    }
  }
  EXPECT_EQ(Rows(**copied), rows_);
}

TEST_F(ChunkCopyTest, StatesTheStatisticsOfTheNewRows) {
  const auto copied = Copy({Update(3, {{2, Value(int64_t{1'000'000})}})});
  ASSERT_TRUE(copied && *copied);
  rows_[3][2] = Value(int64_t{1'000'000});
  const std::string expected =
      MakeStatistics(snapshot_.schema, {MakeBatch(snapshot_.schema, rows_)});
  EXPECT_EQ(nlohmann::json::parse(*(*copied)->stats), nlohmann::json::parse(expected));
}

TEST_F(ChunkCopyTest, MakesABloomFilterOfTheKeysAlsoWhereTheOldFileHadNone) {
  file_ = WriteDataFile(store_, "table", snapshot_.schema, {MakeBatch(snapshot_.schema, rows_)}, {},
                        clock_, random_)
              .value();
  const auto copied = Copy({Update(3, {{2, Value()}})});
  ASSERT_TRUE(copied && *copied);
  const auto reader = DataFileReader::Open(store_, snapshot_, **copied).value();
  for (int row = 0; row < kRows; ++row) {
    EXPECT_TRUE(reader->MayHold("id", {std::to_string(100'000 + row)}).value());
  }
  int let_pass = 0;
  for (int row = 0; row < kRows; ++row) {
    let_pass += reader->MayHold("id", {std::to_string(200'000 + row)}).value() ? 1 : 0;
  }
  EXPECT_LT(let_pass, kRows / 10);
}

TEST_F(ChunkCopyTest, ACopyCanBeCopiedFrom) {
  for (int round = 0; round < 3; ++round) {
    const auto copied = Copy({Update(round, {{2, Value(int64_t{round})}})});
    ASSERT_TRUE(copied && *copied);
    file_ = **copied;
    rows_[static_cast<size_t>(round)][2] = Value(int64_t{round});
  }
  EXPECT_EQ(Rows(file_), rows_);
}

TEST_F(ChunkCopyTest, DeclinesAFileThatLacksAColumnOfTheTable) {
  snapshot_.schema.fields.push_back({"added", TypeKind::kLong, true, "{}"});
  const auto copied = Copy({Update(3, {{2, Value()}})});
  ASSERT_TRUE(copied);
  EXPECT_FALSE(*copied);
}

TEST_F(ChunkCopyTest, DeclinesAFileWithoutUsableStatistics) {
  for (const std::optional<std::string>& stats :
       {std::optional<std::string>(), std::optional<std::string>("{"),
        std::optional<std::string>(R"({"numRecords":999})")}) {
    file_.stats = stats;
    const auto copied = Copy({Update(3, {{2, Value()}})});
    ASSERT_TRUE(copied);
    EXPECT_FALSE(*copied);
  }
}

TEST_F(ChunkCopyTest, NamesTheFileWhoseBytesAreNotWhatTheLogSays) {
  const std::string key = "table/" + file_.path;
  std::string bytes = store_.Get(key)->bytes;
  const auto reader = DataFileReader::Open(store_, snapshot_, file_).value();
  ASSERT_TRUE(store_.Put(key, bytes + "x", store::PutCondition::kNone));
  const auto copied = Copy(*reader, {Update(3, {{2, Value()}})});
  ASSERT_FALSE(copied);
  EXPECT_NE(copied.error().ToString().find(key), std::string::npos);
}

}  // namespace
}  // namespace ursa::delta
