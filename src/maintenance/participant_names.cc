#include "maintenance/participant_names.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "delta/scan.h"
#include "participants/participant_file.h"

namespace ursa::maintenance {
namespace {

using delta::Value;

bool IsUnattributed(const Value& participant_ids) {
  const auto* list = std::get_if<Value::List>(&participant_ids.data);
  return list == nullptr || std::all_of(list->begin(), list->end(), [](const Value& id) {
           return id == Value(std::string(participants::kUnknownParticipant));
         });
}

// An id from the catalog, which may hold any text, as one part of a key.
bool IsPlainName(const std::string& recording_id) {
  return recording_id.find('/') == std::string::npos && store::CheckKey(recording_id).has_value();
}

delta::ScanOptions ScanOf(const PlanningContext& context, std::vector<std::string> columns) {
  delta::ScanOptions scan;
  scan.columns = std::move(columns);
  scan.jobs = context.jobs;
  scan.stop = context.stop;
  return scan;
}

}  // namespace

Result<Unattributed> ReadUnattributed(const PlanningContext& context,
                                      const delta::Snapshot& recordings) {
  Unattributed found;
  URSA_CHECK(delta::Scan(context.catalog.Assets(), recordings,
                         ScanOf(context, {"recording_id", "recording_hash", "participant_ids"}),
                         [&](const delta::RowBatch& batch) -> Result<void> {
                           found.examined += batch.RowCount();
                           for (size_t i = 0; i < batch.RowCount(); ++i) {
                             Value ids = batch.At(2, i);
                             if (IsUnattributed(ids)) {
                               found.recordings.push_back({std::string(batch.String(0, i)),
                                                           std::string(batch.String(1, i)),
                                                           std::move(ids)});
                             }
                           }
                           return {};
                         }));
  std::sort(found.recordings.begin(), found.recordings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.recording_id, a.recording_hash) < std::tie(b.recording_id, b.recording_hash);
  });
  return found;
}

Result<void> MarkSeveral(const PlanningContext& context, const delta::Snapshot& recordings,
                         std::vector<UnattributedRecording>& unattributed) {
  if (unattributed.empty()) {
    return {};
  }
  std::unordered_map<std::string_view, size_t> rows_of;
  delta::FileFilter filter{"recording_id", {}};
  for (const UnattributedRecording& recording : unattributed) {
    rows_of.emplace(recording.recording_hash, 0);
    filter.values.push_back(recording.recording_id);
  }
  delta::ScanOptions scan = ScanOf(context, {"recording_hash"});
  scan.filters.push_back(std::move(filter));
  URSA_CHECK(delta::Scan(context.catalog.Assets(), recordings, scan,
                         [&](const delta::RowBatch& batch) -> Result<void> {
                           for (size_t i = 0; i < batch.RowCount(); ++i) {
                             const auto rows = rows_of.find(batch.String(0, i));
                             if (rows != rows_of.end()) {
                               ++rows->second;
                             }
                           }
                           return {};
                         }));
  for (UnattributedRecording& recording : unattributed) {
    recording.is_one_of_several = rows_of.at(recording.recording_hash) > 1;
  }
  return {};
}

NameFile ReadNameFile(const store::ReadableStore& store, std::string_view prefix,
                      const std::string& recording_id, const std::string& shown_root,
                      const participants::Canonicalizer& canonicalizer,
                      const participants::KnownParticipants& known) {
  NameFile file;
  if (!IsPlainName(recording_id)) {
    return file;
  }
  const std::string key = std::string(prefix) + recording_id + "/participant.txt";
  // One byte more than names may take says that a file is too large.
  const auto object =
      store.Get(key, store::ByteRange::From(0, participants::kParticipantFileBytesMax + 1));
  if (!object) {
    if (object.error().code != ErrorCode::kNotFound) {
      file.state = NameFile::State::kReadFailed;
      file.problem = NameProblem{"read_failed", shown_root + key, object.error().ToString()};
    }
    return file;
  }
  file.state = NameFile::State::kRead;
  file.attribution = participants::AttributeFile(object->bytes, canonicalizer, known);
  if (file.attribution.fault) {
    file.problem = NameProblem{file.attribution.fault->code, shown_root + key,
                               file.attribution.fault->message};
  }
  return file;
}

}  // namespace ursa::maintenance
