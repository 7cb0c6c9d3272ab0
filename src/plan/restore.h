// Taking a run back: the plan of its inverse, as far as the rows are still what the run left.
//
// Per row, columns that have the value after get the value before, columns that have the value
// before need nothing, others are refused one by one: somebody changed them since. The plan marks
// the run as undone; the restore of a restore marks it as applied again.
// Source: catalog.md section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "plan/plan.h"
#include "plan/row_comparer.h"

namespace ursa::plan {

enum class RestoreAction {
  kRestore,  // columns get their values before; or the row goes, or comes back
  kNothing,  // the row is as it was before the run
  kRefused,  // at least one column (or the row's existence) was changed since; others may be
             // restored
};

std::string_view RestoreActionName(RestoreAction action);

struct RestoreRow {
  ChangeKind undone = ChangeKind::kUpdate;  // what the run did to the row
  std::string table;
  std::string key;      // the key's values, joined by '/'
  std::string locator;  // the recording_id, where the table has one
  RestoreAction action = RestoreAction::kNothing;
  std::vector<std::string> restored;  // columns
  std::vector<std::string> refused;   // columns
  std::string reason;                 // of a refusal
  std::optional<size_t> change;       // its number in the plan
};

// A restore's plan, and an account of every row that the run changed. Of a million rows it keeps a
// million small entries; RowAt reads the rest from the plans' spools. Reading is thread-safe.
class RestorePlan {
 public:
  [[nodiscard]] const Plan& ThePlan() const { return plan_; }
  // In the order of the run's changes, kNothing ones too.
  [[nodiscard]] size_t RowCount() const { return entries_.size(); }
  [[nodiscard]] Result<RestoreRow> RowAt(size_t row) const;
  [[nodiscard]] uint64_t Count(RestoreAction action) const;

 private:
  friend class Restorer;
  struct Entry {
    size_t number = 0;  // of the net change
    RestoreAction action = RestoreAction::kNothing;
    ColumnSet restored;
    ColumnSet refused;
    uint32_t reason = 0;   // in reasons_
    bool inverse = false;  // its inverse is in the plan
    size_t change = 0;     // as which change
  };
  RestorePlan(Plan net, Plan plan) : net_(std::move(net)), plan_(std::move(plan)) {}

  Plan net_;   // what the run did
  Plan plan_;  // what takes it back
  std::vector<Entry> entries_;
  std::vector<std::string> reasons_{""};
};

struct RestoreContext {
  const catalog::Catalog& catalog;
  SpoolOptions spool;
  std::string tool;
  std::string created_at;
  size_t jobs = 1;
  std::stop_token stop;
};

// Plans to take the run back. kUsage for an id that no run has, or one that never committed;
// kRefused `plan_damaged` where its snapshot is not what was written. `max_changes` is a brake.
Result<RestorePlan> PlanRestore(const RestoreContext& context, const std::string& run_id,
                                std::optional<uint64_t> max_changes);

// The same for the run whose plan was saved in a file when it began. What it committed stands in
// the catalog, and may be less; where the catalog's own snapshot is lost or damaged, the file's
// changes are taken back in the tables whose logs have the run. kRefused `plan_other_catalog` where
// it is another catalog's.
Result<RestorePlan> PlanRestoreOfSnapshot(const RestoreContext& context, Plan snapshot,
                                          std::optional<uint64_t> max_changes);

}  // namespace ursa::plan
