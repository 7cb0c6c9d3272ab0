// What a table's newest rows have to do with a plan's changes. Used by this room only.
#pragma once

#include <bitset>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "delta/key_index.h"
#include "delta/row_batch.h"
#include "plan/plan.h"

namespace ursa::plan {

// Why a row is left alone that several rows share the key of.
inline constexpr std::string_view kOneOfSeveral =
    "several rows of the table have its key: somebody has to remove all but one";

// Some of the columns of an update, by their position in it. No table of catalog.md has so many.
using ColumnSet = std::bitset<32>;

// What the snapshot has for the row of a change.
struct Found {
  bool exists = false;
  ColumnSet has_before;  // of the changed columns of an update
  ColumnSet has_after;
  bool relies = false;             // of an update: what it relied on is so
  bool is_row = false;             // of an insert or delete: the row has all values stated
  bool is_one_of_several = false;  // the rest is of one of them
};

// Compares the rows of a snapshot with a plan's changes in its table. The plan must outlive it.
class RowComparer {
 public:
  RowComparer(const Plan& plan, const catalog::TableDefinition& table);

  Result<void> Read(const store::ReadableStore& assets, const delta::Snapshot& snapshot,
                    size_t jobs, std::stop_token stop);

  // By position in plan.ChangesOf(table).
  [[nodiscard]] const Found& Of(size_t number) const { return found_[number]; }

 private:
  // The key of a position in changes_.
  [[nodiscard]] auto KeyAt() const {
    return [this](size_t position) { return plan_.EncodedKey(changes_[position]); };
  }
  Result<void> Take(const delta::RowBatch& batch);
  [[nodiscard]] delta::Value ValueOf(const delta::RowBatch& batch, size_t row,
                                     const std::string& column) const;
  void Compare(const Change& change, const delta::RowBatch& batch, size_t row, Found& found) const;

  const Plan& plan_;
  const catalog::TableDefinition& table_;
  const std::vector<size_t>& changes_;
  delta::KeyIndex by_key_;  // of positions in changes_
  std::vector<Found> found_;
};

}  // namespace ursa::plan
