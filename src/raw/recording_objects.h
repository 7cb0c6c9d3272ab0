// What lies in the raw bucket of one recording, from one listing of it.
//
//   recordings/<recording_id>/session.lock          still being recorded or uploaded
//   recordings/<recording_id>/<worker>/<file>       a worker's data files and its report
//
// Source: raw-recordings.md section 1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::raw {

// One worker: a first path part below the recording that holds an object.
struct Worker {
  std::string name;                           // "webcam_0"
  std::string family;                         // "camera", layout.h
  std::string prefix;                         // "recordings/<recording_id>/webcam_0/"
  std::vector<store::ObjectInfo> data_files;  // in the order of their keys
  std::optional<store::ObjectInfo> report;    // worker_report.json

  // The part of a data file's key after the prefix: a view into `file`.
  [[nodiscard]] std::string_view NameOf(const store::ObjectInfo& file) const {
    return std::string_view(file.key).substr(prefix.size());
  }
};

struct RecordingObjects {
  std::string recording_id;
  std::string prefix;           // "recordings/<recording_id>/"
  std::vector<Worker> workers;  // in the order of their names
  bool session_lock = false;

  // Whether any data file of any worker is left.
  [[nodiscard]] bool HasDataFile() const;
};

// kInvalid unless `name` is one part of a key: a catalog may hold any text where it names a
// recording or a worker.
Result<void> CheckPlainName(std::string_view name);

// "recordings/<recording_id>/"
std::string RecordingPrefix(std::string_view recording_id);

// Sorts out `objects`, a listing below RecordingPrefix(recording_id) in key order. Keys that end in
// '/' are no files and are passed over; so are files that lie in no worker.
RecordingObjects SortOutObjects(std::string_view recording_id,
                                std::vector<store::ObjectInfo> objects);

// Lists a recording, page after page; one without objects has no workers. kInvalid where the id is
// no plain name (a catalog may hold any text), else the store's errors.
Result<RecordingObjects> ListRecording(const store::ReadableStore& raw,
                                       std::string_view recording_id);

// The same of one worker alone: where a recording can't be listed as a whole, a worker may be.
Result<RecordingObjects> ListWorker(const store::ReadableStore& raw, std::string_view recording_id,
                                    std::string_view worker);

}  // namespace ursa::raw
