// Putting one entry into a table's log. Source: delta-format.md section 8, catalog.md section 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/actions.h"
#include "store/object_store.h"
#include "store/put_if_absent.h"

namespace ursa::delta {

// No table gets there; what is beyond would overflow when it is counted on.
inline constexpr int64_t kVersionMax = INT64_MAX - 1;

// What an entry's commitInfo says of a commit of ours.
struct CommitDescription {
  std::string operation;                // "MERGE"
  std::optional<int64_t> read_version;  // that it was made from; none: it begins the table
  std::string engine_info;              // "Ursa/0.1.0"
  std::string transaction_id;           // fresh for every attempt
  TimeNs now;
  std::string parameters = "{}";  // of the operation, a JSON object
  std::string more = "{}";        // further members, a JSON object
};
CommitInfo DescribeCommit(const CommitDescription& description);

// Milliseconds since 1970, as the log has its times.
int64_t LogTime(TimeNs time);

// How the log's entry of a version came to be.
enum class CommitOutcome { kCommitted, kLost };

// Puts the entry of `version` where there is none yet. A refused put and one of unknown outcome are
// settled by reading the entry back and comparing its commitInfo.txnId with `transaction_id`; while
// there is none, or the service asks for fewer requests, the same entry is put again as long as
// `patience` has it (without: one attempt). Where it can't be told, the error is kUnknownOutcome,
// naming version and table: then nothing that the commit refers to may be deleted. Every other
// error: nothing was committed. kInvalid where the actions break a rule for writers: their
// commitInfo must carry `transaction_id`, and no path, no appId, no protocol and no metaData may
// come twice.
Result<CommitOutcome> PutCommit(store::ObjectStore& store, const std::string& table_path,
                                int64_t version, const std::vector<Action>& actions,
                                const std::string& transaction_id,
                                const std::optional<store::Patience>& patience = std::nullopt);

// "<table_path>/_delta_log/00000000000000000007.json"
std::string CommitKey(const std::string& table_path, int64_t version);

// The commitInfo of an entry, a JSON object; "{}" where it has none. All other lines are passed
// over unread. kCorrupt, naming the line, where that line is no JSON object.
Result<std::string> FindCommitInfo(std::string_view entry);

}  // namespace ursa::delta
