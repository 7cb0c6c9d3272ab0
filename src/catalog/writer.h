// Writing to a catalog: merges into its tables, behind the checks that every commit needs.
//
// Before the first commit of a run the store must prove that it refuses a second conditional PUT
// (the probe). Before each try the table must not be sealed by a flip. After each commit the
// pointer is read again: a commit that a flip overtook holds, as the flip carried it over, and no
// further one goes to the old prefix, whose tables are sealed. Source: catalog.md sections 1 and 3.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/tables.h"
#include "delta/merge.h"
#include "store/object_store.h"

namespace ursa::catalog {

// What every write takes from the run it belongs to.
struct WriteContext {
  std::string engine_info;  // "Ursa/0.1.0"
  Nanoseconds timeout{std::chrono::seconds{120}};
  size_t jobs = 1;
  std::stop_token stop;
  Clock& clock;
  Random& random;
  // Who writes, and where; stands in the commits of plans. Empty: not known.
  std::string actor = {};
  std::string host = {};
};

enum class OnConflict { kError, kSkip, kOverwrite };

// What a registration did; one commit at most.
struct RegisterOutcome {
  uint64_t inserted = 0;
  uint64_t overwritten = 0;
  uint64_t skipped = 0;
  int64_t table_version = 0;
};

// Not thread-safe. The store must outlive it.
class Writer {
 public:
  // kRefused `prefix_pinned` where the catalog's configured prefix is not the active one.
  static Result<Writer> Open(store::ObjectStore& assets, Catalog catalog, WriteContext context);

  [[nodiscard]] const Catalog& Tables() const { return catalog_; }
  [[nodiscard]] const WriteContext& Context() const { return context_; }
  [[nodiscard]] store::ObjectStore& Assets() const { return *assets_; }

  // Merges `source` into a table of catalog.md, which is created where it is missing. Errors as
  // delta::Merge; kRefused `sealed` and `probe_failed`. A pointer that moved meanwhile, or can't be
  // read, is a follow_up_error: the commit holds.
  Result<delta::MergeOutcome> Merge(const TableDefinition& table, delta::MergeSource& source,
                                    const std::string& operation,
                                    std::vector<delta::Transaction> transactions);

  // Registers whole rows by key. kInvalid names row, column and rule where one breaks a rule, or
  // where two have the same key; kAlreadyExists (kError) names the row that the table has already.
  // All or nothing, `transactions` with it.
  Result<RegisterOutcome> Register(const TableDefinition& table, const std::vector<NamedRow>& rows,
                                   OnConflict on_conflict,
                                   std::vector<delta::Transaction> transactions = {});

 private:
  Writer(store::ObjectStore& assets, Catalog catalog, WriteContext context);
  // Once a run; errors as of ProbeStore.
  Result<void> Probe();
  // What is to be said of a commit that a flip may have overtaken.
  [[nodiscard]] std::optional<Error> LookWhetherItMoved(int64_t version,
                                                        const TableDefinition& table) const;

  store::ObjectStore* assets_;
  Catalog catalog_;
  WriteContext context_;
  bool probed_ = false;
};

// Makes an empty catalog: `_probe`, all tables of catalog.md, and, for a prefix that is not the
// default, pointer 1. What an interrupted init left is completed. kAlreadyExists where there is a
// catalog already, or another init created the pointer first; kUsage where none can lie at the
// prefix.
Result<Catalog> InitCatalog(store::ObjectStore& assets, const std::string& wanted_prefix,
                            const WriteContext& context);

// The table property of what a flip sealed; its value is the pointer's generation.
inline constexpr std::string_view kSealedProperty = "ursa.sealed";

// kRefused `sealed` where a flip sealed the table.
Result<void> CheckNotSealed(const delta::Snapshot& snapshot);

}  // namespace ursa::catalog
