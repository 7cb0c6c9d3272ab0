#include "ingest/reconstruction.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace ursa::ingest {
namespace {

constexpr int kManifestVersion = 2;

std::string EscapePath(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    switch (c) {
      case '%':
        escaped += "%25";
        break;
      case '\r':
        escaped += "%0D";
        break;
      case '\n':
        escaped += "%0A";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string MicrosecondsText(TimeNs time) {
  return FormatTime(std::chrono::floor<Microseconds>(time));
}

// An upload time: the latest one of the inventory.
TimeNs LatestModified(const RecordingListing& listing) {
  TimeNs latest = listing.inventory.front().last_modified;
  for (const store::ObjectInfo& object : listing.inventory) {
    latest = std::max(latest, object.last_modified);
  }
  return latest;
}

bool HasWorkers(const Json& workers) {
  return (workers.is_array() || workers.is_object()) && !workers.empty();
}

// A node's workers as list entries: a map by name becomes objects with a name.
void Append(const Json& workers, Json& list) {
  if (workers.is_array()) {
    list.insert(list.end(), workers.begin(), workers.end());
    return;
  }
  for (const auto& [name, about] : workers.items()) {
    Json worker{{"name", name}};
    if (about.is_object()) {
      worker.update(about);
      worker["name"] = name;
    }
    list.push_back(std::move(worker));
  }
}

Json WorkersOf(const Reconstruction& reconstruction) {
  const RecordingManifests& manifests = reconstruction.manifests;
  if (manifests.legacy && HasWorkers(manifests.legacy->manifest.workers)) {
    return manifests.legacy->manifest.workers;
  }
  Json list = Json::array();
  if (!manifests.legacy) {
    for (const FoundManifest& node : manifests.nodes) {
      if (HasWorkers(node.manifest.workers)) {
        Append(node.manifest.workers, list);
      }
    }
  }
  if (list.empty()) {
    for (const raw::Worker& worker : reconstruction.listing.objects.workers) {
      list.push_back(Json{{"name", worker.name}});
    }
  }
  return list;
}

// Whose hostname and version stand in the manifest; null: nobody's.
const Manifest* Origin(const RecordingManifests& manifests) {
  if (manifests.legacy) {
    return &manifests.legacy->manifest;
  }
  return manifests.nodes.empty() ? nullptr : &manifests.nodes.front().manifest;
}

Json FilesJson(const std::vector<ManifestFile>& files) {
  Json list = Json::array();
  for (const ManifestFile& file : files) {
    list.push_back(Json{{"path", file.path}, {"size", file.size_bytes}, {"sha256", file.sha256}});
  }
  return list;
}

}  // namespace

std::string ReconstructedHash(std::string_view recording_id,
                              const std::vector<ManifestFile>& files) {
  Sha256 digest;
  digest.Update(fmt::format("ursa-recording-hash/1 {}\n", recording_id));
  for (const ManifestFile& file : files) {
    digest.Update(fmt::format("{} {} {}\n", file.sha256, file.size_bytes, EscapePath(file.path)));
  }
  return digest.HexDigest();
}

std::string MakeReconstructedManifest(const Reconstruction& reconstruction) {
  const RecordingListing& listing = reconstruction.listing;
  Json manifest{{"manifest_version", kManifestVersion},
                {"recording_id", listing.recording_id},
                {"recording_hash", ReconstructedHash(listing.recording_id, reconstruction.files)},
                {"started_at", MicrosecondsText(reconstruction.start)},
                {"ended_at", MicrosecondsText(LatestModified(listing))}};
  if (const Manifest* origin = Origin(reconstruction.manifests)) {
    if (origin->hostname) {
      manifest["hostname"] = *origin->hostname;
    }
    if (origin->data_engine_version) {
      manifest["data_engine_version"] = *origin->data_engine_version;
    }
  }
  manifest["workers"] = WorkersOf(reconstruction);
  manifest["files"] = FilesJson(reconstruction.files);
  manifest["reconstructed"] = Json{{"at", MicrosecondsText(reconstruction.at)},
                                   {"tool", reconstruction.tool},
                                   {"reason", reconstruction.manifests.WhyNone()}};
  return manifest.dump(2) + "\n";
}

}  // namespace ursa::ingest
