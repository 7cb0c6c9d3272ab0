#include "catalog/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/rows.h"

namespace ursa::catalog {
namespace {

using delta::Value;
using testing::HasSubstr;

const TableDefinition& Recordings() { return *FindTable(kRecordings); }
const TableDefinition& Modalities() { return *FindTable(kModalities); }

Recording GoodRecording() {
  Recording recording;
  recording.recording_hash = std::string(64, 'a');
  recording.recording_id = "rec_20260507_143022_a1b2";
  recording.participant_ids = {"maya-chen"};
  return recording;
}

std::string RuleBrokenBy(const TableDefinition& table, std::string_view column, Value value) {
  const auto checked = CheckValue(table, column, value);
  return checked ? "" : checked.error().ToString();
}

TEST(Tables, AreThoseOfTheCatalogsPageInCommitOrder) {
  std::vector<std::string> names;
  for (const TableDefinition& table : AllTables()) {
    names.push_back(table.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"participants", "modalities", "events", "recordings",
                                             "maintenance_runs"}));
}

TEST(Tables, AnUnknownTableHasNoDefinition) { EXPECT_EQ(FindTable("sites"), nullptr); }

TEST(Tables, EveryKeyAndLocatorColumnIsAStringOfItsTable) {
  for (const TableDefinition& table : AllTables()) {
    std::vector<std::string> columns = table.key_columns;
    columns.push_back(table.locator_column);
    for (const std::string& column : columns) {
      const auto position = table.schema.IndexOf(column);
      ASSERT_TRUE(position) << table.name << "." << column;
      EXPECT_EQ(table.schema.fields[*position].type.kind, delta::TypeKind::kString);
    }
  }
}

TEST(Tables, AGoodRecordingBreaksNoRule) {
  EXPECT_TRUE(CheckRow(Recordings(), ToRow(GoodRecording())));
}

TEST(Tables, AHashMustBeSixtyFourLowerCaseHexDigits) {
  EXPECT_THAT(RuleBrokenBy(Recordings(), "recording_hash", std::string(64, 'A')),
              HasSubstr("recordings.recording_hash must be 64 lower-case hex digits"));
}

TEST(Tables, AnIdMustMatchItsPattern) {
  EXPECT_THAT(RuleBrokenBy(Recordings(), "recording_id", "../x"),
              HasSubstr("recordings.recording_id must match [A-Za-z0-9_-]+"));
  EXPECT_THAT(RuleBrokenBy(Recordings(), "recording_id", ""), HasSubstr("must match"));
}

TEST(Tables, ParticipantIdsMustEachBeAnId) {
  EXPECT_THAT(RuleBrokenBy(Recordings(), "participant_ids", Value::List{"maya-chen", "Maya Chen"}),
              HasSubstr("each must match"));
}

TEST(Tables, AManifestSourceIsRigOrReconstructed) {
  EXPECT_EQ(RuleBrokenBy(Recordings(), "manifest_source", "reconstructed"), "");
  EXPECT_THAT(RuleBrokenBy(Recordings(), "manifest_source", "guess"), HasSubstr("must be rig"));
}

TEST(Tables, AnIngestionStatusIsOneOfFour) {
  EXPECT_EQ(RuleBrokenBy(Modalities(), "ingestion_status", "processed"), "");
  EXPECT_THAT(RuleBrokenBy(Modalities(), "ingestion_status", "done"), HasSubstr("must be raw"));
}

TEST(Tables, AColumnThatMustHaveAValueRefusesNull) {
  EXPECT_THAT(RuleBrokenBy(Recordings(), "start_time", Value()), HasSubstr("must not be null"));
}

TEST(Tables, AValueOfAnotherTypeIsRefused) {
  EXPECT_THAT(RuleBrokenBy(Recordings(), "duration_us", 1.5), HasSubstr("must be of type long"));
}

TEST(Tables, ADurationIsNeverNegative) {
  EXPECT_THAT(RuleBrokenBy(Recordings(), "duration_us", int64_t{-1}), HasSubstr("negative"));
}

TEST(Tables, JsonColumnsHoldOneFlatObject) {
  EXPECT_EQ(RuleBrokenBy(Recordings(), "metadata", R"({"a":1,"b":["x",null]})"), "");
  EXPECT_THAT(RuleBrokenBy(Recordings(), "metadata", R"({"a":{"b":1}})"), HasSubstr("scalars"));
  EXPECT_THAT(RuleBrokenBy(Recordings(), "metadata", "[1]"), HasSubstr("scalars"));
  EXPECT_THAT(RuleBrokenBy(Recordings(), "metadata", "{"), HasSubstr("scalars"));
}

TEST(Tables, IntervalsAscendAndEndAfterTheirStartAndDoNotOverlap) {
  const auto broken = [](Value::List intervals) {
    return RuleBrokenBy(Modalities(), "domain_intervals", std::move(intervals));
  };
  EXPECT_EQ(broken({Value::List{-1.5, 2.0}, Value::List{2.0, 3.0}}), "");
  EXPECT_NE(broken({Value::List{2.0, 2.0}}), "");
  EXPECT_NE(broken({Value::List{0.0, 2.0}, Value::List{1.0, 3.0}}), "");
  EXPECT_NE(broken({Value::List{0.0, std::numeric_limits<double>::quiet_NaN()}}), "");
}

TEST(Tables, AnUnknownColumnIsFree) {
  EXPECT_EQ(RuleBrokenBy(Recordings(), "site", int64_t{7}), "");
}

TEST(Tables, StampsMayBeLeftOutOfARowButOtherColumnsMayNot) {
  NamedRow row = ToRow(GoodRecording());
  std::erase_if(row, [](const auto& entry) { return entry.first == "manifest_source"; });
  const auto checked = CheckRow(Recordings(), row);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("recordings.manifest_source must not be null"));
}

TEST(Tables, AKeyOfSeveralColumnsIsUnambiguous) {
  NamedRow first{{"recording_hash", "a"}, {"worker", "bc"}, {"modality", "d"}};
  NamedRow second{{"recording_hash", "ab"}, {"worker", "c"}, {"modality", "d"}};
  EXPECT_NE(*KeyOf(Modalities(), first), *KeyOf(Modalities(), second));
}

}  // namespace
}  // namespace ursa::catalog
