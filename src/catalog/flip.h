// Makes another catalog of the same assets the active one: the tables of the old one are sealed,
// so that every writer that is under way fails, then the next pointer is created. Nothing is
// carried over: what only the old one has stays there.
//
// A table that can't be read, or is not there, can't be committed to either, and is left as it is:
// a backup is needed most where something is damaged. Source: catalog.md section 1, "Flip".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/writer.h"
#include "store/object_store.h"

namespace ursa::catalog {

struct FlipTable {
  enum class Action {
    kSeal,     // of the old catalog
    kUnseal,   // of the new one, which was the active one before
    kNothing,  // it is sealed already, or needs no unsealing
    kDamaged,  // of the old one: it can't be read, and stays as it is
  };
  std::string name;
  Action action = Action::kNothing;
  std::optional<int64_t> from_version;  // none: the old catalog lacks it, or it is damaged
  std::optional<int64_t> to_version;    // none: the new one lacks it
  std::string problem;                  // why it is damaged
};
// "seal", "unseal", "nothing", "damaged"
std::string_view FlipActionName(FlipTable::Action action);

struct FlipPlan {
  Pointer from;
  std::string to;
  bool is_active_already = false;  // then only what is sealed there is unsealed
  std::vector<FlipTable> tables;

  [[nodiscard]] int64_t Generation() const { return from.generation + (is_active_already ? 0 : 1); }
};

// What a flip to the catalog at `prefix` would do. kRefused `flip_target` where there is none, it
// lies where none can, a table of it can't be read or lacks a data file (which is missing or has
// another size than its log says), or it is a backup that has not arrived whole.
Result<FlipPlan> PlanFlip(const store::ReadableStore& assets, const std::string& prefix);

// Does it. kRefused `probe_failed`, and `flip_lost` where another flip came first. Interrupted, or
// after an error, the same can be done again.
Result<void> Flip(store::ObjectStore& assets, const FlipPlan& plan, const std::string& reason,
                  const WriteContext& context);

}  // namespace ursa::catalog
