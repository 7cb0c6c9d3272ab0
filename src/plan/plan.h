// A plan: what a command would change, and why it may or may not.
//
// Everything that changes rows is one. A planning function, which can only read, adds changes in a
// fixed order to a PlanBuilder; the finished Plan is shown, saved, judged by brakes, and committed
// by Apply. Its file (also the rollback snapshot) is JSON Lines:
//
//   {"record":"plan","plan_version":1,"command":..,"catalog":..,"tables":{name:{"id","version"}},
//    "run_id":..,"marks":{run_id: txn version},"tool":..,"created_at":..}
//   {"record":"change",...}                       one a change, see change.h
//   {"record":"brake","rule":..,"count":..,"limit":..}
//   {"record":"digest","changes":N,"changes_of":{table: N},"changes_digest":..,"plan_digest":..,
//    "sha256":..}
//
// changes_digest is the SHA-256 of all change lines: two plans that change the same have the same.
// plan_digest is that of command, catalog, table ids, base versions and changes_digest; a new
// plan's is its run_id. The last line's sha256 is that of every byte before it. Source: catalog.md
// sections 3 and 4.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "plan/change.h"
#include "plan/reliance.h"
#include "plan/spool.h"

namespace ursa::plan {

// The format that this version writes and reads.
inline constexpr int kPlanVersion = 1;

struct TableBase {
  std::string id;  // the table's UUID
  int64_t version = 0;
};

struct PlanHeader {
  std::string command;  // kebab-case
  std::string catalog_uri;
  std::map<std::string, TableBase> tables;  // that the plan was made from
  std::string tool;                         // "Ursa/0.1.0"
  std::string created_at;                   // ISO 8601
  // The run that commits the plan. Empty for a new plan: its digest. A rollback snapshot keeps the
  // id of the run whose changes it holds.
  std::string run_id;
  // What the commit says of other runs (txn versions): a restore marks the run that it takes back
  // as undone, plans that are applied as one mark each of them as applied.
  std::map<std::string, int64_t> marks;

  // True of a restore's plan. It gives rows back as they were, also where that breaks a rule.
  [[nodiscard]] bool TakesBack() const;
};

// A run's txn version says where it stands (catalog.md section 3, "Idempotence").
inline constexpr int64_t kRunApplied = 1;
inline constexpr int64_t kRunUndone = 2;

// A limit that is checked on the whole plan before the first write.
struct Brake {
  std::string rule;  // as in docs/commands.md, e.g. "max_indeterminate"
  uint64_t count = 0;
  uint64_t limit = 0;
  std::string message;  // what to do where count > limit
};

// Immutable. Reading is thread-safe.
class Plan {
 public:
  [[nodiscard]] const PlanHeader& Header() const { return header_; }
  [[nodiscard]] const std::vector<Brake>& Brakes() const { return brakes_; }
  [[nodiscard]] const std::string& ChangesDigest() const { return changes_digest_; }
  [[nodiscard]] const std::string& PlanDigest() const { return plan_digest_; }
  [[nodiscard]] const std::string& RunId() const { return header_.run_id; }

  [[nodiscard]] size_t Count() const { return spool_.Count(); }
  [[nodiscard]] Result<Change> ChangeAt(size_t change) const;

  // Which changes are of a table, in the plan's order; and what a merge needs to find their rows.
  [[nodiscard]] const std::vector<size_t>& ChangesOf(std::string_view table) const;
  [[nodiscard]] std::string_view EncodedKey(size_t change) const { return Indexed(2 * change); }
  [[nodiscard]] std::string_view Locator(size_t change) const { return Indexed(2 * change + 1); }
  // Which changes delete a row, in the plan's order.
  [[nodiscard]] const std::vector<size_t>& Deletes() const { return deletes_; }
  // The columns of a table that its changes look at or set, each once.
  [[nodiscard]] const std::vector<std::string>& ColumnsOf(std::string_view table) const;

  // Its inserts into `recordings`, whose recording_id must be absent too.
  [[nodiscard]] const std::vector<size_t>& InsertedRecordings() const {
    return inserted_recordings_;
  }

  // What its changes relied on in other tables.
  [[nodiscard]] const Reliance& ReliedOn() const { return reliance_; }

  // The plan's file, of those changes for which `wanted` is true; piece by piece.
  Result<void> Write(const std::function<bool(size_t change)>& wanted,
                     const std::function<Result<void>(std::string_view)>& sink) const;

  [[nodiscard]] const SpoolOptions& Spooling() const { return spool_.Options(); }

 private:
  friend class PlanBuilder;
  Plan(PlanHeader header, Spool spool);
  [[nodiscard]] std::string_view Indexed(size_t number) const;

  PlanHeader header_;
  Spool spool_;
  // Key and locator of each change, one after the other, and where each ends: an index of a million
  // changes should not be two million strings.
  std::string index_;
  std::vector<uint64_t> index_ends_;
  std::map<std::string, std::vector<size_t>, std::less<>> changes_of_;
  std::map<std::string, std::vector<std::string>, std::less<>> columns_of_;
  std::vector<size_t> deletes_;
  std::vector<size_t> inserted_recordings_;
  Reliance reliance_;
  std::vector<Brake> brakes_;
  std::string changes_digest_;
  std::string plan_digest_;
};

// Several plans of one command, as shards make them, as one plan: one commit, one run, the same for
// every order of the plans. Brakes of one rule are added up, against the limit that all of them
// were given. kUsage where the plans are of different commands or catalogs, or were given different
// limits, or change a row twice.
Result<Plan> JoinPlans(std::vector<Plan> plans, std::optional<uint64_t> max_changes,
                       const SpoolOptions& spool);

// The last line of a plan's file, without its line break; `sha256` is that of all bytes before it.
std::string DigestLine(const PlanHeader& header, const std::map<std::string, uint64_t>& changes_of,
                       const std::string& changes_digest, const std::string& sha256);

// Not thread-safe.
class PlanBuilder {
 public:
  PlanBuilder(PlanHeader header, const SpoolOptions& spool);

  // The change gets the number Count() had before. kInvalid where a value breaks a rule of
  // catalog.md section 2, unless the plan takes a run back.
  Result<void> Add(const Change& change);
  // The same from a change's line, as ChangeToLine made it. kCorrupt where it is none.
  Result<void> AddLine(std::string_view line);
  void AddBrake(Brake brake);
  // --max-changes, a brake that every command has; to be called after all changes were added.
  void AddMaxChanges(std::optional<uint64_t> limit);
  [[nodiscard]] size_t Count() const { return plan_.Count(); }

  Plan Finish() &&;

 private:
  [[nodiscard]] Result<void> Check(const Change& change) const;
  Result<void> Keep(const Change& change, std::string_view line);
  void Index(const Change& change);

  Plan plan_;
  Sha256 changes_digest_;
};

}  // namespace ursa::plan
