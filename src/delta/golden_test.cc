// Tables written by other engines, and by hand where no engine writes such a thing: each is read as
// three engines agreed, or refused by the feature's name. tests/data/golden/delta/index.json.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "delta/scan.h"
#include "store/directory.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kGolden = "tests/data/golden/delta";

Json ReadJson(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return Json::parse(stream);
}

std::vector<std::string> GoldenNames() {
  std::vector<std::string> names;
  const Json index = ReadJson(std::filesystem::path(kGolden) / "index.json");
  for (const Json& table : index["tables"]) {
    names.push_back(table["name"]);
  }
  return names;
}

class GoldenTable : public testing::TestWithParam<std::string> {
 protected:
  GoldenTable()
      : directory_(std::filesystem::path(kGolden) / GetParam()),
        expected_(ReadJson(directory_ / "expected.json")),
        store_(store::OpenDirectoryForReading(directory_).value()),
        snapshot_(LoadSnapshot(*store_, "table")) {}

  bool IsRefused() const { return expected_["expect"] == "refuse"; }

  const std::filesystem::path directory_;
  const Json expected_;
  const std::unique_ptr<store::ReadableStore> store_;
  const Result<SnapshotPtr> snapshot_;
};

TEST_P(GoldenTable, IsReadAtItsVersionOrRefusedByTheNameOfTheFeature) {
  if (IsRefused()) {
    ASSERT_FALSE(snapshot_);
    EXPECT_EQ(snapshot_.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(snapshot_.error().ToString(),
                testing::HasSubstr(expected_["feature"].get<std::string>()));
    return;
  }
  ASSERT_TRUE(snapshot_) << snapshot_.error().ToString();
  EXPECT_EQ((*snapshot_)->version, expected_["version"]);
}

TEST_P(GoldenTable, HasTheSchemaThatTheEnginesSaw) {
  if (IsRefused()) {
    return;
  }
  Json fields = Json::parse(SchemaToJson((*snapshot_)->schema))["fields"];
  for (Json& field : fields) {
    field.erase("metadata");
  }
  EXPECT_EQ(fields, expected_["schema"]);
  EXPECT_EQ(Json((*snapshot_)->metadata.partition_columns), expected_["partition_columns"]);
}

TEST_P(GoldenTable, HasTheRowsThatTheEnginesSaw) {
  if (IsRefused()) {
    return;
  }
  std::vector<std::string> rows;
  const auto scanned =
      Scan(*store_, **snapshot_, {{}, {}, 2, {}}, [&](const RowBatch& batch) -> Result<void> {
        for (size_t row = 0; row < batch.RowCount(); ++row) {
          Json values = Json::object();
          for (size_t column = 0; column < batch.Fields().size(); ++column) {
            const Field& field = batch.Fields()[column];
            values[field.name] = ValueToJson(field.type, batch.At(column, row));
          }
          rows.push_back(values.dump());
        }
        return {};
      });
  ASSERT_TRUE(scanned) << scanned.error().ToString();
  std::vector<std::string> expected;
  for (const Json& row : expected_["rows"]) {
    expected.push_back(row.dump());
  }
  std::sort(rows.begin(), rows.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(rows, expected);
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenTable, testing::ValuesIn(GoldenNames()),
                         [](const auto& table) { return table.param; });

}  // namespace
}  // namespace ursa::delta
