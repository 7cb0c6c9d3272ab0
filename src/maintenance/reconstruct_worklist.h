// reconstruct-all-recent, what there is to do: a plan over the raw bucket, made by reading only.
//
// Every name below recordings/ whose start (the stamp in the id) is in the window and that the
// catalog does not have is listed once; the first reason that holds decides: not_a_recording_id, a
// lock, still_arriving, empty, deferred, then its manifests. Source: commands.md,
// "reconstruct-all-recent".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/hashing.h"
#include "ingest/problem.h"
#include "ingest/rig_time.h"
#include "maintenance/planning.h"
#include "maintenance/quiet_time.h"
#include "plan/plan.h"

namespace ursa::maintenance {

inline constexpr std::string_view kReconstructAllRecent = "reconstruct-all-recent";

struct ReconstructOptions {
  uint64_t days = 0;
  std::optional<uint64_t> max_bytes;  // of a recording; one that has more is deferred
  QuietTime quiet;
  bool break_stale_locks = false;
  ingest::ReadLimits limits;
  ingest::RigTimezone timezone;
  std::optional<uint64_t> max_changes;
  Shard shard;
};

enum class ReconstructAction {
  kReconstruct,
  kIngest,
  kDeferred,
  kSkipped,
  kFailed,
  kTimeout,
  kChangedSincePlan,  // another writer was there between the plan of its rows and their commit
};

std::string_view ActionName(ReconstructAction action);

struct ReconstructRow {
  std::string recording_id;
  std::optional<uint64_t> bytes;  // of the inventory; none of what is no recording
  std::optional<uint64_t> files;
  ReconstructAction action = ReconstructAction::kReconstruct;
  std::string reason;          // a stable code; empty where the action says all
  std::string recording_hash;  // empty: not known (yet)
  std::optional<Microseconds> duration;
  std::optional<Nanoseconds> spent;  // in which its own reads were running
  std::vector<ingest::Problem> problems;
  std::string hostname;                          // as its manifests say
  std::optional<store::ObjectInfo> broken_lock;  // the stale session.lock that is passed over
  bool ingested = false;                         // by this run

  // Whether there is work to be done.
  [[nodiscard]] bool IsWork() const {
    return action == ReconstructAction::kReconstruct || action == ReconstructAction::kIngest;
  }
};

// What the catalog has, for VERIFY.
struct CatalogCounts {
  uint64_t recordings = 0;
  uint64_t recent = 0;           // started in the last `days` days
  std::optional<TimeUs> newest;  // start_time
};

struct Worklist {
  std::vector<ReconstructRow> rows;  // smallest first, deferred ones last
  CatalogCounts before;
  uint64_t without_hash = 0;  // rows of work that have no manifest with a hash
  plan::Plan brakes;          // changes nothing: it has the brakes of the run
};

// Makes the worklist. Errors: the raw bucket can't be listed at all, or the catalog not be read.
Result<Worklist> PlanWorklist(const PlanningContext& context, const delta::SnapshotPtr& recordings,
                              const ReconstructOptions& options);

// Counts `recordings` at a snapshot; `now` is the end of the window.
Result<CatalogCounts> CountRecordings(const PlanningContext& context,
                                      const delta::Snapshot& recordings, uint64_t days, TimeNs now);

}  // namespace ursa::maintenance
