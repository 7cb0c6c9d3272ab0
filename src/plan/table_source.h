// The changes of a plan in one table, as a merge's source. Used by apply.cc only.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/writer.h"
#include "delta/merge.h"
#include "plan/apply.h"
#include "plan/deletes.h"
#include "plan/plan.h"
#include "plan/recording_ids.h"
#include "plan/reliance.h"

namespace ursa::plan {

// What is known of a plan while its tables are committed one after the other.
struct Application {
  const Plan& plan;
  catalog::Writer& writer;
  std::vector<Fate> fates;               // of each change
  std::set<std::string> applied_before;  // tables that had the plan's txn already
  std::set<std::string> done;            // tables in which the plan is applied
  ForbiddenDeletes deletes;
  // The rollback snapshot that is right for these fates, and which changes it holds.
  std::string rollback_key;
  std::vector<bool> saved;
};

// Changes whose fate is settled already are left out.
class TableSource final : public delta::MergeSource {
 public:
  TableSource(Application& application, const catalog::TableDefinition& table);

  [[nodiscard]] size_t Count() const override { return changes_.size(); }
  [[nodiscard]] std::string_view Key(size_t change) const override {
    return plan_.EncodedKey(changes_[change]);
  }
  [[nodiscard]] std::string_view Locator(size_t change) const override {
    return plan_.Locator(changes_[change]);
  }
  [[nodiscard]] const std::vector<std::string>& Columns() const override { return columns_; }
  Result<bool> Begin(const delta::Snapshot& snapshot) override;
  [[nodiscard]] bool DecisionsHold() const override { return !others_changed_; }
  Result<delta::RowDecision> Decide(size_t number, const delta::CurrentRow* row) override;
  // An insert stays what it is where its key stands once: nothing is written anyway.
  Result<bool> PassOver(size_t number) override;
  Result<std::string> BeforeCommit(const delta::MergeCounts& counts) override;
  Result<bool> StillHolds() override;

  // The commit did not happen, or it is not known whether it did.
  void Forget();

 private:
  [[nodiscard]] delta::Value Current(const delta::CurrentRow& row, std::string_view column) const;
  [[nodiscard]] bool HasValues(const delta::CurrentRow& row, const catalog::NamedRow& values) const;
  Result<void> Set(delta::RowDecision& decision, std::string_view column,
                   const delta::Value& value) const;
  Result<void> Stamp(delta::RowDecision& decision, std::string_view column) const;
  Result<delta::RowDecision> DecideChange(size_t index, const Change& change,
                                          const delta::CurrentRow* row, Fate& fate) const;
  // `others_hold`: the rows of other tables that the change relied on are as they were.
  Result<delta::RowDecision> DecideUpdate(const Change& change, const delta::CurrentRow* row,
                                          bool others_hold, Fate& fate) const;
  Result<delta::RowDecision> DecideInsert(const Change& change, const delta::CurrentRow* row,
                                          bool others_hold, Fate& fate) const;
  Result<delta::RowDecision> DecideDelete(const Change& change, const delta::CurrentRow* row,
                                          bool is_forbidden, Fate& fate) const;
  Result<void> SaveSnapshot();
  // Looks at the newest snapshots of the other tables, as far as decisions go by them. True where
  // some decision may be another one now.
  Result<bool> LookAtOthers();
  // Looks for the recording_ids that the plan inserts. True as before.
  Result<bool> LookForIds(const delta::Snapshot& recordings);

  Application& application_;
  const Plan& plan_;
  const catalog::TableDefinition& table_;
  std::vector<size_t> changes_;
  const std::vector<std::string>& columns_;
  const TimeUs now_;
  delta::Schema schema_;
  RelianceCheck reliance_;
  RecordingIds ids_;
  bool others_changed_ = false;
};

}  // namespace ursa::plan
