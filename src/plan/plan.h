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
//   {"record":"digest","changes":N,"changes_digest":..,"plan_digest":..,"sha256":..}
//
// changes_digest is the SHA-256 of all change lines: two plans that change the same have the same.
// plan_digest is that of command, catalog, table ids, base versions and changes_digest; a new plan's
// is its run_id.
// The last line's sha256 is that of every byte before it. Source: catalog.md sections 3 and 4.
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
  // What the commit says of other runs (txn versions): a restore marks the run that it takes back.
  std::map<std::string, int64_t> marks;
};

// A run's txn version says where it stands (catalog.md section 3, "Idempotence").
inline constexpr int64_t kRunApplied = 1;
inline constexpr int64_t kRunUndone = 2;

// A limit that is checked on the whole plan before the first write.
struct Brake {
  std::string rule;   // as in docs/commands.md, e.g. "max_indeterminate"
  uint64_t count = 0;
  uint64_t limit = 0;
  std::string message;  // what to do where count > limit
};

// Where a plan's changes are kept while it is made and applied.
struct SpoolOptions {
  std::filesystem::path directory;
  size_t memory_bytes_max = size_t{8} << 20;
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
  [[nodiscard]] const std::string& EncodedKey(size_t change) const { return keys_[change]; }
  [[nodiscard]] const std::string& Locator(size_t change) const { return locators_[change]; }
  // The columns of a table that its changes look at or set, each once.
  [[nodiscard]] const std::vector<std::string>& ColumnsOf(std::string_view table) const;

  // What its changes relied on in other tables.
  [[nodiscard]] const Reliance& ReliedOn() const { return reliance_; }

  // The plan's file, of those changes for which `wanted` is true; piece by piece.
  Result<void> Write(const std::function<bool(size_t change)>& wanted,
                     const std::function<Result<void>(std::string_view)>& sink) const;

 private:
  friend class PlanBuilder;
  Plan(PlanHeader header, Spool spool);

  PlanHeader header_;
  Spool spool_;
  std::vector<std::string> keys_;
  std::vector<std::string> locators_;
  std::map<std::string, std::vector<size_t>, std::less<>> changes_of_;
  std::map<std::string, std::vector<std::string>, std::less<>> columns_of_;
  Reliance reliance_;
  std::vector<Brake> brakes_;
  std::string changes_digest_;
  std::string plan_digest_;
};

// Several plans of one command, as shards make them, as one plan: one commit, one run. Brakes of one
// rule are added up, against the limit that all of them were given. kUsage where the plans are of
// different commands or catalogs, or were given different limits, or change a row twice.
Result<Plan> JoinPlans(std::vector<Plan> plans, std::optional<uint64_t> max_changes,
                       const SpoolOptions& spool);

// The last line of a plan's file, without its line break; `sha256` is that of all bytes before it.
std::string DigestLine(const PlanHeader& header, uint64_t changes,
                       const std::string& changes_digest, const std::string& sha256);

// Not thread-safe.
class PlanBuilder {
 public:
  PlanBuilder(PlanHeader header, const SpoolOptions& spool);

  // The change gets the number Count() had before. kInvalid where a value breaks a rule of
  // catalog.md section 2.
  Result<void> Add(const Change& change);
  // The same from a change's line, as ChangeToLine made it. kCorrupt where it is none.
  Result<void> AddLine(std::string_view line);
  void AddBrake(Brake brake);
  // --max-changes, a brake that every command has; to be called after all changes were added.
  void AddMaxChanges(std::optional<uint64_t> limit);
  [[nodiscard]] size_t Count() const { return plan_.Count(); }

  Plan Finish() &&;

 private:
  Result<void> Keep(const Change& change, std::string_view line);
  void Index(const Change& change);

  Plan plan_;
  Sha256 changes_digest_;
};

}  // namespace ursa::plan
