#include "plan/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ursa::plan {
namespace {

// Smaller and smaller plans of one run; each lost row makes one at most.
constexpr int kRollbackNamesMax = 1000;

// The changes of a plan in one table, as a merge's source.
class TableSource final : public delta::MergeSource {
 public:
  TableSource(const Plan& plan, const catalog::TableDefinition& table, catalog::Writer& writer,
              std::vector<Fate>& fates)
      : plan_(plan),
        table_(table),
        writer_(writer),
        changes_(plan.ChangesOf(table.name)),
        columns_(plan.ColumnsOf(table.name)),
        now_(std::chrono::floor<Microseconds>(writer.Context().clock.Now())),
        fates_(fates),
        reliance_(plan.ReliedOn(), plan.Count()) {}

  [[nodiscard]] size_t Count() const override { return changes_.size(); }
  [[nodiscard]] std::string_view Key(size_t change) const override {
    return plan_.EncodedKey(changes_[change]);
  }
  [[nodiscard]] std::string_view Locator(size_t change) const override {
    return plan_.Locator(changes_[change]);
  }
  [[nodiscard]] const std::vector<std::string>& Columns() const override { return columns_; }

  Result<bool> Begin(const delta::Snapshot& snapshot) override {
    URSA_CHECK(catalog::CheckNotSealed(snapshot));
    const auto transaction = snapshot.transactions.find(plan_.RunId());
    if (transaction != snapshot.transactions.end()) {
      if (transaction->second.version == kRunUndone) {
        return Refuse("plan_undone", "this plan was applied and undone: make a new plan");
      }
      for (const size_t change : changes_) {
        fates_[change] = Fate::kAlready;
      }
      return false;
    }
    schema_ = snapshot.schema;
    const catalog::WriteContext& context = writer_.Context();
    URSA_TRY(reliance_changed_, reliance_.Refresh(writer_.Tables(), context.jobs, context.stop));
    return true;
  }

  [[nodiscard]] bool DecisionsHold() const override { return !reliance_changed_; }

  Result<delta::RowDecision> Decide(size_t number, const delta::CurrentRow* row) override {
    const size_t index = changes_[number];
    URSA_TRY(const Change change, plan_.ChangeAt(index));
    switch (change.kind) {
      case ChangeKind::kUpdate:
        return DecideUpdate(change, row, reliance_.Holds(index), fates_[index]);
      case ChangeKind::kInsert:
        return DecideInsert(change, row, fates_[index]);
      case ChangeKind::kDelete:
        return DecideDelete(change, row, fates_[index]);
    }
    return delta::RowDecision{};
  }

  Result<std::string> BeforeCommit(const delta::MergeCounts&) override {
    if (rollback_uri_.empty() || saved_fates_ != fates_) {
      URSA_CHECK_CONTEXT(SaveRollback(), "writing the rollback snapshot; nothing was committed");
    }
    return nlohmann::ordered_json{{"ursa",
                                   {{"run_id", plan_.RunId()},
                                    {"command", plan_.Header().command},
                                    {"rollback_uri", rollback_uri_}}}}
        .dump();
  }

  [[nodiscard]] const std::string& RollbackUri() const { return rollback_uri_; }

 private:
  [[nodiscard]] delta::Value Current(const delta::CurrentRow& row, std::string_view column) const {
    const auto position = std::find(columns_.begin(), columns_.end(), column);
    return row.At(static_cast<size_t>(position - columns_.begin()));
  }

  [[nodiscard]] bool HasValues(const delta::CurrentRow& row,
                               const catalog::NamedRow& values) const {
    return std::all_of(values.begin(), values.end(), [&](const auto& entry) {
      return Current(row, entry.first) == entry.second;
    });
  }

  Result<void> Set(delta::RowDecision& decision, std::string_view column,
                   const delta::Value& value) const {
    const auto position = schema_.IndexOf(column);
    if (!position) {
      return Fail(ErrorCode::kUnsupported,
                  fmt::format("the table {} has no column '{}'", table_.name, column));
    }
    decision.values.emplace_back(*position, value);
    return {};
  }

  Result<void> Stamp(delta::RowDecision& decision, std::string_view column) const {
    return table_.schema.IndexOf(column) ? Set(decision, column, now_) : Result<void>();
  }

  // `others_hold`: the rows of other tables that the change relied on are as they were.
  Result<delta::RowDecision> DecideUpdate(const Change& change, const delta::CurrentRow* row,
                                          bool others_hold, Fate& fate) const {
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

  Result<delta::RowDecision> DecideInsert(const Change& change, const delta::CurrentRow* row,
                                          Fate& fate) const {
    delta::RowDecision decision;
    if (row != nullptr) {
      fate = HasValues(*row, change.row) ? Fate::kAlready : Fate::kChangedSincePlan;
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

  Result<delta::RowDecision> DecideDelete(const Change& change, const delta::CurrentRow* row,
                                          Fate& fate) const {
    delta::RowDecision decision;
    if (row == nullptr) {
      fate = Fate::kAlready;
      return decision;
    }
    const bool same = HasValues(*row, change.row);
    fate = same ? Fate::kCommitted : Fate::kChangedSincePlan;
    decision.kind = same ? delta::RowDecision::Kind::kDelete : delta::RowDecision::Kind::kKeep;
    return decision;
  }

  // Saves the plan of the changes that are about to be committed, under the first free name. A name
  // that holds the same bytes already (of a run that died before its commit) serves as well.
  Result<void> SaveRollback() {
    std::string bytes;
    URSA_CHECK(plan_.Write([&](size_t change) { return IsOurs(change); },
                           [&](std::string_view piece) -> Result<void> {
                             bytes += piece;
                             return {};
                           }));
    const catalog::Catalog& catalog = writer_.Tables();
    for (int number = 1; number <= kRollbackNamesMax; ++number) {
      const std::string suffix = number == 1 ? "" : fmt::format("-{}", number);
      const std::string key = fmt::format("{}/_rollback/{}{}.jsonl", catalog.Prefix(),
                                          plan_.RunId(), suffix);
      auto put = writer_.Assets().Put(key, bytes, store::PutCondition::kIfAbsent);
      if (!put && put.error().code != ErrorCode::kAlreadyExists &&
          put.error().code != ErrorCode::kUnknownOutcome) {
        return put;
      }
      if (!put) {
        URSA_TRY(const store::Object existing, writer_.Assets().Get(key));
        if (existing.bytes != bytes) {
          continue;
        }
      }
      rollback_uri_ = writer_.Assets().Uri() + "/" + key;
      saved_fates_ = fates_;
      return {};
    }
    return Fail(ErrorCode::kConflict, "too many rollback snapshots of the run " +
                                          plan_.RunId() + " in " + catalog.Uri() +
                                          "/_rollback");
  }

  // A rollback snapshot is of one table's commit.
  [[nodiscard]] bool IsOurs(size_t change) const {
    return fates_[change] == Fate::kCommitted &&
           std::binary_search(changes_.begin(), changes_.end(), change);
  }

  const Plan& plan_;
  const catalog::TableDefinition& table_;
  catalog::Writer& writer_;
  const std::vector<size_t>& changes_;
  const std::vector<std::string>& columns_;
  const TimeUs now_;
  std::vector<Fate>& fates_;
  std::vector<Fate> saved_fates_;
  std::string rollback_uri_;
  delta::Schema schema_;
  RelianceCheck reliance_;
  bool reliance_changed_ = false;
};

Result<void> CheckMayCommit(const Plan& plan, const Guards& guards,
                            const catalog::Writer& writer) {
  const auto refusals = WouldRefuse(plan, guards);
  if (!refusals.empty()) {
    return Refuse(refusals.front().rule, refusals.front().message + "; nothing was written");
  }
  if (plan.Header().catalog_uri != writer.Tables().Uri()) {
    return Refuse("plan_other_catalog", "the plan is for the catalog " +
                                            plan.Header().catalog_uri + ", not for " +
                                            writer.Tables().Uri());
  }
  return {};
}

std::vector<delta::Transaction> TransactionsOf(const Plan& plan) {
  std::vector<delta::Transaction> transactions{{plan.RunId(), kRunApplied, std::nullopt}};
  for (const auto& [run_id, version] : plan.Header().marks) {
    transactions.push_back({run_id, version, std::nullopt});
  }
  return transactions;
}

std::string CommittedSoFar(const ApplyOutcome& outcome) {
  std::string text = "committing the plan";
  for (const auto& [table, version] : outcome.table_versions) {
    text += fmt::format(" (version {} of {} is committed)", version, table);
  }
  return text;
}

}  // namespace

Result<ApplyOutcome> Apply(const Plan& plan, const Guards& guards, catalog::Writer& writer) {
  URSA_CHECK(CheckMayCommit(plan, guards, writer));
  ApplyOutcome outcome;
  outcome.fates.assign(plan.Count(), Fate::kPending);
  for (const catalog::TableDefinition& table : catalog::AllTables()) {
    if (plan.ChangesOf(table.name).empty()) {
      continue;
    }
    TableSource source(plan, table, writer, outcome.fates);
    URSA_TRY_CONTEXT(
        delta::MergeOutcome merged,
        writer.Merge(table, source, plan.Header().command, TransactionsOf(plan)),
        CommittedSoFar(outcome));
    outcome.table_versions[table.name] = merged.version;
    if (merged.committed) {
      outcome.run_id = plan.RunId();
      outcome.rollback_uris.push_back(source.RollbackUri());
    }
    if (merged.follow_up_error) {
      outcome.follow_up_errors.push_back(std::move(*merged.follow_up_error));
    }
  }
  for (const Fate fate : outcome.fates) {
    outcome.committed += fate == Fate::kCommitted ? 1 : 0;
    outcome.already += fate == Fate::kAlready ? 1 : 0;
    outcome.changed_since_plan += fate == Fate::kChangedSincePlan ? 1 : 0;
  }
  return outcome;
}

}  // namespace ursa::plan
