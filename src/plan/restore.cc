// A restore is planned in four steps:
//
// 1. What the run's plans did together (net_changes.h).
// 2. For each change its inverse, as far as the newest row is still what the run left.
// 3. A recording and the modalities and events that the run inserted with it go together or not at
//    all: one that is refused keeps the others.
// 4. Deletes that something else in the catalog forbids (deletes.h) are refused too.

#include "plan/restore.h"

#include <algorithm>
#include <unordered_set>

#include "plan/deletes.h"
#include "plan/net_changes.h"
#include "plan/row_comparer.h"
#include "plan/runs.h"

namespace ursa::plan {
namespace {

std::string JoinKey(const Change& change) {
  std::string text;
  for (const std::string& part : change.key) {
    text += (text.empty() ? "" : "/") + part;
  }
  return text;
}

void RefuseRow(RestoreRow& row, std::string reason) {
  row.action = RestoreAction::kRefused;
  row.reason = std::move(reason);
}

// What of an update can be taken back. False: nothing of it.
bool JudgeUpdate(const Change& change, const Found& found, RestoreRow& row) {
  if (!found.exists) {
    RefuseRow(row, "the row is gone");
    return false;
  }
  for (size_t i = 0; i < change.columns.size(); ++i) {
    if (found.has_before[i]) {
      continue;
    }
    (found.has_after[i] ? row.restored : row.refused).push_back(change.columns[i].column);
  }
  if (!row.refused.empty()) {
    RefuseRow(row, "changed since the run");
  } else if (!row.restored.empty()) {
    row.action = RestoreAction::kRestore;
  }
  return !row.restored.empty();
}

// Whether an inserted row can go, or a deleted one come back.
bool JudgeRow(const Change& change, const Found& found, RestoreRow& row) {
  const bool inserted = change.kind == ChangeKind::kInsert;
  if (found.exists && !found.is_row) {
    RefuseRow(row,
              inserted ? "the row was changed since the run" : "another row has its key by now");
    return false;
  }
  if (found.exists != inserted) {
    return false;
  }
  row.action = RestoreAction::kRestore;
  return true;
}

class Restorer {
 public:
  Restorer(const RestoreContext& context, const Plan& net) : context_(context), net_(net) {}

  // Steps 2 to 4. `header` is that of the restore's plan.
  Result<RestorePlan> Make(const PlanHeader& header, std::optional<uint64_t> max_changes) {
    for (const catalog::TableDefinition& table : catalog::AllTables()) {
      URSA_CHECK(InvertTable(table));
    }
    KeepGroupsTogether();
    URSA_TRY(Plan plan, Build(header, max_changes));
    URSA_TRY(const auto forbidden,
             FindForbiddenDeletes(plan, context_.catalog, {{}, context_.jobs, context_.stop}));
    if (!forbidden.empty()) {
      for (Entry& entry : entries_) {
        const auto reason = entry.row.change ? forbidden.find(*entry.row.change) : forbidden.end();
        if (reason != forbidden.end()) {
          RefuseRow(entry.row, reason->second);
          entry.inverse = false;
        }
      }
      URSA_TRY(plan, Build(header, max_changes));
    }
    RestorePlan restore{std::move(plan), {}, 0, 0, 0};
    for (Entry& entry : entries_) {
      ++(entry.row.action == RestoreAction::kRestore   ? restore.restore
         : entry.row.action == RestoreAction::kNothing ? restore.nothing
                                                       : restore.refused);
      restore.rows.push_back(std::move(entry.row));
    }
    return restore;
  }

 private:
  struct Entry {
    size_t number = 0;  // of the net change
    bool inverse = false;
    RestoreRow row;
    std::string inserted_group;  // the recording's hash, of a row that the run inserted
  };

  // The inverse of a net change, as the row's account has it.
  [[nodiscard]] static Change InverseOf(const Change& change, const RestoreRow& row) {
    Change inverse = Inverse(change);
    std::erase_if(inverse.columns, [&](const ColumnChange& column) {
      return std::find(row.restored.begin(), row.restored.end(), column.column) ==
             row.restored.end();
    });
    return inverse;
  }

  Result<void> InvertTable(const catalog::TableDefinition& table) {
    const std::vector<size_t>& changes = net_.ChangesOf(table.name);
    if (changes.empty()) {
      return {};
    }
    URSA_TRY(const delta::SnapshotPtr snapshot, context_.catalog.Table(table.name));
    RowComparer comparer(net_, table);
    URSA_CHECK(comparer.Read(context_.catalog.Assets(), *snapshot, context_.jobs, context_.stop));
    for (size_t i = 0; i < changes.size(); ++i) {
      URSA_TRY(const Change change, net_.ChangeAt(changes[i]));
      Entry entry;
      entry.number = changes[i];
      entry.row.table = table.name;
      entry.row.key = JoinKey(change);
      entry.row.locator = change.locator;
      entry.inverse = change.kind == ChangeKind::kUpdate
                          ? JudgeUpdate(change, comparer.Of(i), entry.row)
                          : JudgeRow(change, comparer.Of(i), entry.row);
      const delta::Value* hash = catalog::FindColumn(change.row, "recording_hash");
      if (change.kind == ChangeKind::kInsert && hash != nullptr &&
          std::holds_alternative<std::string>(hash->data)) {
        entry.inserted_group = std::get<std::string>(hash->data);
      }
      entries_.push_back(std::move(entry));
    }
    return {};
  }

  void KeepGroupsTogether() {
    std::unordered_set<std::string> recordings;
    std::unordered_set<std::string> kept;
    for (const Entry& entry : entries_) {
      if (!entry.inserted_group.empty() && entry.row.table == catalog::kRecordings) {
        recordings.insert(entry.inserted_group);
      }
      if (!entry.inserted_group.empty() && entry.row.action == RestoreAction::kRefused) {
        kept.insert(entry.inserted_group);
      }
    }
    for (Entry& entry : entries_) {
      if (entry.inverse && recordings.contains(entry.inserted_group) &&
          kept.contains(entry.inserted_group)) {
        RefuseRow(entry.row, "it goes with a recording or a modality that stays");
        entry.inverse = false;
      }
    }
  }

  Result<Plan> Build(const PlanHeader& header, std::optional<uint64_t> max_changes) {
    PlanBuilder builder(header, context_.spool);
    for (Entry& entry : entries_) {
      entry.row.change.reset();
      if (entry.inverse) {
        URSA_TRY(const Change change, net_.ChangeAt(entry.number));
        entry.row.change = builder.Count();
        URSA_CHECK(builder.Add(InverseOf(change, entry.row)));
      }
    }
    builder.AddMaxChanges(max_changes);
    return std::move(builder).Finish();
  }

  const RestoreContext& context_;
  const Plan& net_;
  std::vector<Entry> entries_;
};

// The header of the restore's plan: it marks every plan of the run as undone. A restore that is
// taken back itself leaves the run that it had undone applied.
Result<PlanHeader> MakeHeader(const RestoreContext& context,
                              const std::vector<CommittedPlan>& plans) {
  PlanHeader header;
  header.command = "restore";
  header.catalog_uri = context.catalog.Uri();
  header.tool = context.tool;
  header.created_at = context.created_at;
  for (const CommittedPlan& committed : plans) {
    header.marks[committed.plan.RunId()] = kRunUndone;
    for (const auto& [marked, version] : committed.plan.Header().marks) {
      header.marks[marked] = version == kRunUndone ? kRunApplied : kRunUndone;
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

Result<RestorePlan> PlanRestore(const RestoreContext& context, const std::string& run_id,
                                std::optional<uint64_t> max_changes) {
  URSA_TRY(const std::vector<CommittedPlan> plans,
           ReadCommittedPlans(context.catalog, run_id, context.spool));
  URSA_TRY(const PlanHeader header, MakeHeader(context, plans));
  URSA_TRY(const Plan net, JoinCommittedPlans(plans, header, context.spool));
  return Restorer(context, net).Make(header, max_changes);
}

}  // namespace ursa::plan
