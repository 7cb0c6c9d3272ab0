// Putting one entry into a table's log. Source: delta-format.md section 8, catalog.md section 3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/actions.h"
#include "store/object_store.h"

namespace ursa::delta {

// No table gets there; what is beyond would overflow when it is counted on.
inline constexpr int64_t kVersionMax = INT64_MAX - 1;

// How the log's entry of a version came to be.
enum class CommitOutcome { kCommitted, kLost };

// Puts the entry of `version` where there is none yet. A refused put and one of unknown outcome are
// settled by reading the entry back and comparing its commitInfo.txnId with `transaction_id`; where
// that can't be read either, the error is kUnknownOutcome, naming version and table: then nothing
// that the commit refers to may be deleted. Every other error: nothing was committed. kInvalid
// where the actions break a rule for writers: their commitInfo must carry `transaction_id`, and no
// path, no appId, no protocol and no metaData may come twice.
Result<CommitOutcome> PutCommit(store::ObjectStore& store, const std::string& table_path,
                                int64_t version, const std::vector<Action>& actions,
                                const std::string& transaction_id);

// "<table_path>/_delta_log/00000000000000000007.json"
std::string CommitKey(const std::string& table_path, int64_t version);

// The commitInfo of an entry, a JSON object; "{}" where it has none. All other lines are passed
// over unread. kCorrupt, naming the line, where that line is no JSON object.
Result<std::string> FindCommitInfo(std::string_view entry);

}  // namespace ursa::delta
