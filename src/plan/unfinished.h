// Runs that died between two tables, and finishing them.
//
// A plan over several tables is one commit a table. A process that dies between two leaves a run
// that is in some of its tables and not in others. Whatever run of the same command commits next
// finishes it first, under its own id, from its own rollback snapshot: applying a plan does what is
// missing and no more, so it does not even matter whether the other process still lives. So one
// piece of work stays one run, and is undone as one. Source: catalog.md section 3, "Idempotence".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/writer.h"
#include "plan/plan.h"

namespace ursa::plan {

struct UnfinishedRun {
  std::string plan_id;
  std::string rollback_key;  // the snapshot that its commits name
};

// The unfinished runs of a command, those aside whose snapshot can't be told any more, and that of
// the plan `except`, which its own application finishes. Where every run is finished, costs a look
// at each table's log.
Result<std::vector<UnfinishedRun>> FindUnfinishedRuns(const catalog::Catalog& catalog,
                                                      std::string_view command,
                                                      const std::string& except = {});

// What finishing runs did.
struct FinishedRuns {
  std::vector<std::string> plan_ids;  // of those that are whole now
  uint64_t committed = 0;             // rows written, of one that stayed in part too
  std::string last_written;           // the id of the last plan of which there were any; or empty
  std::map<std::string, int64_t> table_versions;  // after, of each table that they change

  void Add(const FinishedRuns& later);
};

// Applies what is missing of these runs. What goes wrong with one is added to `errors` and keeps
// none of the others.
FinishedRuns FinishRuns(const std::vector<UnfinishedRun>& runs, catalog::Writer& writer,
                        const SpoolOptions& spool, std::vector<Error>& errors);

}  // namespace ursa::plan
