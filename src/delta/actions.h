// The actions of a Delta log, and their lines of JSON. Source: delta-format.md section 3 and
// PROTOCOL.md, "Actions". Unknown actions and fields are passed over, on purpose: the protocol
// gate, not the parser, decides what may be read.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "delta/log_path.h"

namespace ursa::delta {

struct Protocol {
  int32_t min_reader_version = 1;
  int32_t min_writer_version = 2;
  std::vector<std::string> reader_features;
  std::vector<std::string> writer_features;
};

struct Metadata {
  std::string id;  // a UUID, kept for ever
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::string schema_string;  // as it stands in the log
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> configuration;
  std::optional<int64_t> created_time_ms;
};

struct Transaction {
  std::string app_id;
  int64_t version = 0;
  std::optional<int64_t> last_updated_ms;
};

using PartitionValues = std::map<std::string, std::optional<std::string>>;

struct AddFile {
  std::string path;  // decoded, relative to the table's root
  PartitionValues partition_values;
  uint64_t size_bytes = 0;
  int64_t modification_time_ms = 0;
  bool data_change = true;
  std::optional<std::string> stats;  // a JSON text
};

struct RemoveFile {
  std::string path;  // decoded
  std::optional<int64_t> deletion_timestamp_ms;
  bool data_change = true;
  PartitionValues partition_values;
  std::optional<uint64_t> size_bytes;
};

// commitInfo as the JSON object that it is; an engine may put anything there.
struct CommitInfo {
  std::string json;
};

using Action = std::variant<CommitInfo, Protocol, Metadata, Transaction, RemoveFile, AddFile>;

// The actions of one commit, in the order of its lines, without those that Ursa passes over.
// kUnsupported: a deletion vector, an absolute path, files that are no Parquet, named; or, where
// the commit has a protocol that Ursa does not read, that one's features. kCorrupt: a line that is
// no action, by its number and member.
Result<std::vector<Action>> ParseCommit(std::string_view text);

// The same for one line that is parsed already: the actions of `object` are appended.
Result<void> ParseAction(const nlohmann::json& object, std::vector<Action>& actions);

// The lines of a commit: commitInfo, protocol, metaData, txn, remove, add, each with LF. A
// CommitInfo that is no JSON object is written as an empty one.
std::string SerializeCommit(const std::vector<Action>& actions);

}  // namespace ursa::delta
