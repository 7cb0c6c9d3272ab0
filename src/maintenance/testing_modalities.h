// Legacy modalities in a catalog in memory, with raw files, for tests of
// fix-modalities-start-epoch.
#pragma once

#include <gmock/gmock.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "catalog/testing_catalog.h"
#include "maintenance/fix_modalities.h"
#include "maintenance/legacy_modalities.h"
#include "plan/apply.h"
#include "store/fault_injecting.h"

namespace ursa::maintenance {

inline constexpr int64_t kHourUs = 3'600'000'000;

// Recordings start at 2026-05-07T14:30:22.12Z and last one hour, unless a test says otherwise.
class FixModalitiesTest : public catalog::CatalogTest {
 protected:
  static constexpr int64_t kStartNs = 1'778'164'222'120'000'000;

  void AddRecording(int number, std::optional<int64_t> duration_us = kHourUs,
                    bool known_wrong = false) {
    catalog::Recording recording = catalog::TestRecording(number, duration_us);
    recording.duration_known_wrong = known_wrong;
    ASSERT_TRUE(RegisterRecordings({recording}));
  }
  static catalog::Modality Legacy(int number, const std::string& modality,
                                  const std::string& worker) {
    catalog::Modality row;
    row.recording_hash = catalog::TestHash(number);
    row.recording_id = catalog::TestRecording(number, {}).recording_id;
    row.worker = worker;
    row.modality = modality;
    row.format = "raw_jsonl";
    row.raw_storage_uri = "local://raw/";
    row.ingestion_status = "processed";
    row.domain_intervals = {{0, 10}, {20, 30}};
    return row;
  }
  void Add(const catalog::Modality& row) {
    ASSERT_TRUE(OpenWriter().Register(*catalog::FindTable(catalog::kModalities), {ToRow(row)},
                                      catalog::OnConflict::kError));
  }
  void AddNotes(int number) { Add(Legacy(number, "notes", "notes_0")); }
  void File(int number, const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(
        raw_.Put("recordings/" + catalog::TestRecording(number, {}).recording_id + "/" + name,
                 bytes, store::PutCondition::kNone));
  }
  // The sidecar of notes_0, whose first line says this many ns after the recording's start.
  void FirstNote(int number, int64_t after_start_ns) {
    File(number, "notes_0/notes_0000_1.jsonl",
         "{\"timestamp_ns\": " + std::to_string(kStartNs + after_start_ns) + "}\n");
  }

  PlanningContext Planning(const catalog::Catalog& catalog) {
    return {catalog, counting_, {"/tmp", 1 << 20}, "Ursa/test", 2, {}, clock_, progress_};
  }
  ModalityPlan MakePlan(const FixModalitiesOptions& options = {}) {
    const catalog::Catalog catalog = OpenCatalog();
    auto plan =
        PlanFixModalities(Planning(catalog), catalog.Table(catalog::kModalities).value(), options);
    EXPECT_TRUE(plan) << plan.error().ToString();
    return *std::move(plan);
  }
  // The action and problems of the only row.
  static std::vector<std::string> Judgement(const ModalityPlan& plan) {
    EXPECT_EQ(plan.rows.size(), 1U);
    std::vector<std::string> judgement{std::string(ActionName(plan.rows.front().action))};
    for (const raw::Problem& problem : plan.rows.front().problems) {
      judgement.emplace_back(raw::ProblemCodeName(problem.code));
    }
    return judgement;
  }
  std::vector<std::string> Judge(const FixModalitiesOptions& options = {}) {
    return Judgement(MakePlan(options));
  }
  plan::ApplyOutcome Commit(const ModalityPlan& plan) {
    auto writer = OpenWriter();
    auto outcome = plan::Apply(plan.plan, {}, writer);
    EXPECT_TRUE(outcome) << outcome.error().ToString();
    return *outcome;
  }
  // Every column of a row of modalities, by its worker.
  std::map<std::string, delta::Value> Row(const std::string& worker) {
    std::map<std::string, delta::Value> values;
    const auto table = OpenCatalog().Table(catalog::kModalities).value();
    EXPECT_TRUE(delta::Scan(assets_, *table, {{}, {}, 1, {}},
                            [&](const delta::RowBatch& batch) -> Result<void> {
                              for (size_t i = 0; i < batch.RowCount(); ++i) {
                                if (batch.String(2, i) != worker) {
                                  continue;
                                }
                                for (size_t j = 0; j < batch.Fields().size(); ++j) {
                                  values[batch.Fields()[j].name] = batch.At(j, i);
                                }
                              }
                              return {};
                            }));
    return values;
  }

  NoProgress progress_;
  store::MemoryStore raw_{clock_, "memory://raw"};
  store::FaultInjectingStore counting_{raw_};
};

}  // namespace ursa::maintenance
