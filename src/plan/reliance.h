// Rows of other tables that a plan's changes relied on.
//
// A change may be right only as long as a row of another table says what it said: the shift of a
// modality's intervals rests on its recording's start_time. The plan states that row; before each
// try to commit, and once more right before it is sent, it is compared with the newest snapshot of
// its table, and a change whose row differs is left alone like one whose own row does. The two
// tables have no common commit: what changes between the last look and ours, a moment later, is as
// if it had changed after it. Source:
// catalog.md section 3, "Preconditions".
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "plan/change.h"

namespace ursa::plan {

// What a change that names a participant relies on: that the id is there, and this person's.
ReliedRow RelyOnParticipant(const std::string& participant_id, const std::string& display_name);

// Which changes of a plan rely on which rows. A row that follows itself is kept once, so changes
// should come sorted by it.
class Reliance {
 public:
  void Add(size_t change, const std::vector<ReliedRow>& rows);

  [[nodiscard]] const std::vector<ReliedRow>& Rows() const { return rows_; }
  // (change, its row's position in Rows()), in the order of the changes.
  [[nodiscard]] const std::vector<std::pair<size_t, size_t>>& Uses() const { return uses_; }

 private:
  std::vector<ReliedRow> rows_;
  std::vector<std::pair<size_t, size_t>> uses_;
};

// Whether those rows still are as they were. `reliance` must live longer. Refresh is not
// thread-safe, Holds is.
class RelianceCheck {
 public:
  RelianceCheck(const Reliance& reliance, size_t change_count);

  // Looks at the newest snapshots. True where Holds now says something else than before.
  Result<bool> Refresh(const catalog::Catalog& catalog, size_t jobs, std::stop_token stop);

  // Takes it that the plan's own insert is there by now, as it will be when its turn has come.
  void Assume(const Change& insert);

  // Whether every row that the change relied on is as it was at the last Refresh.
  [[nodiscard]] bool Holds(size_t change) const { return !broken_[change]; }

 private:
  // Sets row_holds_ of the rows of one table.
  Result<void> Compare(const catalog::Catalog& catalog, const delta::Snapshot& snapshot,
                       const catalog::TableDefinition& table, size_t jobs, std::stop_token stop);

  // Whether what the changes relied on holds by what is known of the rows.
  [[nodiscard]] std::vector<bool> FindBroken() const;

  const Reliance& reliance_;
  std::map<std::string, int64_t> versions_;  // of the tables, as last looked at
  std::vector<bool> row_holds_;              // by relied row
  std::vector<bool> broken_;                 // by change
};

}  // namespace ursa::plan
