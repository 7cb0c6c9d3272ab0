// Plans over a catalog in memory, for tests of this room.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "catalog/testing_catalog.h"
#include "plan/apply.h"
#include "plan/restore.h"
#include "plan/runs.h"

namespace ursa::plan {

using catalog::TestHash;
using catalog::TestRecording;
using delta::Value;

// `recordings` has the rows 0 to 3, with durations of 100 to 103 us.
class PlanCatalogTest : public catalog::CatalogTest {
 protected:
  PlanCatalogTest() {
    std::vector<catalog::Recording> recordings;
    for (int i = 0; i < 4; ++i) {
      recordings.push_back(TestRecording(i, 100 + i));
    }
    EXPECT_TRUE(RegisterRecordings(recordings));
  }

  static Change DurationChange(int number, int64_t before, int64_t after) {
    const catalog::Recording recording = TestRecording(number, before);
    Change change;
    change.table = catalog::FindTable(catalog::kRecordings);
    change.key = {recording.recording_hash};
    change.locator = recording.recording_id;
    change.columns = {{"duration_us", Value(before), Value(after)},
                      {"duration_known_wrong", false, false}};
    change.relied = {{"start_time", recording.start_time}};
    return change;
  }

  static Change Insert(std::string_view table, catalog::NamedRow row) {
    Change change;
    change.kind = ChangeKind::kInsert;
    change.table = catalog::FindTable(table);
    for (const std::string& column : change.table->key_columns) {
      change.key.push_back(std::get<std::string>(catalog::FindColumn(row, column)->data));
    }
    change.locator =
        std::get<std::string>(catalog::FindColumn(row, change.table->locator_column)->data);
    change.row = std::move(row);
    return change;
  }
  static Change InsertRecording(const catalog::Recording& recording) {
    return Insert(catalog::kRecordings, ToRow(recording));
  }
  static Change InsertRecording(int number, int64_t duration_us) {
    return InsertRecording(TestRecording(number, duration_us));
  }
  static catalog::Modality TestModality(int number, const std::string& modality) {
    catalog::Modality row;
    row.recording_hash = TestHash(number);
    row.recording_id = TestRecording(number, 1).recording_id;
    row.worker = "worker_0";
    row.modality = modality;
    row.format = "csv";
    row.raw_storage_uri = "recordings/x/";
    return row;
  }
  static Change InsertModality(int number, const std::string& modality) {
    return Insert(catalog::kModalities, ToRow(TestModality(number, modality)));
  }
  static Change InsertParticipant(const std::string& id) {
    return Insert(catalog::kParticipants, ToRow(catalog::Participant{id, id, {}, {}}));
  }
  static Change ParticipantsChange(int number, std::vector<std::string> before,
                                   std::vector<std::string> after) {
    Change change = DurationChange(number, 0, 0);
    change.columns = {{"participant_ids", Value::List(before.begin(), before.end()),
                       Value::List(after.begin(), after.end())}};
    change.relied.clear();
    return change;
  }

  PlanHeader Header(const std::string& command = "fix-durations-inplace") {
    PlanHeader header;
    header.command = command;
    header.catalog_uri = OpenCatalog().Uri();
    header.tool = "Ursa/test";
    header.created_at = "2026-05-08T00:00:00.000000Z";
    for (const char* name : {"participants", "modalities", "recordings"}) {
      const auto table = OpenCatalog().Table(name).value();
      header.tables[name] = {table->metadata.id, table->version};
    }
    return header;
  }
  Plan MakePlan(const std::vector<Change>& changes) { return MakePlan(changes, Header()); }
  static Plan MakePlan(const std::vector<Change>& changes, PlanHeader header) {
    PlanBuilder builder(std::move(header), Spooling());
    for (const Change& change : changes) {
      const auto added = builder.Add(change);
      EXPECT_TRUE(added) << added.error().ToString();
    }
    return std::move(builder).Finish();
  }
  static SpoolOptions Spooling() { return {"/tmp", 1 << 20}; }

  Result<ApplyOutcome> ApplyPlan(const Plan& plan) { return ApplyPlan(plan, assets_); }
  Result<ApplyOutcome> ApplyPlan(const Plan& plan, store::ObjectStore& assets) {
    URSA_TRY(catalog::Catalog catalog, catalog::Catalog::Open(assets, std::nullopt));
    URSA_TRY(auto writer, catalog::Writer::Open(assets, std::move(catalog), Context()));
    return Apply(plan, {}, writer);
  }

  Result<RestorePlan> Restore(const std::string& run_id) {
    const catalog::Catalog catalog = OpenCatalog();
    return PlanRestore({catalog, Spooling(), "Ursa/test", "2026-05-09T00:00:00.000000Z", 1, {}},
                       run_id, std::nullopt);
  }
  // Plans to take the run back, and does it.
  Result<ApplyOutcome> RestoreRun(const std::string& run_id) {
    URSA_TRY(const RestorePlan restore, Restore(run_id));
    return ApplyPlan(restore.ThePlan());
  }

  Value Duration(int number) { return Column("duration_us").at(TestHash(number)); }
  // Somebody else changes a row.
  void SetDuration(int number, int64_t duration_us) {
    EXPECT_TRUE(
        RegisterRecordings({TestRecording(number, duration_us)}, catalog::OnConflict::kOverwrite));
  }
  // Somebody else appends a row that is there already.
  void AddTwin(int number, int64_t duration_us) {
    AddTwinOf(TestRecording(number, duration_us), number);
  }
  // The durations of all rows, twins too, sorted.
  std::vector<int64_t> Durations() {
    std::vector<int64_t> durations;
    EXPECT_TRUE(delta::Scan(assets_, *OpenCatalog().Table(catalog::kRecordings).value(),
                            {{"duration_us"}, {}, 1, {}},
                            [&](const delta::RowBatch& batch) -> Result<void> {
                              for (size_t row = 0; row < batch.RowCount(); ++row) {
                                durations.push_back(batch.Long(0, row));
                              }
                              return {};
                            }));
    std::ranges::sort(durations);
    return durations;
  }
  Result<catalog::RegisterOutcome> Register(std::string_view table, catalog::NamedRow row) {
    return OpenWriter().Register(*catalog::FindTable(table), {std::move(row)},
                                 catalog::OnConflict::kOverwrite);
  }

  // All rows of a table by key, without the columns that say when they were written.
  std::map<std::string, std::vector<Value>> Rows(std::string_view name) {
    const catalog::TableDefinition& table = *catalog::FindTable(name);
    const auto snapshot = OpenCatalog().Table(name).value();
    delta::ScanOptions scan;
    scan.columns = table.key_columns;
    for (const delta::Field& field : table.schema.fields) {
      if (field.name != "registered_at" && field.name != "updated_at") {
        scan.columns.push_back(field.name);
      }
    }
    std::map<std::string, std::vector<Value>> rows;
    EXPECT_TRUE(
        delta::Scan(assets_, *snapshot, scan, [&](const delta::RowBatch& batch) -> Result<void> {
          for (size_t row = 0; row < batch.RowCount(); ++row) {
            std::string key;
            for (size_t column = 0; column < table.key_columns.size(); ++column) {
              key += std::string(batch.String(column, row)) + "/";
            }
            auto& values = rows[key];
            EXPECT_TRUE(values.empty()) << "twice: " << key;
            for (size_t column = table.key_columns.size(); column < scan.columns.size(); ++column) {
              values.push_back(batch.At(column, row));
            }
          }
          return {};
        }));
    return rows;
  }

  std::vector<std::string> RollbackKeys() {
    std::vector<std::string> keys;
    const auto objects = store::ListAll(assets_, "ursa/catalog/_rollback/").value();
    for (const auto& object : objects) {
      keys.push_back(object.key);
    }
    return keys;
  }
  RunState StateOfRun(const std::string& run_id) {
    const auto runs = ListRuns(OpenCatalog()).value();
    for (const plan::Run& run : runs) {
      if (run.run_id == run_id) {
        return run.state;
      }
    }
    ADD_FAILURE() << "no run " << run_id;
    return RunState::kNotCommitted;
  }
};

}  // namespace ursa::plan
