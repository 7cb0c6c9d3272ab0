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

namespace ursa::plan {

enum class RestoreAction {
  kRestore,  // columns get their values before; or the row goes, or comes back
  kNothing,  // the row is as it was before the run
  kRefused,  // at least one column (or the row's existence) was changed since; others may be
             // restored
};

std::string_view RestoreActionName(RestoreAction action);

struct RestoreRow {
  std::string table;
  std::string key;      // the key's values, joined by '/'
  std::string locator;  // the recording_id, where the table has one
  RestoreAction action = RestoreAction::kNothing;
  std::vector<std::string> restored;  // columns
  std::vector<std::string> refused;   // columns
  std::string reason;                 // of a refusal
  std::optional<size_t> change;       // its number in the plan
};

struct RestorePlan {
  Plan plan;
  std::vector<RestoreRow> rows;  // in the order of the run's changes; kNothing ones too
  uint64_t restore = 0;
  uint64_t nothing = 0;
  uint64_t refused = 0;
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

}  // namespace ursa::plan
