#include "plan/apply.h"
#include "plan/deletes.h"
#include "plan/recording_ids.h"
#include "plan/row_comparer.h"
#include "plan/runs.h"

namespace ursa::plan {
namespace {

// The same judgement as that of a commit (table_source.cc), on a row as it is now.
Fate ForeseeChange(const Change& change, const Found& found) {
  if (found.is_one_of_several && change.kind != ChangeKind::kInsert) {
    return Fate::kChangedSincePlan;
  }
  switch (change.kind) {
    case ChangeKind::kUpdate:
      if (found.exists && found.has_after.count() == change.columns.size()) {
        return Fate::kAlready;
      }
      return found.exists && found.has_before.count() == change.columns.size() && found.relies
                 ? Fate::kPending
                 : Fate::kChangedSincePlan;
    case ChangeKind::kInsert:
      if (!found.exists) {
        return Fate::kPending;
      }
      return found.is_row ? Fate::kAlready : Fate::kChangedSincePlan;
    case ChangeKind::kDelete:
      if (!found.exists) {
        return Fate::kAlready;
      }
      return found.is_row ? Fate::kPending : Fate::kChangedSincePlan;
  }
  return Fate::kPending;
}

}  // namespace

Result<std::vector<Fate>> Foresee(const Plan& plan, const catalog::Catalog& catalog, size_t jobs,
                                  const std::stop_token& stop) {
  std::vector<Fate> fates(plan.Count(), Fate::kPending);
  URSA_TRY(const auto tables, LoadTablesOf(plan, catalog));
  RelianceCheck reliance(plan.ReliedOn(), plan.Count());
  URSA_CHECK(reliance.Refresh(catalog, jobs, stop));
  RecordingIds ids(plan);
  if (const auto recordings = tables.find(std::string(catalog::kRecordings));
      recordings != tables.end()) {
    URSA_CHECK(ids.Refresh(catalog.Assets(), *recordings->second, jobs, stop));
  }
  // In the order of a commit: what one table gets may be what another's changes rely on.
  for (const catalog::TableDefinition& table : catalog::AllTables()) {
    const auto found = tables.find(table.name);
    if (found == tables.end()) {
      continue;
    }
    const delta::SnapshotPtr& snapshot = found->second;
    const std::vector<size_t>& changes = plan.ChangesOf(table.name);
    const auto transaction = snapshot->transactions.find(plan.RunId());
    // One that was undone is refused; its changes are what the rows say.
    if (transaction != snapshot->transactions.end() && transaction->second.version != kRunUndone) {
      for (const size_t change : changes) {
        fates[change] = Fate::kAlready;
      }
      continue;
    }
    RowComparer comparer(plan, table);
    URSA_CHECK(comparer.Read(catalog.Assets(), *snapshot, jobs, stop));
    for (size_t i = 0; i < changes.size(); ++i) {
      URSA_TRY(const Change change, plan.ChangeAt(changes[i]));
      Fate& fate = fates[changes[i]];
      fate = ForeseeChange(change, comparer.Of(i));
      const bool may_insert = change.kind != ChangeKind::kInsert || ids.MayInsert(change);
      if (fate == Fate::kPending && (!reliance.Holds(changes[i]) || !may_insert)) {
        fate = Fate::kChangedSincePlan;
      }
      if (fate == Fate::kPending && change.kind == ChangeKind::kInsert &&
          !plan.ReliedOn().Rows().empty()) {
        reliance.Assume(change);
      }
    }
  }
  URSA_TRY(const auto forbidden, FindForbiddenDeletes(plan, catalog, {{}, jobs, stop}));
  for (const auto& [change, reason] : forbidden) {
    fates[change] = fates[change] == Fate::kPending ? Fate::kChangedSincePlan : fates[change];
  }
  return fates;
}

}  // namespace ursa::plan
