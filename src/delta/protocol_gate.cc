#include "delta/protocol_gate.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "delta/snapshot.h"

namespace ursa::delta {
namespace {

constexpr int32_t kReaderVersion = 1;
constexpr int32_t kWriterVersionMax = 2;

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

// The first column, at any depth, that has an invariant; "" where none has.
std::string ColumnWithInvariant(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    const auto metadata = nlohmann::json::parse(field.metadata, nullptr, false);
    if (metadata.is_object() && metadata.contains("delta.invariants")) {
      return field.name;
    }
    const std::string nested = ColumnWithInvariant(field.type.children);
    if (!nested.empty()) {
      return field.name + "." + nested;
    }
  }
  return "";
}

// A setting that says "true", in any case, as Spark reads it.
bool IsOn(const Metadata& metadata, const std::string& name) {
  const auto setting = metadata.configuration.find(name);
  constexpr std::string_view kTrue = "true";
  return setting != metadata.configuration.end() &&
         std::equal(setting->second.begin(), setting->second.end(), kTrue.begin(), kTrue.end(),
                    [](unsigned char a, char b) { return std::tolower(a) == b; });
}

}  // namespace

Result<void> CheckReadable(const Protocol& protocol) {
  if (protocol.min_reader_version == kReaderVersion) {
    return {};
  }
  std::string needs;
  if (protocol.min_reader_version == 2) {
    needs = "columnMapping";
  } else if (protocol.min_reader_version == 3) {
    needs = Joined(protocol.reader_features);
  }
  return Fail(ErrorCode::kUnsupported,
              "the table needs a reader of version " + std::to_string(protocol.min_reader_version) +
                  (needs.empty() ? "" : " with " + needs) + "; Ursa reads version 1");
}

Error RefusalOf(const std::vector<Action>& actions, Error found) {
  if (found.code != ErrorCode::kUnsupported) {
    return found;
  }
  for (const Action& action : actions) {
    if (const auto* protocol = std::get_if<Protocol>(&action)) {
      if (auto readable = CheckReadable(*protocol); !readable) {
        return std::move(readable).error();
      }
    }
  }
  return found;
}

Result<void> CheckWritable(const Snapshot& snapshot, bool removes) {
  const std::string table = "the table " + snapshot.table_path;
  if (snapshot.protocol.min_writer_version > kWriterVersionMax) {
    const std::string needs = Joined(snapshot.protocol.writer_features);
    return Fail(ErrorCode::kUnsupported, table + " needs a writer of version " +
                                             std::to_string(snapshot.protocol.min_writer_version) +
                                             (needs.empty() ? "" : " with " + needs) +
                                             "; Ursa writes version 2");
  }
  if (!snapshot.metadata.partition_columns.empty()) {
    return Fail(ErrorCode::kUnsupported, table + " is partitioned by " +
                                             Joined(snapshot.metadata.partition_columns) +
                                             "; Ursa does not upsert into partitioned tables");
  }
  const std::string column = ColumnWithInvariant(snapshot.schema.fields);
  if (!column.empty()) {
    return Fail(ErrorCode::kUnsupported, table + " has delta.invariants on the column " + column +
                                             ", which Ursa does not check");
  }
  if (removes && IsOn(snapshot.metadata, "delta.appendOnly")) {
    return Fail(ErrorCode::kUnsupported, table + " is append-only (delta.appendOnly)");
  }
  return {};
}

}  // namespace ursa::delta
