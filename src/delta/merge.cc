#include "delta/merge.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/parallel.h"
#include "delta/checkpoint.h"
#include "delta/file_merge.h"
#include "delta/lost_races.h"

namespace ursa::delta {
namespace {

constexpr Nanoseconds kCreateTimeout = std::chrono::seconds{60};

// A merge in progress: what it knows of each data file, over all its tries.
class Merger {
 public:
  Merger(store::ObjectStore& store, SnapshotPtr snapshot, MergeSource& source,
         const MergeOptions& options, ChangeIndex index)
      : store_(store),
        snapshot_(std::move(snapshot)),
        source_(source),
        options_(options),
        index_(std::move(index)) {}

  Result<MergeOutcome> Run() {
    auto outcome = Try();
    if (!outcome && outcome.error().code == ErrorCode::kUnknownOutcome) {
      return outcome;
    }
    RemoveUnsent();
    return outcome;
  }

 private:
  Result<MergeOutcome> Try() {
    LostRaces races(options_.timeout, options_.clock, options_.random, options_.stop);
    while (true) {
      MergeOutcome outcome;
      outcome.tries = races.Tries();
      URSA_TRY(const bool has_work, source_.Begin(*snapshot_));
      outcome.snapshot = snapshot_;
      outcome.version = snapshot_->version;
      if (!has_work) {
        return outcome;
      }
      if (!source_.DecisionsHold()) {
        Forget();
      }
      URSA_CHECK(DecideRows());
      URSA_CHECK(DecideInserts());
      outcome.counts = Count();
      if (outcome.counts.Total() == 0) {
        return outcome;
      }
      URSA_CHECK(CheckWritable(*snapshot_, outcome.counts.updated + outcome.counts.deleted > 0));
      URSA_TRY(const auto sent, Send(outcome.counts, races.Patience()));
      if (sent == CommitOutcome::kCommitted) {
        return Finish(std::move(outcome));
      }
      URSA_CHECK(races.Wait(snapshot_->table_path));
      if (sent) {
        URSA_CHECK(Refresh());
      } else {
        Forget();
      }
    }
  }

  // Everything has to be decided again.
  void Forget() {
    searched_.clear();
    inserts_ = {};
  }

  // What was found in files that are still live stays known.
  Result<void> Refresh() {
    URSA_TRY(SnapshotPtr newer, UpdateSnapshot(store_, snapshot_));
    const bool same_schema = newer->metadata.schema_string == snapshot_->metadata.schema_string;
    snapshot_ = std::move(newer);
    if (!same_schema) {
      Forget();
      return {};
    }
    std::erase_if(searched_,
                  [&](const auto& entry) { return !snapshot_->files.contains(entry.first); });
    return {};
  }

  // Changes whose row is there. That a key stands several times shows only once all files are
  // searched; those that hold such a row are searched again, so that it is left alone in each.
  Result<void> DecideRows() {
    URSA_CHECK(SearchFiles());
    std::vector<size_t> several = FindSeveral();
    if (several == several_) {
      return {};
    }
    for (const size_t change : several) {
      if (std::ranges::binary_search(several_, change)) {
        continue;
      }
      URSA_TRY(const bool passes_over, source_.PassOver(change));
      if (!passes_over) {
        std::string key(source_.Key(change));
        std::replace(key.begin(), key.end(), '\0', '/');
        return Fail(ErrorCode::kCorrupt,
                    "the table " + snapshot_->table_path + " has two rows with the key " + key);
      }
    }
    std::vector<size_t> changed;
    std::ranges::set_symmetric_difference(several, several_, std::back_inserter(changed));
    several_ = std::move(several);
    std::erase_if(searched_, [&](const auto& entry) {
      return std::ranges::any_of(entry.second.found, [&](size_t change) {
        return std::ranges::binary_search(changed, change);
      });
    });
    return SearchFiles();
  }

  // The changes whose key several rows have, in ascending order.
  [[nodiscard]] std::vector<size_t> FindSeveral() const {
    std::vector<bool> found(source_.Count(), false);
    std::vector<size_t> several;
    for (const auto& [path, merge] : searched_) {
      for (const size_t change : merge.found) {
        if (found[change]) {
          several.push_back(change);
        }
        found[change] = true;
      }
    }
    std::ranges::sort(several);
    const auto repeats = std::ranges::unique(several);
    several.erase(repeats.begin(), repeats.end());
    return several;
  }

  Result<void> SearchFiles() {
    std::vector<std::pair<const AddFile*, std::vector<size_t>>> todo;
    for (const auto& [path, file] : snapshot_->files) {
      if (searched_.contains(path)) {
        continue;
      }
      auto candidates = index_.Candidates(file);
      if (!candidates.empty()) {
        todo.emplace_back(&file, std::move(candidates));
      }
    }
    struct Slot {
      Result<FileMerge> merge;
      std::vector<std::string> written;
    };
    const size_t window = options_.jobs + 1;
    std::vector<Slot> slots(window);
    auto searched = OrderedParallelMap(
        todo.size(), options_.jobs, window, options_.stop,
        [&](size_t i) {
          Slot& slot = slots[i % window];
          slot.written.clear();
          slot.merge = MergeFile(store_, *snapshot_, *todo[i].first, todo[i].second, index_,
                                 several_, source_, options_, slot.written);
        },
        [&](size_t i) -> Result<void> {
          Slot& slot = slots[i % window];
          unsent_.insert(slot.written.begin(), slot.written.end());
          URSA_TRY(FileMerge merge, std::move(slot.merge));
          searched_.emplace(todo[i].first->path, std::move(merge));
          return {};
        });
    // Where the map ended early, some slots were never emitted.
    for (const Slot& slot : slots) {
      unsent_.insert(slot.written.begin(), slot.written.end());
    }
    return searched;
  }

  // Changes whose key no row has.
  Result<void> DecideInserts() {
    std::vector<bool> found(source_.Count(), false);
    for (const auto& [path, merge] : searched_) {
      for (const size_t change : merge.found) {
        found[change] = true;
      }
    }
    std::vector<size_t> absent;
    for (size_t change = 0; change < found.size(); ++change) {
      if (!found[change]) {
        absent.push_back(change);
      }
    }
    if (inserts_.decided && inserts_.absent == absent) {
      return {};
    }
    inserts_ = {true, std::move(absent), {}, 0};
    std::vector<RowDecision> decisions;
    for (const size_t change : inserts_.absent) {
      URSA_TRY(RowDecision decision, source_.Decide(change, nullptr));
      if (decision.kind == RowDecision::Kind::kInsert) {
        decisions.push_back(std::move(decision));
      }
    }
    inserts_.count = decisions.size();
    if (decisions.empty()) {
      return {};
    }
    std::vector<std::string> written;
    auto files = WriteInserts(store_, *snapshot_, decisions, options_, written);
    unsent_.insert(written.begin(), written.end());
    URSA_TRY(inserts_.files, std::move(files));
    return {};
  }

  [[nodiscard]] MergeCounts Count() const {
    MergeCounts counts;
    counts.inserted = inserts_.count;
    for (const auto& [path, merge] : searched_) {
      counts.updated += merge.counts.updated;
      counts.deleted += merge.counts.deleted;
    }
    return counts;
  }

  // None where the decisions don't hold any more: nothing was sent.
  Result<std::optional<CommitOutcome>> Send(const MergeCounts& counts,
                                            const store::Patience& patience) {
    const std::string transaction_id = MakeUuid(options_.random);
    CommitDescription description{options_.operation, snapshot_->version, options_.engine_info,
                                  transaction_id, options_.clock.Now()};
    URSA_TRY(description.more, source_.BeforeCommit(counts));
    URSA_TRY(const bool holds, source_.StillHolds());
    if (!holds) {
      return std::nullopt;
    }
    std::vector<Action> actions{DescribeCommit(description)};
    const int64_t now = LogTime(description.now);
    for (Transaction transaction : options_.transactions) {
      transaction.last_updated_ms = now;
      actions.emplace_back(std::move(transaction));
    }
    std::vector<const AddFile*> added;
    for (const auto& [path, merge] : searched_) {
      if (merge.rewritten) {
        const AddFile& file = snapshot_->files.at(path);
        actions.emplace_back(RemoveFile{path, now, true, file.partition_values, file.size_bytes});
        for (const AddFile& output : merge.outputs) {
          added.push_back(&output);
        }
      }
    }
    for (const AddFile& file : inserts_.files) {
      added.push_back(&file);
    }
    for (const AddFile* file : added) {
      actions.emplace_back(*file);
      // From here on the file may be referenced by a commit.
      unsent_.erase(file->path);
    }
    return PutCommit(store_, snapshot_->table_path, snapshot_->version + 1, actions, transaction_id,
                     patience);
  }

  // The commit holds: nothing from here on may make it look as if it didn't.
  MergeOutcome Finish(MergeOutcome outcome) {
    outcome.committed = true;
    outcome.version = snapshot_->version + 1;
    outcome.snapshot = snapshot_;
    if (auto followed = FollowUp(outcome); !followed) {
      outcome.follow_up_error = std::move(followed).error();
    }
    return outcome;
  }

  Result<void> FollowUp(MergeOutcome& outcome) {
    URSA_TRY(outcome.snapshot, UpdateSnapshot(store_, snapshot_));
    SnapshotPtr ours = outcome.snapshot;
    if (!WantsCheckpoint(ours->metadata, outcome.version)) {
      return {};
    }
    if (ours->version != outcome.version) {
      URSA_TRY(ours, LoadSnapshot(store_, snapshot_->table_path, outcome.version));
    }
    return WriteCheckpoint(store_, *ours, options_.clock.Now());
  }

  // Data files that no commit was ever sent with are ours alone.
  void RemoveUnsent() {
    for (const std::string& path : unsent_) {
      // What can't be deleted is left to vacuum.
      (void)store_.Delete(snapshot_->table_path + "/" + path);
    }
  }

  struct Inserts {
    bool decided = false;
    std::vector<size_t> absent;  // changes whose key no row has
    std::vector<AddFile> files;
    uint64_t count = 0;
  };

  store::ObjectStore& store_;
  SnapshotPtr snapshot_;
  MergeSource& source_;
  const MergeOptions& options_;
  const ChangeIndex index_;
  std::map<std::string, FileMerge> searched_;  // by path of live data file
  std::vector<size_t> several_;                // changes that are passed over, in ascending order
  Inserts inserts_;
  std::set<std::string> unsent_;
};

}  // namespace

std::string EncodeKey(const std::vector<std::string_view>& values) {
  std::string key;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) {
      key += '\0';
    }
    key += values[i];
  }
  return key;
}

std::string_view KeyOfRow(const RowBatch& batch, size_t row, size_t key_count,
                          std::string& buffer) {
  if (key_count == 1) {
    return batch.String(0, row);
  }
  std::vector<std::string_view> values;
  for (size_t column = 0; column < key_count; ++column) {
    values.push_back(batch.String(column, row));
  }
  buffer = EncodeKey(values);
  return buffer;
}

Result<MergeOutcome> Merge(store::ObjectStore& store, SnapshotPtr snapshot, MergeSource& source,
                           const MergeOptions& options) {
  URSA_CHECK(CheckWritable(*snapshot, false));
  URSA_TRY(ChangeIndex index, ChangeIndex::Make(source, options));
  Merger merger(store, std::move(snapshot), source, options, std::move(index));
  return merger.Run();
}

Result<SnapshotPtr> CreateTable(store::ObjectStore& store, const std::string& table_path,
                                const Schema& schema, const std::string& engine_info, Clock& clock,
                                Random& random) {
  const std::string transaction_id = MakeUuid(random);
  const TimeNs now = clock.Now();
  Metadata metadata;
  metadata.id = MakeUuid(random);
  metadata.schema_string = SchemaToJson(schema);
  metadata.created_time_ms = LogTime(now);
  URSA_TRY(
      const CommitOutcome outcome,
      PutCommit(store, table_path, 0,
                {DescribeCommit({"CREATE TABLE", std::nullopt, engine_info, transaction_id, now}),
                 Protocol{}, metadata},
                transaction_id,
                store::Patience{clock.Steady() + kCreateTimeout, {}, clock, random}));
  if (outcome == CommitOutcome::kLost) {
    return Fail(ErrorCode::kAlreadyExists, "there is a table at " + table_path + " already");
  }
  return LoadSnapshot(store, table_path);
}

}  // namespace ursa::delta
