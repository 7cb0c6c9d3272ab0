// What lies in a table's log: which commits and which complete checkpoints, by their names.
// Everything else there is passed over. Source: delta-format.md section 2.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::delta {

struct LogListing {
  struct Checkpoint {
    int64_t version = 0;
    std::vector<std::string> keys;  // one, or all parts in their order
  };
  std::set<int64_t> commits;
  std::vector<Checkpoint> checkpoints;  // complete ones

  // The newest version that there is; none where there is no table.
  [[nodiscard]] std::optional<int64_t> Newest() const;
};

// Lists the log from `_last_checkpoint` on, where that names a checkpoint at or below `version`
// that is really there; else all of it.
Result<LogListing> ListLog(const store::ReadableStore& store, const std::string& table_path,
                           std::optional<int64_t> version);

// "<table_path>/_delta_log/"
std::string LogPrefix(const std::string& table_path);

// "00000000000000000007"
std::string VersionDigits(int64_t version);

}  // namespace ursa::delta
