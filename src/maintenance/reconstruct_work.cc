#include "maintenance/reconstruct_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "base/digest.h"
#include "base/task_pool.h"
#include "maintenance/finished_journals.h"
#include "maintenance/reconstruct_batch.h"
#include "maintenance/reconstruct_recording.h"

namespace ursa::maintenance {
namespace {

using namespace std::chrono_literals;

constexpr size_t kBatchRecordingsMax = 500;
constexpr Nanoseconds kBatchAge = 30s;
constexpr Nanoseconds kJournalInterval = 5s;
// Of small files that one task hashes one after the other: a few milliseconds' work.
constexpr uint64_t kTaskBytes = uint64_t{4} << 20;
constexpr size_t kTaskFilesMin = 8;

// Counts the bytes that go by.
class CountingProgress final : public Progress {
 public:
  explicit CountingProgress(Progress& progress) : progress_(progress) {}
  void Begin(std::string_view phase, std::string_view unit, uint64_t total) override {
    progress_.Begin(phase, unit, total);
  }
  void Advance(uint64_t units, uint64_t bytes) override {
    bytes_ += bytes;
    progress_.Advance(units, bytes);
  }
  [[nodiscard]] uint64_t Bytes() const { return bytes_; }

 private:
  Progress& progress_;
  std::atomic<uint64_t> bytes_{0};
};

// A recording in the pool and where it stands; touched by the calling thread alone.
struct Admitted {
  enum class Step { kBegin, kHash, kFinish, kEnd };

  Admitted(const RecordingTools& tools, ReconstructRow& its_row)
      : row(its_row), recording(tools, its_row.recording_id, its_row.broken_lock) {}

  ReconstructRow& row;
  RecordingUnderWay recording;
  Step step = Step::kBegin;                // that comes next, or that runs
  size_t next_file = 0;                    // of recording.Missing()
  size_t running = 0;                      // tasks
  std::optional<Nanoseconds> journal_due;  // none: the journal is as saved

  [[nodiscard]] bool HasFileToHash() const {
    return step == Step::kHash && !recording.Failure() && next_file < recording.Missing().size();
  }

  // A row that is to be ingested has a manifest: nothing is hashed before its last step.
  [[nodiscard]] bool IsToBeFinished() const {
    return running == 0 && !HasFileToHash() &&
           (step == Step::kHash ||
            (step == Step::kBegin && row.action == ReconstructAction::kIngest));
  }

  // The files of the next task: several small ones, as handing each to a thread would cost more
  // than hashing it, but no more than leave the other threads as many.
  std::vector<size_t> TakeFiles(size_t jobs) {
    const std::span<const size_t> missing = std::span(recording.Missing()).subspan(next_file);
    const size_t count_max =
        std::min(std::max(missing.size() / (2 * jobs), kTaskFilesMin), missing.size());
    std::vector<size_t> files;
    uint64_t bytes = 0;
    while (files.size() < count_max && bytes < kTaskBytes) {
      files.push_back(missing[files.size()]);
      bytes += recording.FileBytes(files.back());
    }
    next_file += files.size();
    return files;
  }
};

bool IsDigest(const RecordingUnderWay::Hashed& hashed) {
  return hashed.has_value() && hashed->has_value();
}

using AdmittedPtr = std::shared_ptr<Admitted>;

// What becomes of a recording that ends with this problem.
ReconstructAction ActionOf(const ingest::Problem& failure) {
  if (failure.code == ingest::code::kTimeout) {
    return ReconstructAction::kTimeout;
  }
  // The rig came back to it: nothing is wrong, a later run takes it.
  return failure.code == ingest::code::kSessionLock || failure.code == ingest::code::kStillArriving
             ? ReconstructAction::kSkipped
             : ReconstructAction::kFailed;
}

// The state machine. Its methods run on the thread that calls Run, tasks' work elsewhere.
class Work {
 public:
  Work(const ReconstructContext& context, const ReconstructOptions& options,
       std::vector<ReconstructRow>& rows, ReconstructOutcome& outcome)
      : context_(context),
        outcome_(outcome),
        progress_(context.planning.progress),
        clock_(context.planning.clock),
        tools_{context.planning.raw,
               context.raw,
               context.assets,
               clock_,
               {context.data, clock_, context.random, progress_, context.planning.stop},
               options.quiet,
               options.limits,
               {options.timezone, context.raw_location, {}, clock_.Now()},
               context.planning.tool},
        run_id_(MakeRunId()) {
    for (ReconstructRow& row : rows) {
      if (row.IsWork()) {
        waiting_.push_back(&row);
      }
    }
  }

  Result<void> Run() {
    uint64_t bytes = 0;
    for (const ReconstructRow* row : waiting_) {
      bytes += row->action == ReconstructAction::kReconstruct ? row->bytes.value_or(0) : 0;
    }
    progress_.Begin("hashing", "bytes", bytes);
    const auto result =
        RunTasks({context_.planning.jobs, context_.planning.stop}, [this] { return Next(); },
                 {[this] { return NextToKeep(); }, [this] { return NextToFinish(); }});
    for (const AdmittedPtr& admitted : admitted_) {
      LeaveBehind(*admitted);
    }
    outcome_.bytes_read = progress_.Bytes();
    if (result) {
      KeepFollowUp(RemoveFinishedJournals(context_.planning, context_.assets));
    }
    return result;
  }

 private:
  [[nodiscard]] std::string MakeRunId() const {
    return Sha256Hex(nlohmann::ordered_json{{"command", kReconstructAllRecent},
                                            {"catalog", context_.planning.catalog.Uri()},
                                            {"run", MakeUuid(context_.random)}}
                         .dump());
  }

  // What keeps the work that is done: it waits for nothing else.
  std::optional<PoolTask> NextToKeep() {
    if (IsBatchDue()) {
      return CommitTask();
    }
    for (const AdmittedPtr& admitted : admitted_) {
      if (admitted->journal_due && clock_.Steady() >= *admitted->journal_due) {
        return JournalTask(admitted);
      }
    }
    return std::nullopt;
  }

  // A recording's last step: it waits for a disk or a server, while others are hashed.
  std::optional<PoolTask> NextToFinish() {
    for (const AdmittedPtr& admitted : admitted_) {
      if (admitted->IsToBeFinished()) {
        return FinishTask(admitted);
      }
    }
    return std::nullopt;
  }

  std::optional<PoolTask> Next() {
    for (const AdmittedPtr& admitted : admitted_) {
      if (admitted->HasFileToHash()) {
        return HashTask(admitted);
      }
    }
    // As many as there are threads, and one more, so that a stalled one keeps no thread idle.
    if (!waiting_.empty() && admitted_.size() <= context_.planning.jobs) {
      admitted_.push_back(std::make_shared<Admitted>(tools_, *waiting_.front()));
      waiting_.pop_front();
      const AdmittedPtr& admitted = admitted_.back();
      return admitted->IsToBeFinished() ? FinishTask(admitted) : BeginTask(admitted);
    }
    return NextToFinish();
  }

  PoolTask BeginTask(const AdmittedPtr& admitted) {
    ++admitted->running;
    return {[=] { admitted->recording.Begin(); },
            [=, this]() -> Result<void> {
              admitted->step = Admitted::Step::kHash;
              return EndTask(admitted);
            }};
  }

  PoolTask HashTask(const AdmittedPtr& admitted) {
    ++admitted->running;
    const auto files = admitted->TakeFiles(context_.planning.jobs);
    const auto hashed = std::make_shared<std::vector<RecordingUnderWay::Hashed>>();
    return {[=] {
              for (size_t i = 0; i < files.size() && (i == 0 || IsDigest(hashed->back())); ++i) {
                hashed->push_back(admitted->recording.HashFile(files[i]));
              }
            },
            [=, this]() -> Result<void> {
              for (size_t i = 0; i < hashed->size(); ++i) {
                admitted->recording.Note(files[i], (*hashed)[i]);
                if (IsDigest((*hashed)[i]) && !admitted->journal_due) {
                  admitted->journal_due = clock_.Steady() + kJournalInterval;
                }
              }
              return EndTask(admitted);
            }};
  }

  PoolTask FinishTask(const AdmittedPtr& admitted) {
    ++admitted->running;
    admitted->step = Admitted::Step::kFinish;
    return {[=] { admitted->recording.Finish(); },
            [=, this]() -> Result<void> {
              admitted->step = Admitted::Step::kEnd;
              return EndTask(admitted);
            }};
  }

  PoolTask JournalTask(const AdmittedPtr& admitted) {
    ++admitted->running;
    admitted->journal_due.reset();
    const auto journal = std::make_shared<ingest::Journal>(admitted->recording.TheJournal());
    const auto saved = std::make_shared<Result<void>>();
    return {[=, this] { *saved = SaveJournal(*journal); },
            [=, this]() -> Result<void> {
              admitted->recording.TakeOver(*journal, admitted->next_file);
              KeepFollowUp(*saved);
              return EndTask(admitted);
            }};
  }

  // A recording goes out of the pool once it failed or is finished, and none of its tasks runs.
  Result<void> EndTask(const AdmittedPtr& admitted) {
    --admitted->running;
    const bool is_over =
        admitted->recording.Failure().has_value() || admitted->step == Admitted::Step::kEnd;
    if (admitted->running == 0 && is_over) {
      admitted_.remove(admitted);
      TakeOut(*admitted);
    }
    return {};
  }

  void TakeOut(Admitted& admitted) {
    ReconstructRow& row = admitted.row;
    if (const auto& failure = admitted.recording.Failure()) {
      row.action = ActionOf(*failure);
      row.reason = failure->code;
      if (row.action != ReconstructAction::kSkipped) {
        row.problems.insert(row.problems.begin(), *failure);
      }
      LeaveBehind(admitted);
      return;
    }
    row.spent = admitted.recording.Spent();
    if (ready_.candidates.empty()) {
      ready_since_ = clock_.Steady();
    }
    ready_.Add(std::move(admitted.recording.Candidate()), &row);
  }

  // Keeps what was done of a recording that is not ready.
  void LeaveBehind(Admitted& admitted) {
    admitted.row.spent = admitted.recording.Spent();
    if (admitted.journal_due) {
      ingest::Journal journal = admitted.recording.TheJournal();
      KeepFollowUp(SaveJournal(journal));
    }
  }

  // Puts it, with what another process put there meanwhile, which it then has too.
  Result<void> SaveJournal(ingest::Journal& journal) const {
    journal.Merge(ingest::Journal::Load(context_.assets, journal.RecordingId()));
    URSA_CHECK_CONTEXT(
        context_.assets.Put(journal.Key(), journal.Text(), store::PutCondition::kNone),
        "writing a journal");
    return {};
  }

  void KeepFollowUp(const Result<void>& result) {
    if (!result) {
      outcome_.follow_up_errors.push_back(result.error());
    }
  }

  [[nodiscard]] bool IsBatchDue() const {
    if (ready_.candidates.empty()) {
      return false;
    }
    const bool is_last = waiting_.empty() && admitted_.empty();
    return is_last || ready_.candidates.size() >= kBatchRecordingsMax ||
           clock_.Steady() - ready_since_ >= kBatchAge;
  }

  PoolTask CommitTask() {
    const auto batch = std::make_shared<ReadyBatch>(std::exchange(ready_, {}));
    const auto applied = std::make_shared<Result<std::optional<plan::ApplyOutcome>>>();
    const std::string run_id = fmt::format("{}.{}", run_id_, ++batches_);
    return {[=, this] { *applied = CommitBatch(context_, run_id, *batch); },
            [=, this]() -> Result<void> {
              return applied->has_value() ? TakeCommitted(*batch, **applied)
                                          : Result<void>(tl::unexpected(applied->error()));
            }};
  }

  Result<void> TakeCommitted(const ReadyBatch& batch,
                             const std::optional<plan::ApplyOutcome>& applied) {
    TellRows(batch, applied, outcome_);
    if (applied && !applied->run_id.empty()) {
      outcome_.run_id = run_id_;
    }
    return applied && applied->stopped_by ? Result<void>(tl::unexpected(*applied->stopped_by))
                                          : Result<void>();
  }

  const ReconstructContext& context_;
  ReconstructOutcome& outcome_;
  CountingProgress progress_;
  Clock& clock_;
  const RecordingTools tools_;
  const std::string run_id_;
  std::deque<ReconstructRow*> waiting_;
  std::list<AdmittedPtr> admitted_;  // in the order of their admission
  ReadyBatch ready_;
  Nanoseconds ready_since_{0};
  size_t batches_ = 0;
};

}  // namespace

Result<void> Reconstruct(const ReconstructContext& context, const ReconstructOptions& options,
                         std::vector<ReconstructRow>& rows, ReconstructOutcome& outcome) {
  return Work(context, options, rows, outcome).Run();
}

}  // namespace ursa::maintenance
