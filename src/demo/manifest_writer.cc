#include "demo/manifest_writer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "demo/seeded_random.h"

namespace ursa::demo {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr uint64_t kManifestPurpose = 4;
// A manifest is uploaded after the files that it lists.
constexpr Nanoseconds kAfterFiles = 1s;
constexpr Nanoseconds kUntilReconstructed = 6h;

Json WorkerObjects(const RecordingDesign& design) {
  Json workers = Json::array();
  for (const Worker& worker : design.workers) {
    workers.push_back(
        Json{{"name", worker.name}, {"device", Json{{"model", FamilyName(worker.family)}}}});
  }
  return workers;
}

// Legacy manifests have a list of names, a list of objects, or a map.
Json LegacyWorkers(const RecordingDesign& design, SeededRandom& random) {
  const uint64_t shape = random.Below(3);
  if (shape == 0) {
    return WorkerObjects(design);
  }
  Json workers = shape == 1 ? Json::array() : Json::object();
  for (const Worker& worker : design.workers) {
    if (shape == 1) {
      workers.push_back(worker.name);
    } else {
      workers[worker.name] = Json{{"status", "stopped"}};
    }
  }
  return workers;
}

// When the recording ended, as the manifest and so the catalog has it.
Json EndedAt(const RecordingDesign& design) {
  return design.stored_duration_us
             ? Json(FormatTime(design.start + Microseconds{*design.stored_duration_us}))
             : Json(nullptr);
}

Json InventoryJson(const std::vector<InventoryFile>& inventory) {
  Json files = Json::array();
  for (const InventoryFile& file : inventory) {
    files.push_back(Json{{"path", file.path}, {"size", file.size_bytes}, {"sha256", file.sha256}});
  }
  return files;
}

std::string Text(const Json& manifest) { return manifest.dump(2) + "\n"; }

Json Augmented(const RecordingDesign& design, const std::string& hash,
               const std::vector<InventoryFile>& inventory) {
  return Json{{"manifest_version", 2},
              {"recording_id", design.recording_id},
              {"recording_hash", hash},
              {"started_at", FormatTime(design.start)},
              {"ended_at", EndedAt(design)},
              {"hostname", design.hostname},
              {"data_engine_version", design.engine_version},
              {"workers", WorkerObjects(design)},
              {"files", InventoryJson(inventory)}};
}

Json Legacy(const RecordingDesign& design, SeededRandom& random) {
  Json manifest{{"recording_id", design.recording_id}, {"started_at", FormatTime(design.start)}};
  const uint64_t shape = random.Below(3);
  if (shape == 0) {
    // The very bug that made durations whole hours too long.
    manifest["ended_at"] = FormatTime(design.stopped_at + 2h);
  } else if (shape == 1) {
    manifest["ended_at"] = nullptr;
  }
  manifest["hostname"] = design.hostname;
  manifest["data_engine_version"] = design.engine_version;
  manifest["workers"] = LegacyWorkers(design, random);
  return manifest;
}

Json Reconstructed(const RecordingDesign& design, const Json& legacy, const std::string& hash,
                   const std::vector<InventoryFile>& inventory) {
  Json manifest = Augmented(design, hash, inventory);
  manifest["ended_at"] = FormatTime(std::chrono::floor<Microseconds>(design.uploaded));
  manifest["workers"] = legacy["workers"];
  manifest["reconstructed"] = Json{
      {"at", FormatTime(std::chrono::floor<Microseconds>(design.uploaded + kUntilReconstructed))},
      {"tool", "Ursa/0.1.0"},
      {"reason", "legacy_manifest"}};
  return manifest;
}

RawFile File(std::string path, std::string bytes, TimeNs modified) {
  RawFile file;
  file.path = std::move(path);
  file.head = std::move(bytes);
  file.modified = modified;
  return file;
}

// One manifest a node: the workers are spread over two, of which the second one starts later.
void AddNodeManifests(const RecordingDesign& design, SeededRandom& random, Manifests& manifests) {
  const TimeUs later = design.start + Microseconds{random.Between(100'000, 4'000'000)};
  for (const bool second : {false, true}) {
    Json workers = Json::array();
    for (size_t i = second ? 1 : 0; i < design.workers.size(); i += 2) {
      workers.push_back(design.workers[i].name);
    }
    const std::string host = design.hostname + (second ? "b" : "a");
    const Json manifest{{"started_at", FormatTime(second ? later : design.start)},
                        {"ended_at", FormatTime(design.stopped_at)},
                        {"hostname", host},
                        {"data_engine_version", design.engine_version},
                        {"workers", workers}};
    manifests.files.push_back(
        File("_node_manifests/" + host + ".json", Text(manifest), design.uploaded + kAfterFiles));
  }
}

// An augmented manifest of which something is missing: never to be taken for a legacy one.
std::string Bad(const RecordingDesign& design, SeededRandom& random,
                const std::vector<InventoryFile>& inventory) {
  Json manifest = Augmented(design, random.Hex(64), inventory);
  if (random.Chance(50)) {
    manifest.erase("files");
    return Text(manifest);
  }
  const std::string text = Text(manifest);
  return text.substr(0, text.size() * 2 / 3);
}

}  // namespace

std::vector<InventoryFile> InventoryOf(const std::vector<RawFile>& files) {
  std::vector<InventoryFile> inventory;
  inventory.reserve(files.size());
  for (const RawFile& file : files) {
    inventory.push_back({file.path, file.SizeBytes(), DigestOf(file)});
  }
  return inventory;
}

std::string ReconstructedHash(std::string_view recording_id,
                              const std::vector<InventoryFile>& inventory) {
  Sha256 digest;
  digest.Update(fmt::format("ursa-recording-hash/1 {}\n", recording_id));
  for (const InventoryFile& file : inventory) {
    digest.Update(fmt::format("{} {} {}\n", file.sha256, file.size_bytes, file.path));
  }
  return digest.HexDigest();
}

Manifests MakeManifests(const RecordingDesign& design, uint64_t seed,
                        const std::vector<InventoryFile>& inventory) {
  SeededRandom random(seed, design.index, kManifestPurpose);
  Manifests manifests;
  manifests.kind = ManifestKindOf(design.index);
  const bool is_rigs =
      manifests.kind == ManifestKind::kAugmented || manifests.kind == ManifestKind::kElsewhere;
  manifests.recording_hash =
      is_rigs ? random.Hex(64) : ReconstructedHash(design.recording_id, inventory);
  const TimeNs modified = design.uploaded + kAfterFiles;
  switch (manifests.kind) {
    case ManifestKind::kAugmented:
    case ManifestKind::kElsewhere:
      (manifests.kind == ManifestKind::kElsewhere ? manifests.elsewhere : manifests.files)
          .push_back(File("manifest.json",
                          Text(Augmented(design, manifests.recording_hash, inventory)), modified));
      break;
    case ManifestKind::kReconstructed:
    case ManifestKind::kLegacy: {
      const Json legacy = Legacy(design, random);
      manifests.files.push_back(File("manifest.json", Text(legacy), modified));
      if (manifests.kind == ManifestKind::kReconstructed) {
        manifests.files.push_back(
            File("manifest.reconstructed.json",
                 Text(Reconstructed(design, legacy, manifests.recording_hash, inventory)),
                 design.uploaded + kUntilReconstructed));
      }
      break;
    }
    case ManifestKind::kNodes:
      AddNodeManifests(design, random, manifests);
      break;
    case ManifestKind::kBad:
      manifests.recording_hash.clear();
      manifests.files.push_back(File("manifest.json", Bad(design, random, inventory), modified));
      break;
    case ManifestKind::kNone:
      break;
  }
  return manifests;
}

}  // namespace ursa::demo
