// A restore is planned in four steps:
//
// 1. What the run's plans did together (net_changes.h).
// 2. For each change its inverse, as far as the newest row is still what the run left.
// 3. A recording and the modalities and events that the run inserted with it go together or not at
//    all: one that is refused keeps the others.
// 4. Deletes that something else in the catalog forbids (deletes.h) are refused too.

#include "plan/restore.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "plan/deletes.h"
#include "plan/net_changes.h"
#include "plan/rollback.h"
#include "plan/row_comparer.h"
#include "plan/runs.h"
#include "plan/runs_table.h"
#include "plan/touched_rows.h"

namespace ursa::plan {
namespace {

constexpr std::string_view kRestoreCommand = "restore";
constexpr std::string_view kRowIsGone = "the row is gone";
constexpr std::string_view kColumnsChanged = "changed since the run";
constexpr std::string_view kRowChanged = "the row was changed since the run";
constexpr std::string_view kKeyTaken = "another row has its key by now";
constexpr std::string_view kLaterRun = "a later run made it what it is";
constexpr std::string_view kGroupStays = "it goes with a recording or a modality that stays";

std::string JoinKey(const Change& change) {
  std::string text;
  for (const std::string& part : change.key) {
    text += (text.empty() ? "" : "/") + part;
  }
  return text;
}

// The names of some of an update's columns.
std::vector<std::string> NamesOf(const Change& change, const ColumnSet& columns) {
  std::vector<std::string> names;
  for (size_t i = 0; i < change.columns.size(); ++i) {
    if (columns[i]) {
      names.push_back(change.columns[i].column);
    }
  }
  return names;
}

// The recording that an inserted row belongs to, by its hash; none for any other change.
std::optional<std::string> GroupOf(const Change& change) {
  const delta::Value* hash = catalog::FindColumn(change.row, "recording_hash");
  const auto* text = hash == nullptr ? nullptr : std::get_if<std::string>(&hash->data);
  return change.kind == ChangeKind::kInsert && text != nullptr ? std::optional(*text)
                                                               : std::nullopt;
}

}  // namespace

class Restorer {
 public:
  // `net` is what the run did, by the plans `plan_ids`.
  Restorer(const RestoreContext& context, Plan net, PlanHeader header,
           std::vector<std::string> plan_ids)
      : context_(context),
        header_(std::move(header)),
        plan_ids_(std::move(plan_ids)),
        restore_(std::move(net), PlanBuilder(header_, context.spool).Finish()) {}

  // Steps 2 to 4.
  Result<RestorePlan> Make(std::optional<uint64_t> max_changes) && {
    for (const catalog::TableDefinition& table : catalog::AllTables()) {
      URSA_CHECK(JudgeTable(table));
    }
    URSA_CHECK(KeepGroupsTogether());
    URSA_CHECK(Build(max_changes));
    URSA_TRY(const auto forbidden, FindForbiddenDeletes(restore_.plan_, context_.catalog,
                                                        {{}, context_.jobs, context_.stop}));
    if (!forbidden.empty()) {
      for (Entry& entry : restore_.entries_) {
        const auto reason = entry.inverse ? forbidden.find(entry.change) : forbidden.end();
        if (reason != forbidden.end()) {
          RefuseRow(entry, reason->second);
        }
      }
      URSA_CHECK(Build(max_changes));
    }
    return std::move(restore_);
  }

 private:
  using Entry = RestorePlan::Entry;

  void Refuse(Entry& entry, std::string_view reason) {
    auto& reasons = restore_.reasons_;
    auto known = std::find(reasons.begin(), reasons.end(), reason);
    if (known == reasons.end()) {
      known = reasons.emplace(reasons.end(), reason);
    }
    entry.action = RestoreAction::kRefused;
    entry.reason = static_cast<uint32_t>(known - reasons.begin());
  }

  void RefuseRow(Entry& entry, std::string_view reason) {
    Refuse(entry, reason);
    entry.inverse = false;
  }

  Result<void> JudgeTable(const catalog::TableDefinition& table) {
    const std::vector<size_t>& changes = restore_.net_.ChangesOf(table.name);
    if (changes.empty()) {
      return {};
    }
    URSA_TRY(const delta::SnapshotPtr snapshot, context_.catalog.Table(table.name));
    const bool undone = IsUndoneIn(*snapshot);
    if (undone && !taken_back_) {
      URSA_TRY(runs_, ListRuns(context_.catalog));
      URSA_TRY(taken_back_, FindTakenBack(context_.catalog, runs_, plan_ids_, context_.spool));
    }
    RowComparer comparer(restore_.net_, table);
    URSA_CHECK(comparer.Read(context_.catalog.Assets(), *snapshot, context_.jobs, context_.stop));
    for (size_t i = 0; i < changes.size(); ++i) {
      URSA_TRY(const Change change, restore_.net_.ChangeAt(changes[i]));
      Entry entry;
      entry.number = changes[i];
      if (comparer.Of(i).is_one_of_several && change.kind != ChangeKind::kDelete) {
        RefuseRow(entry, kOneOfSeveral);
      } else if (change.kind == ChangeKind::kUpdate) {
        JudgeUpdate(change, comparer.Of(i), entry);
      } else {
        JudgeRow(change, comparer.Of(i), entry);
      }
      if (undone && entry.action != RestoreAction::kNothing) {
        URSA_CHECK(JudgeAgain(change, entry));
      }
      restore_.entries_.push_back(entry);
    }
    return {};
  }

  // Whether the run was taken back in this table already.
  [[nodiscard]] bool IsUndoneIn(const delta::Snapshot& table) const {
    bool undone = false;
    for (const std::string& plan_id : plan_ids_) {
      const auto transaction = table.transactions.find(plan_id);
      if (transaction != table.transactions.end()) {
        if (transaction->second.version != kRunUndone) {
          return false;
        }
        undone = true;
      }
    }
    return undone;
  }

  // A row, as judged by what it is, of a run that was taken back before. What was taken back needs
  // nothing, whatever it is by now: that is others' work, even where it is the same. What had to be
  // left alone then is refused again, or restored where nothing keeps it any more; but not where a
  // later run made it what it is.
  Result<void> JudgeAgain(const Change& change, Entry& entry) {
    const RowName row{change.table->name, std::string(restore_.net_.EncodedKey(entry.number))};
    if (entry.inverse && !later_work_) {
      URSA_TRY(later_work_, FindLaterWork(context_.catalog, runs_, plan_ids_, context_.spool));
    }
    if (change.kind == ChangeKind::kUpdate) {
      JudgeUpdateAgain(change, row, entry);
    } else if (taken_back_->Has(row)) {
      entry.inverse = false;
      entry.action = RestoreAction::kNothing;
    } else if (entry.inverse && later_work_->Has(row)) {
      RefuseRow(entry, kLaterRun);
    }
    return {};
  }

  void JudgeUpdateAgain(const Change& change, const RowName& row, Entry& entry) {
    // Refused as a whole: the row is gone, or one of several.
    const bool is_whole = entry.restored.none() && entry.refused.none();
    const std::string reason = restore_.reasons_[entry.reason];
    ColumnSet left_alone;
    ColumnSet later;
    for (size_t i = 0; i < change.columns.size(); ++i) {
      const ColumnChange& column = change.columns[i];
      left_alone[i] = !(column.before == column.after) && !taken_back_->Has(row, column.column);
      later[i] = entry.restored[i] && left_alone[i] && later_work_->Has(row, column.column);
    }
    entry.restored &= left_alone & ~later;
    entry.refused &= left_alone;
    entry.inverse = entry.restored.any();
    entry.action = entry.inverse ? RestoreAction::kRestore : RestoreAction::kNothing;
    if (entry.refused.any() || (is_whole && left_alone.any())) {
      Refuse(entry, is_whole ? std::string_view(reason) : kColumnsChanged);
    } else if (later.any()) {
      Refuse(entry, kLaterRun);
    }
    entry.refused |= later;
  }

  // What of an update can be taken back.
  void JudgeUpdate(const Change& change, const Found& found, Entry& entry) {
    if (!found.exists) {
      RefuseRow(entry, kRowIsGone);
      return;
    }
    for (size_t i = 0; i < change.columns.size(); ++i) {
      entry.restored[i] = !found.has_before[i] && found.has_after[i];
      entry.refused[i] = !found.has_before[i] && !found.has_after[i];
    }
    entry.inverse = entry.restored.any();
    if (entry.refused.any()) {
      Refuse(entry, kColumnsChanged);
    } else if (entry.inverse) {
      entry.action = RestoreAction::kRestore;
    }
  }

  // Whether an inserted row can go, or a deleted one come back.
  void JudgeRow(const Change& change, const Found& found, Entry& entry) {
    const bool inserted = change.kind == ChangeKind::kInsert;
    if (found.exists && !found.is_row) {
      RefuseRow(entry, inserted ? kRowChanged : kKeyTaken);
    } else if (found.exists == inserted) {
      entry.inverse = true;
      entry.action = RestoreAction::kRestore;
    }
  }

  // Of the rows that the run inserted.
  Result<void> KeepGroupsTogether() {
    if (restore_.Count(RestoreAction::kRefused) == 0) {
      return {};
    }
    std::unordered_set<std::string> recordings;
    std::unordered_set<std::string> kept;
    for (const Entry& entry : restore_.entries_) {
      URSA_TRY(const Change change, restore_.net_.ChangeAt(entry.number));
      if (const auto group = GroupOf(change)) {
        if (change.table->name == catalog::kRecordings) {
          recordings.insert(*group);
        }
        if (entry.action == RestoreAction::kRefused) {
          kept.insert(*group);
        }
      }
    }
    for (Entry& entry : restore_.entries_) {
      if (kept.empty() || !entry.inverse) {
        continue;
      }
      URSA_TRY(const Change change, restore_.net_.ChangeAt(entry.number));
      const auto group = GroupOf(change);
      if (group && recordings.contains(*group) && kept.contains(*group)) {
        RefuseRow(entry, kGroupStays);
      }
    }
    return {};
  }

  Result<void> Build(std::optional<uint64_t> max_changes) {
    PlanBuilder builder(header_, context_.spool);
    for (Entry& entry : restore_.entries_) {
      if (!entry.inverse) {
        continue;
      }
      URSA_TRY(const Change change, restore_.net_.ChangeAt(entry.number));
      Change inverse = Inverse(change);
      inverse.columns.clear();
      for (size_t i = 0; i < change.columns.size(); ++i) {
        if (entry.restored[i]) {
          const ColumnChange& column = change.columns[i];
          inverse.columns.push_back({column.column, column.after, column.before});
        }
      }
      entry.change = builder.Count();
      URSA_CHECK(builder.Add(inverse));
    }
    builder.AddMaxChanges(max_changes);
    restore_.plan_ = std::move(builder).Finish();
    return {};
  }

  const RestoreContext& context_;
  const PlanHeader header_;
  const std::vector<std::string> plan_ids_;
  std::vector<Run> runs_;                  // with the next
  std::optional<TouchedRows> taken_back_;  // once a table was found where the run is undone
  std::optional<TouchedRows> later_work_;  // once something of it could be restored all the same
  RestorePlan restore_;
};

Result<RestoreRow> RestorePlan::RowAt(size_t row) const {
  const Entry& entry = entries_[row];
  URSA_TRY(const Change change, net_.ChangeAt(entry.number));
  return RestoreRow{change.kind,
                    change.table->name,
                    JoinKey(change),
                    change.locator,
                    entry.action,
                    NamesOf(change, entry.restored),
                    NamesOf(change, entry.refused),
                    reasons_[entry.reason],
                    entry.inverse ? std::optional(entry.change) : std::nullopt};
}

uint64_t RestorePlan::Count(RestoreAction action) const {
  return static_cast<uint64_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [&](const Entry& entry) { return entry.action == action; }));
}

namespace {

// Which of the plans that were applied together with others were applied alone as well; those are
// runs to be taken back by their own names.
Result<std::set<std::string>> FindRunsOfTheirOwn(const RestoreContext& context,
                                                 const CommittedPlan& committed) {
  std::set<std::string> runs;
  const PlanHeader& header = committed.plan.Header();
  if (header.marks.empty() || header.TakesBack()) {
    return runs;
  }
  URSA_TRY(const auto rollbacks, ListRollbacks(context.catalog));
  URSA_TRY(const auto recorded, ReadRecordedRuns(context.catalog));
  for (const auto& [plan_id, version] : header.marks) {
    bool is_run = recorded.contains(plan_id);
    for (size_t i = 0; i < committed.tables.size() && !is_run && rollbacks.contains(plan_id); ++i) {
      URSA_TRY(const auto commit, FindRunCommit(context.catalog, committed.tables[i], plan_id));
      is_run = commit.has_value();
    }
    if (is_run) {
      runs.insert(plan_id);
    }
  }
  return runs;
}

// The header of the restore's plan: it marks every plan of the run as undone. A restore that is
// taken back itself leaves the run that it had undone applied.
Result<PlanHeader> MakeHeader(const RestoreContext& context,
                              const std::vector<CommittedPlan>& plans) {
  PlanHeader header;
  header.command = kRestoreCommand;
  header.catalog_uri = context.catalog.Uri();
  header.tool = context.tool;
  header.created_at = context.created_at;
  for (const CommittedPlan& committed : plans) {
    header.marks[committed.plan.RunId()] = kRunUndone;
    URSA_TRY(const auto stay, FindRunsOfTheirOwn(context, committed));
    for (const auto& [marked, version] : committed.plan.Header().marks) {
      if (!stay.contains(marked)) {
        header.marks[marked] = version == kRunUndone ? kRunApplied : kRunUndone;
      }
    }
    for (const std::string& name : committed.tables) {
      URSA_TRY(const delta::SnapshotPtr snapshot, context.catalog.Table(name));
      header.tables[name] = TableBase{snapshot->metadata.id, snapshot->version};
    }
  }
  return header;
}

}  // namespace

std::string_view RestoreActionName(RestoreAction action) {
  switch (action) {
    case RestoreAction::kRestore:
      return "restore";
    case RestoreAction::kNothing:
      return "nothing";
    case RestoreAction::kRefused:
      return "refused";
  }
  return "";
}

namespace {

Result<RestorePlan> PlanRestoreOf(const RestoreContext& context,
                                  const std::vector<CommittedPlan>& plans,
                                  std::optional<uint64_t> max_changes) {
  URSA_TRY(PlanHeader header, MakeHeader(context, plans));
  URSA_TRY(Plan net, JoinCommittedPlans(plans, header, context.spool));
  std::vector<std::string> plan_ids;
  for (const CommittedPlan& committed : plans) {
    plan_ids.push_back(committed.plan.RunId());
  }
  return Restorer(context, std::move(net), std::move(header), std::move(plan_ids))
      .Make(max_changes);
}

// The tables in which the plan was committed, by their logs.
Result<std::vector<std::string>> TablesThatHave(const catalog::Catalog& catalog, const Plan& plan) {
  URSA_TRY(const auto tables, LoadTablesOf(plan, catalog));
  std::vector<std::string> names;
  for (const auto& [name, snapshot] : tables) {
    if (snapshot->transactions.contains(plan.RunId())) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

Result<RestorePlan> PlanRestore(const RestoreContext& context, const std::string& run_id,
                                std::optional<uint64_t> max_changes) {
  URSA_TRY(const std::vector<CommittedPlan> plans,
           ReadCommittedPlans(context.catalog, run_id, context.spool));
  return PlanRestoreOf(context, plans, max_changes);
}

Result<RestorePlan> PlanRestoreOfSnapshot(const RestoreContext& context, Plan snapshot,
                                          std::optional<uint64_t> max_changes) {
  if (snapshot.Header().catalog_uri != context.catalog.Uri()) {
    return Refuse("plan_other_catalog", "the snapshot is of the catalog " +
                                            snapshot.Header().catalog_uri + ", not of " +
                                            context.catalog.Uri());
  }
  auto committed = ReadCommittedPlans(context.catalog, RunOfPlan(snapshot.RunId()), context.spool);
  if (committed) {
    return PlanRestoreOf(context, *committed, max_changes);
  }
  const Error& error = committed.error();
  if (error.code != ErrorCode::kUsage && error.code != ErrorCode::kNotFound &&
      error.rule != "plan_damaged") {
    return tl::unexpected(error);
  }
  URSA_TRY(std::vector<std::string> tables, TablesThatHave(context.catalog, snapshot));
  if (tables.empty()) {
    return tl::unexpected(error);
  }
  std::vector<CommittedPlan> plans;
  plans.push_back({std::move(snapshot), std::move(tables)});
  return PlanRestoreOf(context, plans, max_changes);
}

}  // namespace ursa::plan
