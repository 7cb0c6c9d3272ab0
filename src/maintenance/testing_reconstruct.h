// A raw bucket of small recordings and a catalog in memory, for tests of reconstruct-all-recent.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "catalog/testing_catalog.h"
#include "maintenance/reconstruct_work.h"
#include "maintenance/reconstruct_worklist.h"
#include "store/fault_injecting.h"

namespace ursa::maintenance {

// Nothing reads as younger than the quiet time once this has passed.
inline constexpr Nanoseconds kQuietTime = std::chrono::hours{2};

class ReconstructTest : public catalog::CatalogTest {
 protected:
  static std::string Id(int number) {
    return "rec_20260507_143022_" + std::to_string(1000 + number);
  }

  void Put(const std::string& id, const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(raw_.Put("recordings/" + id + "/" + path, bytes, store::PutCondition::kNone));
  }
  // A recording without a manifest, with so many bytes.
  void PutRecording(int number, size_t bytes) {
    Put(Id(number), "robot_0/arm_0000.bin", std::string(bytes, 'x'));
  }
  void LetTimePass() { clock_.Sleep(kQuietTime, {}); }

  // Calls `then` where a data file of this recording is read.
  void WhenItReads(int number, std::function<void()> then) {
    faulty_.SetRule([number, then](size_t, const store::StoreCall& call) -> std::optional<Error> {
      if (call.kind == store::StoreCall::Kind::kGet &&
          call.key.find(Id(number) + "/robot_0/") != std::string::npos) {
        then();
      }
      return std::nullopt;
    });
  }

  // Plans, and works where `commit` is true. Errors of the run go to `result_`.
  std::map<std::string, ReconstructRow> Run(bool commit) {
    const catalog::Catalog catalog = OpenCatalog();
    NoProgress progress;
    const PlanningContext planning{catalog,     faulty_, {testing::TempDir()},
                                   "Ursa/test", 2,       stop_.get_token(),
                                   clock_,      progress};
    Worklist worklist =
        PlanWorklist(planning, catalog.Table(catalog::kRecordings).value(), options_).value();
    outcome_ = {};
    result_ = {};
    if (before_work_) {
      before_work_();
    }
    if (commit) {
      catalog::Writer writer = OpenWriter();
      result_ = Reconstruct({planning, faulty_, faulty_, assets_, writer, random_, guards_,
                             canonicalizer_, "local://raw"},
                            options_, worklist.rows, outcome_);
    }
    listed_ = worklist.rows.size();
    std::map<std::string, ReconstructRow> rows;
    for (ReconstructRow& row : worklist.rows) {
      rows.emplace(row.recording_id, row);
    }
    return rows;
  }
  static std::string Told(const ReconstructRow& row) {
    return std::string(ActionName(row.action)) + "/" + row.reason;
  }
  bool HasManifest(int number) {
    return raw_.Head("recordings/" + Id(number) + "/manifest.reconstructed.json").has_value();
  }

  store::MemoryStore raw_{clock_, "memory://raw"};
  store::FaultInjectingStore faulty_{raw_};
  std::stop_source stop_;
  std::function<void()> before_work_;  // between plan and work
  plan::Guards guards_;
  participants::Canonicalizer canonicalizer_ =
      participants::Canonicalizer::Make({}, participants::Slugger::Make().value()).value();
  ReconstructOptions options_ = [] {
    ReconstructOptions options;
    options.days = 30;
    return options;
  }();
  size_t listed_ = 0;
  ReconstructOutcome outcome_;
  Result<void> result_;
};

}  // namespace ursa::maintenance
