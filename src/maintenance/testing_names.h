// A laboratory in memory whose recordings have names: for tests of backfill and audit.
#pragma once

#include <string>
#include <vector>

#include "catalog/testing_catalog.h"
#include "maintenance/participant_names.h"
#include "participants/canonicalizer.h"
#include "store/fault_injecting.h"

namespace ursa::maintenance {

class NamesTest : public catalog::CatalogTest {
 protected:
  static std::string Id(int number) { return catalog::TestRecording(number, {}).recording_id; }

  // A recording of the catalog with these participants, in an order that the caller chooses.
  void AddRecordings(const std::vector<int>& numbers, const std::vector<std::string>& ids = {}) {
    std::vector<catalog::Recording> recordings;
    for (const int number : numbers) {
      recordings.push_back(catalog::TestRecording(number, 100));
      recordings.back().participant_ids = ids;
    }
    ASSERT_TRUE(RegisterRecordings(recordings));
  }
  void AddParticipant(const std::string& id, const std::string& display_name) {
    ASSERT_TRUE(
        OpenWriter().Register(*catalog::FindTable(catalog::kParticipants),
                              {catalog::ToRow(catalog::Participant{id, display_name, {}, {}})},
                              catalog::OnConflict::kError));
  }
  void PutInBucket(int number, const std::string& bytes) {
    ASSERT_TRUE(raw_.Put("recordings/" + Id(number) + "/participant.txt", bytes,
                         store::PutCondition::kNone));
  }
  void PutOnNas(int number, const std::string& bytes) {
    ASSERT_TRUE(nas_.Put(Id(number) + "/participant.txt", bytes, store::PutCondition::kNone));
  }

  static participants::Canonicalizer Names(const std::string& merge_map = "") {
    const auto slugger = participants::Slugger::Make().value();
    participants::NameSettings settings;
    settings.merge_map = participants::MergeMap::Parse(merge_map, "map", slugger).value();
    return participants::Canonicalizer::Make(std::move(settings), slugger).value();
  }

  // Calls use(context) with a context that lives as long as the call.
  template <typename Use>
  auto InContext(Use use) {
    const catalog::Catalog catalog = OpenCatalog();
    NoProgress progress;
    const PlanningContext context{catalog, raw_,   {"/tmp", 1 << 20}, "Ursa/test", 3,
                                  {},      clock_, progress};
    return use(context, catalog.Table(catalog::kRecordings).value());
  }

  store::MemoryStore raw_objects_{clock_, "memory://raw"};
  store::FaultInjectingStore raw_{raw_objects_};
  store::MemoryStore nas_objects_{clock_, "memory://nas"};
  store::FaultInjectingStore nas_{nas_objects_};
};

}  // namespace ursa::maintenance
