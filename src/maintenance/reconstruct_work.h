// reconstruct-all-recent, the work: hash, write manifests, ingest.
//
// Recordings are admitted in the order of the worklist; the files of those that are admitted are
// hashed in one pool of tasks, in order of completion, so that one stalled read blocks nothing. A
// recording goes
//
//   begin    its listing and its journal are read, what the journal knows is not read again
//   hash     one task a file, or several small ones
//   finish   it is listed again, its manifest is put if absent, its rows are made; one at which the
//            rig is again is left alone, and no manifest is put
//   commit   with others, as one ordinary ingest plan: 500 recordings, or what 30 s brought
//
// Batches and journals are committed and saved in a lane beside the pool, so that they never wait
// for long reads, and recordings are finished in another, so that no hashing waits for a disk. What
// another process, which has the same worklist, did meanwhile is not done again: its manifests
// count, and the digests of its journals are taken over.
//
// One that fails on the way is left as it is and the others go on. Whatever happens, the next run
// goes on from the journals. Source: commands.md, "reconstruct-all-recent".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "catalog/writer.h"
#include "ingest/candidate.h"
#include "maintenance/planning.h"
#include "maintenance/reconstruct_worklist.h"
#include "participants/canonicalizer.h"
#include "plan/guards.h"
#include "plan/unfinished.h"
#include "store/object_store.h"

namespace ursa::maintenance {

struct ReconstructContext {
  const PlanningContext& planning;   // its catalog and raw bucket are those that are written here
  const store::ReadableStore& data;  // raw, for whole data files: what breaks is not tried again
  store::ObjectStore& raw;
  store::ObjectStore& assets;
  catalog::Writer& writer;
  Random& random;
  const plan::Guards& guards;
  const participants::Canonicalizer& canonicalizer;
  std::string raw_location;  // as IngestSettings has it
};

struct ReconstructOutcome {
  uint64_t bytes_read = 0;  // of data files
  uint64_t ingested = 0;    // recordings
  uint64_t committed = 0;   // rows
  uint64_t already = 0;
  uint64_t changed_since_plan = 0;
  std::string run_id;  // empty where nothing was committed; its batches are <run_id>.1, .2, ...
  plan::FinishedRuns finished;          // others on the same work, which were between two tables
  std::vector<Error> follow_up_errors;  // what did not keep the work from going on
};

// Does the work of `rows` and tells in them what became of it. An error, kInterrupted too, ends the
// run; `rows` and `outcome` then say how far it came.
Result<void> Reconstruct(const ReconstructContext& context, const ReconstructOptions& options,
                         std::vector<ReconstructRow>& rows, ReconstructOutcome& outcome);

}  // namespace ursa::maintenance
