#include "plan/guards.h"

#include <fmt/format.h>

#include <algorithm>

#include "delta/key_index.h"

namespace ursa::plan {
namespace {

// Whether the plan's commit in this table removes files.
Result<bool> Removes(const Plan& plan, const std::string& table) {
  for (const size_t number : plan.ChangesOf(table)) {
    URSA_TRY(const Change change, plan.ChangeAt(number));
    if (change.kind != ChangeKind::kInsert) {
      return true;
    }
  }
  return false;
}

// A merge would find it too, but may have committed another table by then.
std::optional<Refusal> FindSameKey(const Plan& plan, const std::string& table) {
  const std::vector<size_t>& changes = plan.ChangesOf(table);
  delta::KeyIndex keys(changes.size());
  const auto key_at = [&](size_t position) { return plan.EncodedKey(changes[position]); };
  for (size_t i = 0; i < changes.size(); ++i) {
    if (!keys.Add(key_at(i), i, key_at)) {
      std::string key(key_at(i));
      std::replace(key.begin(), key.end(), '\0', '/');
      return Refusal{"plan_damaged",
                     fmt::format("{}: two changes have the same key {}", table, key)};
    }
  }
  return std::nullopt;
}

}  // namespace

tl::unexpected<Error> ErrorOf(const Refusal& refusal) {
  Error error{refusal.code, refusal.message + "; nothing was written", {}, {}};
  if (refusal.code == ErrorCode::kRefused) {
    error.rule = refusal.rule;
  }
  return tl::unexpected(std::move(error));
}

std::optional<Refusal> WouldNotBeWritten(const delta::Snapshot& table, bool removes) {
  const auto writable = delta::CheckWritable(table, removes);
  return writable ? std::nullopt
                  : std::optional(Refusal{"unwritable_table", writable.error().message,
                                          writable.error().code});
}

Result<std::vector<Refusal>> WouldNotMerge(
    const Plan& plan, const std::map<std::string, delta::SnapshotPtr>& tables) {
  std::vector<Refusal> refusals;
  for (const catalog::TableDefinition& table : catalog::AllTables()) {
    if (auto same_key = FindSameKey(plan, table.name)) {
      refusals.push_back(std::move(*same_key));
    }
    const auto found = tables.find(table.name);
    if (found == tables.end() || found->second->transactions.contains(plan.RunId())) {
      continue;
    }
    auto unwritable = WouldNotBeWritten(*found->second, true);
    // Most tables may be changed at will; only for the others it matters how.
    if (unwritable && !WouldNotBeWritten(*found->second, false)) {
      URSA_TRY(const bool removes, Removes(plan, table.name));
      unwritable = removes ? unwritable : std::nullopt;
    }
    if (unwritable) {
      refusals.push_back(std::move(*unwritable));
    }
  }
  return refusals;
}

std::vector<Refusal> WouldRefuse(const Plan& plan, const Guards& guards) {
  std::vector<Refusal> refusals;
  if (guards.targets_production && !guards.production_confirmed) {
    refusals.push_back(
        {"production", "this catalog is production: a commit needs " + guards.production_flag});
  }
  if (guards.expected_changes_digest && *guards.expected_changes_digest != plan.ChangesDigest()) {
    refusals.push_back(
        {"expect_mismatch",
         fmt::format("the changes are not those that were expected: their digest is {}, expected "
                     "was {}; look at a new dry run",
                     plan.ChangesDigest(), *guards.expected_changes_digest)});
  }
  for (const Brake& brake : plan.Brakes()) {
    if (brake.count > brake.limit) {
      refusals.push_back({brake.rule, brake.message});
    }
  }
  return refusals;
}

}  // namespace ursa::plan
