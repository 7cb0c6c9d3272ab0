#include "plan/net_changes.h"

#include <gtest/gtest.h>

#include "catalog/testing_catalog.h"

namespace ursa::plan {
namespace {

using delta::Value;

Change Base(ChangeKind kind) {
  const catalog::Recording recording = catalog::TestRecording(1, 10);
  Change change;
  change.kind = kind;
  change.table = catalog::FindTable(catalog::kRecordings);
  change.key = {recording.recording_hash};
  change.locator = recording.recording_id;
  return change;
}

Change Update(std::string column, Value before, Value after) {
  Change change = Base(ChangeKind::kUpdate);
  change.columns = {{std::move(column), std::move(before), std::move(after)}};
  return change;
}

Change Whole(ChangeKind kind, int64_t duration_us) {
  Change change = Base(kind);
  change.row = ToRow(catalog::TestRecording(1, duration_us));
  return change;
}

Value Duration(const Change& change) { return *catalog::FindColumn(change.row, "duration_us"); }

TEST(Compose, TwoUpdatesOfAColumnGoFromTheFirstBeforeToTheLastAfter) {
  const auto change = Compose(Update("duration_us", int64_t{1}, int64_t{2}),
                              Update("duration_us", int64_t{2}, int64_t{3}));
  ASSERT_EQ(change->columns.size(), 1U);
  EXPECT_EQ(change->columns[0].before, Value(int64_t{1}));
  EXPECT_EQ(change->columns[0].after, Value(int64_t{3}));
}

TEST(Compose, UpdatesOfDifferentColumnsAreOneUpdateOfBoth) {
  const auto change = Compose(Update("duration_us", int64_t{1}, int64_t{2}),
                              Update("duration_known_wrong", false, true));
  EXPECT_EQ(change->columns.size(), 2U);
}

TEST(Compose, AnInsertAndAnUpdateAreTheInsertOfTheUpdatedRow) {
  const auto change =
      Compose(Whole(ChangeKind::kInsert, 10), Update("duration_us", int64_t{10}, int64_t{20}));
  EXPECT_EQ(change->kind, ChangeKind::kInsert);
  EXPECT_EQ(Duration(*change), Value(int64_t{20}));
}

TEST(Compose, AnInsertAndADeleteAreNothing) {
  EXPECT_FALSE(Compose(Whole(ChangeKind::kInsert, 10), Whole(ChangeKind::kDelete, 10)));
}

TEST(Compose, AnUpdateAndADeleteAreTheDeleteOfTheRowAsItWasBefore) {
  const auto change =
      Compose(Update("duration_us", int64_t{10}, int64_t{20}), Whole(ChangeKind::kDelete, 20));
  EXPECT_EQ(change->kind, ChangeKind::kDelete);
  EXPECT_EQ(Duration(*change), Value(int64_t{10}));
}

TEST(Compose, ADeleteAndAnInsertAreAnUpdate) {
  const auto change = Compose(Whole(ChangeKind::kDelete, 10), Whole(ChangeKind::kInsert, 20));
  ASSERT_EQ(change->kind, ChangeKind::kUpdate);
  for (const ColumnChange& column : change->columns) {
    if (column.column == "duration_us") {
      EXPECT_EQ(column.before, Value(int64_t{10}));
      EXPECT_EQ(column.after, Value(int64_t{20}));
    } else {
      EXPECT_EQ(column.before, column.after);
    }
  }
}

}  // namespace
}  // namespace ursa::plan
