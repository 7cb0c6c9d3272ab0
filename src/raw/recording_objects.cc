#include "raw/recording_objects.h"

#include <algorithm>
#include <utility>

#include "raw/layout.h"
#include "raw/recording_lister.h"

namespace ursa::raw {
namespace {

constexpr std::string_view kSessionLock = "session.lock";
constexpr std::string_view kNodeManifests = "_node_manifests";

// The worker of that name, which is the last one where the keys are in order.
Worker& WorkerNamed(RecordingObjects& objects, std::string_view name) {
  if (objects.workers.empty() || objects.workers.back().name != name) {
    Worker worker;
    worker.name = name;
    worker.family = FamilyOf(name);
    worker.prefix = objects.prefix + worker.name + "/";
    objects.workers.push_back(std::move(worker));
  }
  return objects.workers.back();
}

}  // namespace

Result<void> CheckPlainName(std::string_view name) {
  URSA_CHECK(store::CheckKey(name));
  if (name.find('/') != std::string_view::npos) {
    return Fail(ErrorCode::kInvalid,
                "the name '" + std::string(name) + "' has a slash: correct it in the catalog");
  }
  return {};
}

bool RecordingObjects::HasDataFile() const {
  return std::ranges::any_of(workers,
                             [](const Worker& worker) { return !worker.data_files.empty(); });
}

std::string RecordingPrefix(std::string_view recording_id) {
  return "recordings/" + std::string(recording_id) + "/";
}

RecordingObjects SortOutObjects(std::string_view recording_id,
                                std::vector<store::ObjectInfo> objects) {
  RecordingObjects sorted;
  sorted.recording_id = recording_id;
  sorted.prefix = RecordingPrefix(recording_id);
  for (store::ObjectInfo& object : objects) {
    const std::string_view path = std::string_view(object.key).substr(sorted.prefix.size());
    if (path.ends_with('/')) {
      continue;
    }
    const size_t slash = path.find('/');
    if (slash == std::string_view::npos) {
      sorted.session_lock = sorted.session_lock || path == kSessionLock;
      continue;
    }
    const std::string_view part = path.substr(0, slash);
    if (part == kNodeManifests) {
      continue;
    }
    Worker& worker = WorkerNamed(sorted, part);
    if (path.substr(slash + 1) == kWorkerReportName) {
      worker.report = std::move(object);
    } else {
      worker.data_files.push_back(std::move(object));
    }
  }
  // Keys order by "<worker>/", which is not the order of names: "eeg_0-b/" stands before "eeg_0/".
  std::ranges::sort(sorted.workers, {}, &Worker::name);
  return sorted;
}

Result<RecordingObjects> ListRecording(const store::ReadableStore& raw,
                                       std::string_view recording_id) {
  URSA_TRY(auto objects, ListObjects(raw, recording_id));
  return SortOutObjects(recording_id, std::move(objects));
}

Result<RecordingObjects> ListWorker(const store::ReadableStore& raw, std::string_view recording_id,
                                    std::string_view worker) {
  URSA_CHECK(CheckPlainName(recording_id));
  URSA_CHECK(CheckPlainName(worker));
  const std::string prefix = RecordingPrefix(recording_id) + std::string(worker) + "/";
  URSA_TRY_CONTEXT(auto objects, store::ListAll(raw, prefix), "listing " + prefix);
  return SortOutObjects(recording_id, std::move(objects));
}

}  // namespace ursa::raw
