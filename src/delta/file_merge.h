// A merge's part in one data file: find the rows, ask, rewrite. Included in this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/actions.h"
#include "delta/key_index.h"
#include "delta/merge.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace ursa::delta {

// The changes of a source by key, and sorted by locator, for finding the files that may hold them.
class ChangeIndex {
 public:
  // kInvalid names a key that stands twice.
  static Result<ChangeIndex> Make(const MergeSource& source, const MergeOptions& options);

  // The change with this key; Count() of the source where there is none.
  [[nodiscard]] size_t Find(std::string_view key) const;

  // The changes whose row may lie in `file`, by its statistics.
  [[nodiscard]] std::vector<size_t> Candidates(const AddFile& file) const;

 private:
  ChangeIndex(const MergeSource& source, const MergeOptions& options);

  const MergeSource* source_;
  const MergeOptions* options_;
  // Most keys that are looked for are not there: a bit for each hash, to see that at once.
  std::vector<uint64_t> filter_;
  KeyIndex by_key_;
  std::vector<size_t> by_locator_;  // changes, in the order of their locators
};

// What a merge found in one data file, and made of it.
struct FileMerge {
  std::vector<size_t> found;     // changes whose row lies in the file
  bool rewritten = false;        // the file is to be removed...
  std::vector<AddFile> outputs;  // ... and these are to be added (none: all rows are deleted)
  MergeCounts counts;
};

// Searches `file` for the changes and decides them, but for those of `passed_over` (ascending),
// whose rows stay; where rows change, writes the files that replace it. Names of all files written
// are appended to `written`, also on failure.
Result<FileMerge> MergeFile(store::ObjectStore& store, const Snapshot& snapshot,
                            const AddFile& file, const std::vector<size_t>& candidates,
                            const ChangeIndex& index, const std::vector<size_t>& passed_over,
                            MergeSource& source, const MergeOptions& options,
                            std::vector<std::string>& written);

// Writes the rows of the kInsert decisions, sorted, as new data files.
Result<std::vector<AddFile>> WriteInserts(store::ObjectStore& store, const Snapshot& snapshot,
                                          const std::vector<RowDecision>& decisions,
                                          const MergeOptions& options,
                                          std::vector<std::string>& written);

}  // namespace ursa::delta
