#include "delta/protocol_gate.h"

#include <gtest/gtest.h>

#include "delta/testing_log.h"

namespace ursa::delta {
namespace {

Protocol Versions(int32_t reader, int32_t writer, std::vector<std::string> reader_features = {},
                  std::vector<std::string> writer_features = {}) {
  return {reader, writer, std::move(reader_features), std::move(writer_features)};
}

Snapshot Table() {
  Snapshot snapshot;
  snapshot.table_path = "lab/recordings";
  snapshot.schema.fields = {{"id", TypeKind::kString, false, "{}"}};
  return snapshot;
}

TEST(CheckReadable, TakesReaderVersion1WhateverTheWriterVersion) {
  EXPECT_TRUE(CheckReadable(Versions(1, 1)));
  EXPECT_TRUE(CheckReadable(Versions(1, 2)));
  EXPECT_TRUE(CheckReadable(Versions(1, 7, {}, {"appendOnly", "checkConstraints"})));
}

TEST(CheckReadable, NamesColumnMappingForReaderVersion2) {
  ExpectError(CheckReadable(Versions(2, 5)), ErrorCode::kUnsupported, "columnMapping");
}

TEST(CheckReadable, NamesEveryFeatureOfReaderVersion3) {
  ExpectError(CheckReadable(Versions(3, 7, {"timestampNtz", "deletionVectors"})),
              ErrorCode::kUnsupported, "timestampNtz, deletionVectors");
  ExpectError(CheckReadable(Versions(3, 7)), ErrorCode::kUnsupported, "version 3;");
}

TEST(CheckReadable, NamesTheNumberOfAnyOtherVersion) {
  ExpectError(CheckReadable(Versions(4, 8)), ErrorCode::kUnsupported, "version 4;");
  ExpectError(CheckReadable(Versions(0, 2)), ErrorCode::kUnsupported, "version 0;");
}

TEST(CheckWritable, TakesWriterVersionsUpTo2) {
  Snapshot table = Table();
  for (const int32_t writer : {1, 2}) {
    table.protocol = Versions(1, writer);
    EXPECT_TRUE(CheckWritable(table, true));
  }
}

TEST(CheckWritable, RefusesLaterWriterVersionsByNumberAndFeatures) {
  Snapshot table = Table();
  for (const int32_t writer : {3, 4, 5, 6}) {
    table.protocol = Versions(1, writer);
    ExpectError(CheckWritable(table, false), ErrorCode::kUnsupported,
                "the table lab/recordings needs a writer of version " + std::to_string(writer));
  }
  table.protocol = Versions(1, 7, {}, {"checkConstraints", "icebergCompatV1"});
  ExpectError(CheckWritable(table, false), ErrorCode::kUnsupported,
              "version 7 with checkConstraints, icebergCompatV1");
}

TEST(CheckWritable, ForbidsRemovesInAnAppendOnlyTable) {
  Snapshot table = Table();
  table.metadata.configuration["delta.appendOnly"] = "True";
  EXPECT_TRUE(CheckWritable(table, false));
  ExpectError(CheckWritable(table, true), ErrorCode::kUnsupported, "delta.appendOnly");
  table.metadata.configuration["delta.appendOnly"] = "false";
  EXPECT_TRUE(CheckWritable(table, true));
}

TEST(CheckWritable, RefusesInvariantsAtAnyDepth) {
  Snapshot table = Table();
  table.schema.fields[0].metadata = R"({"delta.invariants":"{}"})";
  ExpectError(CheckWritable(table, false), ErrorCode::kUnsupported, "the column id,");
  table.schema.fields = {
      {"outer",
       Type::Array(Type::Struct({{"inner", TypeKind::kLong, true, R"({"delta.invariants":1})"}}),
                   true),
       true, "{}"}};
  ExpectError(CheckWritable(table, false), ErrorCode::kUnsupported, "outer.element.inner");
}

TEST(CheckWritable, RefusesPartitionedTablesByTheirColumns) {
  Snapshot table = Table();
  table.metadata.partition_columns = {"site", "day"};
  ExpectError(CheckWritable(table, false), ErrorCode::kUnsupported, "partitioned by site, day");
}

TEST(RefusalOf, PrefersTheProtocolThatNamesEveryFeature) {
  const Error found{ErrorCode::kUnsupported, "a trace", {}, {}};
  EXPECT_EQ(RefusalOf({Versions(1, 2)}, found).message, "a trace");
  EXPECT_EQ(RefusalOf({}, found).message, "a trace");
  EXPECT_THAT(RefusalOf({Transaction{}, Versions(2, 5)}, found).message,
              testing::HasSubstr("columnMapping"));
}

TEST(RefusalOf, LeavesOtherErrorsAlone) {
  const Error found{ErrorCode::kCorrupt, "damage", {}, {}};
  EXPECT_EQ(RefusalOf({Versions(2, 5)}, found).message, "damage");
}

}  // namespace
}  // namespace ursa::delta
