// Four steps, each adding to what is forbidden:
//
// 1. Rows that are not what the plan says any more.
// 2. Recordings that a modality or an event refers to which the plan does not delete.
// 3. Rows that go with a recording that stays, be it one that the plan does not speak of, and
//    recordings with a row that stays.
// 4. Participants that a recording names which this plan neither deletes nor strips of the name.

#include "plan/deletes.h"

#include <unordered_map>
#include <unordered_set>

#include "delta/merge.h"
#include "delta/scan.h"
#include "plan/row_comparer.h"

namespace ursa::plan {
namespace {

using catalog::TableDefinition;

class DeleteCheck {
 public:
  DeleteCheck(const Plan& plan, const catalog::Catalog& catalog, const DeleteCheckOptions& options)
      : plan_(plan), catalog_(catalog), options_(options) {}

  Result<std::map<size_t, std::string>> Run() {
    if (plan_.Deletes().empty()) {
      return std::move(forbidden_);
    }
    URSA_CHECK(CollectDeletes());
    for (const TableDefinition& table : catalog::AllTables()) {
      URSA_CHECK(CompareRows(table));
    }
    for (const std::string_view table : {catalog::kModalities, catalog::kEvents}) {
      URSA_CHECK(CheckReferencesToRecordings(*catalog::FindTable(table)));
    }
    URSA_CHECK(CheckRecordingsThatStay());
    KeepGroupsTogether();
    URSA_CHECK(CheckReferencesToParticipants());
    return std::move(forbidden_);
  }

 private:
  [[nodiscard]] bool IsDone(const std::string& table) const {
    return options_.done.contains(table);
  }

  Result<void> CollectDeletes() {
    for (const size_t number : plan_.Deletes()) {
      URSA_TRY(const Change change, plan_.ChangeAt(number));
      deletes_of_[change.table->name].emplace(plan_.EncodedKey(number), number);
      const delta::Value* hash = catalog::FindColumn(change.row, "recording_hash");
      if (hash != nullptr && std::holds_alternative<std::string>(hash->data)) {
        groups_[std::get<std::string>(hash->data)].push_back(number);
      }
    }
    return {};
  }

  void Forbid(size_t change, std::string reason) { forbidden_.emplace(change, std::move(reason)); }

  Result<void> CompareRows(const TableDefinition& table) {
    if (!deletes_of_.contains(table.name)) {
      return {};
    }
    URSA_TRY(const delta::SnapshotPtr snapshot, catalog_.TableIfAny(table.name));
    if (snapshot == nullptr) {
      return {};
    }
    RowComparer comparer(plan_, table);
    URSA_CHECK(comparer.Read(catalog_.Assets(), *snapshot, options_.jobs, options_.stop));
    const std::vector<size_t>& changes = plan_.ChangesOf(table.name);
    for (size_t i = 0; i < changes.size(); ++i) {
      const bool is_delete = deletes_of_[table.name].contains(plan_.EncodedKey(changes[i]));
      const Found& found = comparer.Of(i);
      if (is_delete && found.is_one_of_several) {
        Forbid(changes[i], std::string(kOneOfSeveral));
      } else if (is_delete && found.exists && (IsDone(table.name) || !found.is_row)) {
        Forbid(changes[i], "the row was changed since the run");
      }
    }
    return {};
  }

  Result<void> CheckReferencesToRecordings(const TableDefinition& table) {
    const auto recordings = deletes_of_.find(std::string(catalog::kRecordings));
    if (recordings == deletes_of_.end() || IsDone(recordings->first)) {
      return {};
    }
    URSA_TRY(const delta::SnapshotPtr snapshot, catalog_.TableIfAny(table.name));
    if (snapshot == nullptr) {
      return {};
    }
    delta::ScanOptions scan;
    scan.columns = table.key_columns;
    scan.columns.emplace_back("recording_hash");
    scan.jobs = options_.jobs;
    scan.stop = options_.stop;
    delta::FileFilter filter{table.locator_column, {}};
    for (const auto& [key, change] : recordings->second) {
      filter.values.emplace_back(plan_.Locator(change));
    }
    scan.filters.push_back(std::move(filter));
    const auto& deletes = deletes_of_[table.name];
    return delta::Scan(
        catalog_.Assets(), *snapshot, scan, [&](const delta::RowBatch& batch) -> Result<void> {
          for (size_t row = 0; row < batch.RowCount(); ++row) {
            const auto recording =
                recordings->second.find(batch.String(table.key_columns.size(), row));
            if (recording == recordings->second.end()) {
              continue;
            }
            std::string key;
            if (!deletes.contains(delta::KeyOfRow(batch, row, table.key_columns.size(), key))) {
              Forbid(recording->second, "a row of " + table.name + " refers to it by now");
            }
          }
          return {};
        });
  }

  // Rows that go with a recording which the plan does not delete.
  Result<void> CheckRecordingsThatStay() {
    const TableDefinition& table = *catalog::FindTable(catalog::kRecordings);
    const auto& deleted = deletes_of_[table.name];
    delta::FileFilter filter{table.locator_column, {}};
    for (const auto& [hash, members] : groups_) {
      if (!deleted.contains(hash)) {
        filter.values.emplace_back(plan_.Locator(members.front()));
      }
    }
    URSA_TRY(const delta::SnapshotPtr snapshot, catalog_.TableIfAny(table.name));
    if (filter.values.empty() || snapshot == nullptr) {
      return {};
    }
    delta::ScanOptions scan;
    scan.columns = table.key_columns;
    scan.jobs = options_.jobs;
    scan.stop = options_.stop;
    scan.filters.push_back(std::move(filter));
    return delta::Scan(catalog_.Assets(), *snapshot, scan,
                       [&](const delta::RowBatch& batch) -> Result<void> {
                         for (size_t row = 0; row < batch.RowCount(); ++row) {
                           const auto group = groups_.find(std::string(batch.String(0, row)));
                           if (group == groups_.end() || deleted.contains(group->first)) {
                             continue;
                           }
                           for (const size_t member : group->second) {
                             Forbid(member, "its recording, which is another run's, stays");
                           }
                         }
                         return {};
                       });
  }

  void KeepGroupsTogether() {
    const auto recordings = deletes_of_.find(std::string(catalog::kRecordings));
    if (recordings == deletes_of_.end()) {
      return;
    }
    for (const auto& [hash, members] : groups_) {
      if (!recordings->second.contains(hash)) {
        continue;
      }
      bool stays = false;
      for (const size_t member : members) {
        stays = stays || forbidden_.contains(member);
      }
      for (const size_t member : members) {
        if (stays) {
          Forbid(member, "it goes with a recording or a modality that stays");
        }
      }
    }
  }

  // Recordings that name none of the participants any more once the plan is applied.
  Result<std::unordered_set<std::string_view>> RecordingsThatLetGo() {
    std::unordered_set<std::string_view> keys;
    if (IsDone(std::string(catalog::kRecordings))) {
      return keys;
    }
    for (const size_t number : plan_.ChangesOf(catalog::kRecordings)) {
      URSA_TRY(const Change change, plan_.ChangeAt(number));
      bool lets_go = change.kind == ChangeKind::kDelete && !forbidden_.contains(number);
      for (const ColumnChange& column : change.columns) {
        lets_go = lets_go || (column.column == "participant_ids" && !NamesDeleted(column.after));
      }
      if (lets_go) {
        keys.insert(plan_.EncodedKey(number));
      }
    }
    return keys;
  }

  // Calls `use` with each delete of a participant whose id stands in the list.
  template <typename Use>
  void ForEachDeleted(const delta::Value& ids, const Use& use) const {
    const auto participants = deletes_of_.find(std::string(catalog::kParticipants));
    const auto* list = std::get_if<delta::Value::List>(&ids.data);
    if (list == nullptr || participants == deletes_of_.end()) {
      return;
    }
    for (const delta::Value& id : *list) {
      const auto* text = std::get_if<std::string>(&id.data);
      const auto deleted =
          text == nullptr ? participants->second.end() : participants->second.find(*text);
      if (deleted != participants->second.end()) {
        use(deleted->second);
      }
    }
  }

  [[nodiscard]] bool NamesDeleted(const delta::Value& ids) const {
    bool any = false;
    ForEachDeleted(ids, [&](size_t) { any = true; });
    return any;
  }

  Result<void> CheckReferencesToParticipants() {
    const auto participants = deletes_of_.find(std::string(catalog::kParticipants));
    if (participants == deletes_of_.end()) {
      return {};
    }
    URSA_TRY(const auto letting_go, RecordingsThatLetGo());
    URSA_TRY(const delta::SnapshotPtr snapshot, catalog_.TableIfAny(catalog::kRecordings));
    if (snapshot == nullptr) {
      return {};
    }
    delta::ScanOptions scan;
    scan.columns = {"recording_hash", "participant_ids", "recording_id"};
    scan.jobs = options_.jobs;
    scan.stop = options_.stop;
    return delta::Scan(
        catalog_.Assets(), *snapshot, scan, [&](const delta::RowBatch& batch) -> Result<void> {
          for (size_t row = 0; row < batch.RowCount(); ++row) {
            if (letting_go.contains(batch.String(0, row))) {
              continue;
            }
            ForEachDeleted(batch.At(1, row), [&](size_t change) {
              Forbid(change, "the recording " + std::string(batch.String(2, row)) + " names it");
            });
          }
          return {};
        });
  }

  const Plan& plan_;
  const catalog::Catalog& catalog_;
  const DeleteCheckOptions& options_;
  // The deletes of a table, by key.
  std::map<std::string, std::map<std::string, size_t, std::less<>>> deletes_of_;
  // The deletes that belong to a recording, itself included, by its hash.
  std::unordered_map<std::string, std::vector<size_t>> groups_;
  std::map<size_t, std::string> forbidden_;
};

}  // namespace

Result<std::map<size_t, std::string>> FindForbiddenDeletes(const Plan& plan,
                                                           const catalog::Catalog& catalog,
                                                           const DeleteCheckOptions& options) {
  return DeleteCheck(plan, catalog, options).Run();
}

Result<bool> ForbiddenDeletes::Refresh(const catalog::Catalog& catalog,
                                       const DeleteCheckOptions& options) {
  if (plan_.Deletes().empty()) {
    return false;
  }
  std::map<std::string, int64_t> versions;
  for (const std::string_view table :
       {catalog::kParticipants, catalog::kRecordings, catalog::kModalities, catalog::kEvents}) {
    URSA_TRY(const delta::SnapshotPtr snapshot, catalog.TableIfAny(table));
    versions[std::string(table)] = snapshot == nullptr ? -1 : snapshot->version;
  }
  if (versions == versions_ && options.done == done_) {
    return false;
  }
  URSA_TRY(const auto found, FindForbiddenDeletes(plan_, catalog, options));
  std::set<size_t> forbidden;
  for (const auto& [change, reason] : found) {
    forbidden.insert(change);
  }
  versions_ = std::move(versions);
  done_ = options.done;
  const bool changed = forbidden != forbidden_;
  forbidden_ = std::move(forbidden);
  return changed;
}

}  // namespace ursa::plan
