#include "plan/table_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "plan/rollback.h"

namespace ursa::plan {

TableSource::TableSource(Application& application, const catalog::TableDefinition& table)
    : application_(application),
      plan_(application.plan),
      table_(table),
      columns_(plan_.ColumnsOf(table.name)),
      now_(std::chrono::floor<Microseconds>(application.writer.Context().clock.Now())),
      reliance_(plan_.ReliedOn(), plan_.Count()),
      ids_(plan_) {
  for (const size_t change : plan_.ChangesOf(table.name)) {
    if (application.fates[change] == Fate::kPending) {
      changes_.push_back(change);
    }
  }
}

Result<bool> TableSource::Begin(const delta::Snapshot& snapshot) {
  URSA_CHECK(catalog::CheckNotSealed(snapshot));
  const auto transaction = snapshot.transactions.find(plan_.RunId());
  if (transaction != snapshot.transactions.end()) {
    if (transaction->second.version == kRunUndone) {
      return Refuse("plan_undone", "this plan was applied and undone: make a new plan");
    }
    for (const size_t change : changes_) {
      application_.fates[change] = Fate::kAlready;
    }
    application_.applied_before.insert(table_.name);
    return false;
  }
  schema_ = snapshot.schema;
  URSA_TRY(others_changed_, LookAtOthers());
  if (table_.name == catalog::kRecordings) {
    URSA_TRY(const bool ids_changed, LookForIds(snapshot));
    others_changed_ = others_changed_ || ids_changed;
  }
  return true;
}

Result<bool> TableSource::StillHolds() {
  URSA_TRY(const bool changed, LookAtOthers());
  return !changed;
}

Result<bool> TableSource::LookAtOthers() {
  const catalog::Catalog& tables = application_.writer.Tables();
  const catalog::WriteContext& context = application_.writer.Context();
  URSA_TRY(bool changed, reliance_.Refresh(tables, context.jobs, context.stop));
  URSA_TRY(const bool deletes_changed,
           application_.deletes.Refresh(tables, {application_.done, context.jobs, context.stop}));
  changed = changed || deletes_changed;
  if (ids_.AreInserted() && table_.name != catalog::kRecordings) {
    URSA_TRY(const delta::SnapshotPtr recordings, tables.Table(catalog::kRecordings));
    URSA_TRY(const bool ids_changed, LookForIds(*recordings));
    changed = changed || ids_changed;
  }
  return changed;
}

Result<bool> TableSource::LookForIds(const delta::Snapshot& recordings) {
  const catalog::WriteContext& context = application_.writer.Context();
  return ids_.Refresh(application_.writer.Assets(), recordings, context.jobs, context.stop);
}

Result<delta::RowDecision> TableSource::Decide(size_t number, const delta::CurrentRow* row) {
  const size_t index = changes_[number];
  URSA_TRY(const Change change, plan_.ChangeAt(index));
  Fate fate = Fate::kPending;
  URSA_TRY(delta::RowDecision decision, DecideChange(index, change, row, fate));
  // Of several rows with one key each is decided, maybe at once, until the merge sees that.
  std::atomic_ref(application_.fates[index]).store(fate, std::memory_order_relaxed);
  return decision;
}

Result<bool> TableSource::PassOver(size_t number) {
  const size_t index = changes_[number];
  URSA_TRY(const Change change, plan_.ChangeAt(index));
  if (change.kind != ChangeKind::kInsert) {
    application_.fates[index] = Fate::kChangedSincePlan;
  }
  return true;
}

Result<delta::RowDecision> TableSource::DecideChange(size_t index, const Change& change,
                                                     const delta::CurrentRow* row,
                                                     Fate& fate) const {
  switch (change.kind) {
    case ChangeKind::kUpdate:
      return DecideUpdate(change, row, reliance_.Holds(index), fate);
    case ChangeKind::kInsert:
      return DecideInsert(change, row, reliance_.Holds(index), fate);
    case ChangeKind::kDelete:
      return DecideDelete(change, row, application_.deletes.Forbids(index), fate);
  }
  return delta::RowDecision{};
}

Result<std::string> TableSource::BeforeCommit(const delta::MergeCounts& counts) {
  URSA_CHECK_CONTEXT(SaveSnapshot(), "writing the rollback snapshot; nothing was committed");
  const catalog::WriteContext& context = application_.writer.Context();
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
  };
  const std::string uri = application_.writer.Assets().Uri() + "/" + application_.rollback_key;
  return nlohmann::ordered_json{{"ursa",
                                 {{"run_id", plan_.RunId()},
                                  {"command", plan_.Header().command},
                                  {"rollback_uri", uri},
                                  {"plan_digest", plan_.PlanDigest()},
                                  {"started_at", plan_.Header().created_at},
                                  {"actor", text_or_null(context.actor)},
                                  {"host", text_or_null(context.host)},
                                  {"rows_changed", counts.Total()}}}}
      .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void TableSource::Forget() {
  for (const size_t change : changes_) {
    application_.fates[change] = Fate::kPending;
  }
}

// The snapshot holds what this commit changes, and of the other tables what was or will be
// committed of this plan. What restore takes of it is the part of the tables whose commits name it.
Result<void> TableSource::SaveSnapshot() {
  std::vector<bool> wanted(plan_.Count(), false);
  for (const catalog::TableDefinition& table : catalog::AllTables()) {
    const bool ours = table.name == table_.name;
    const bool before = application_.applied_before.contains(table.name);
    for (const size_t change : plan_.ChangesOf(table.name)) {
      const Fate fate = application_.fates[change];
      wanted[change] = fate == Fate::kCommitted || (!ours && (before || fate == Fate::kPending));
    }
  }
  if (!application_.rollback_key.empty() && wanted == application_.saved) {
    return {};
  }
  const catalog::WriteContext& context = application_.writer.Context();
  URSA_TRY(application_.rollback_key,
           SaveRollback(
               application_.writer.Assets(), application_.writer.Tables().Prefix(), plan_,
               [&](size_t change) { return wanted[change]; },
               store::Patience{context.clock.Steady() + context.timeout, context.stop,
                               context.clock, context.random}));
  application_.saved = std::move(wanted);
  return {};
}

delta::Value TableSource::Current(const delta::CurrentRow& row, std::string_view column) const {
  const auto position = std::find(columns_.begin(), columns_.end(), column);
  return row.At(static_cast<size_t>(position - columns_.begin()));
}

bool TableSource::HasValues(const delta::CurrentRow& row, const catalog::NamedRow& values) const {
  return std::all_of(values.begin(), values.end(),
                     [&](const auto& entry) { return Current(row, entry.first) == entry.second; });
}

Result<void> TableSource::Set(delta::RowDecision& decision, std::string_view column,
                              const delta::Value& value) const {
  const auto position = schema_.IndexOf(column);
  if (!position) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("the table {} has no column '{}'", table_.name, column));
  }
  decision.values.emplace_back(*position, value);
  return {};
}

Result<void> TableSource::Stamp(delta::RowDecision& decision, std::string_view column) const {
  return table_.schema.IndexOf(column) ? Set(decision, column, now_) : Result<void>();
}

Result<delta::RowDecision> TableSource::DecideUpdate(const Change& change,
                                                     const delta::CurrentRow* row, bool others_hold,
                                                     Fate& fate) const {
  delta::RowDecision decision;
  fate = Fate::kChangedSincePlan;
  if (row == nullptr) {
    return decision;
  }
  const auto all_columns = [&](auto member) {
    return std::all_of(change.columns.begin(), change.columns.end(), [&](const auto& column) {
      return Current(*row, column.column) == column.*member;
    });
  };
  if (all_columns(&ColumnChange::after)) {
    fate = Fate::kAlready;
    return decision;
  }
  if (!others_hold || !all_columns(&ColumnChange::before) || !HasValues(*row, change.relied)) {
    return decision;
  }
  fate = Fate::kCommitted;
  decision.kind = delta::RowDecision::Kind::kUpdate;
  for (const ColumnChange& column : change.columns) {
    URSA_CHECK(Set(decision, column.column, column.after));
  }
  URSA_CHECK(Stamp(decision, "updated_at"));
  return decision;
}

Result<delta::RowDecision> TableSource::DecideInsert(const Change& change,
                                                     const delta::CurrentRow* row, bool others_hold,
                                                     Fate& fate) const {
  delta::RowDecision decision;
  if (row != nullptr) {
    fate = HasValues(*row, change.row) ? Fate::kAlready : Fate::kChangedSincePlan;
    return decision;
  }
  if (!others_hold || !ids_.MayInsert(change)) {
    fate = Fate::kChangedSincePlan;
    return decision;
  }
  fate = Fate::kCommitted;
  decision.kind = delta::RowDecision::Kind::kInsert;
  for (const auto& [column, value] : change.row) {
    URSA_CHECK(Set(decision, column, value));
  }
  URSA_CHECK(Stamp(decision, "registered_at"));
  URSA_CHECK(Stamp(decision, "updated_at"));
  return decision;
}

Result<delta::RowDecision> TableSource::DecideDelete(const Change& change,
                                                     const delta::CurrentRow* row,
                                                     bool is_forbidden, Fate& fate) const {
  delta::RowDecision decision;
  if (row == nullptr) {
    fate = Fate::kAlready;
    return decision;
  }
  const bool goes = !is_forbidden && HasValues(*row, change.row);
  fate = goes ? Fate::kCommitted : Fate::kChangedSincePlan;
  decision.kind = goes ? delta::RowDecision::Kind::kDelete : delta::RowDecision::Kind::kKeep;
  return decision;
}

}  // namespace ursa::plan
