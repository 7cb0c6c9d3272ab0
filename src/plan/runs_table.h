// The table maintenance_runs: a copy of what rollback snapshots and commits say of the runs, for
// other engines. A run writes its row after its commits; the row of one that died before is written
// by the next that commits a minute later or more. A row's commit carries a txn of its own, so that
// which runs have their row stands in the table's log, and recording one costs the same however
// many there are. Source: catalog.md sections 2 and 4.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/writer.h"
#include "plan/plan.h"

namespace ursa::plan {

struct RecordedRun {
  bool finished = false;  // written by the run itself, after the last of its commits
  std::string command;
  std::string version;  // of Ursa
  TimeUs started_at;
  std::vector<std::string> tables;  // with a commit of the run
  std::string rollback_uri;
  std::optional<std::string> actor;
  std::optional<std::string> host;
  TimeUs committed_at;
  int64_t rows_changed = 0;
};

// The newest version of the table; null where there is none, or a damaged one: it is a copy, and
// nothing but writing it has to fail for that.
Result<delta::SnapshotPtr> LoadRunsTable(const catalog::Catalog& catalog);

// The rows that the table has, by run_id; of a damaged one, which is only a copy, those that can be
// read.
Result<std::map<std::string, RecordedRun>> ReadRecordedRuns(const catalog::Catalog& catalog);

// The rollback snapshot that the table names for this run.
Result<std::optional<std::string>> RecordedRollbackKey(const catalog::Catalog& catalog,
                                                       const std::string& run_id);

// The ids that stand in the tables as applied and whose run did not say that it is whole; ids of
// other programs are among them.
std::set<std::string> NotKnownAsWhole(const std::map<std::string, delta::SnapshotPtr>& tables);

// Adds the row of `plan`, which was just applied whole, and those of runs that died before theirs.
// `committed`: the versions of the commits that were made of it now, by table. Of a damaged table
// the error says what to do.
Result<void> CompleteRunsTable(catalog::Writer& writer, const Plan& plan,
                               const std::map<std::string, int64_t>& committed);

}  // namespace ursa::plan
