#include "ingest/modality_files.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/identifier.h"
#include "raw/layout.h"

namespace ursa::ingest {
namespace {

struct Family {
  std::string_view name;
  std::string_view format;
};

constexpr std::array<Family, 13> kFamilies = {{{"eeg", "raw_binary"},
                                               {"camera", "raw_video"},
                                               {"screen", "raw_video"},
                                               {"mic", "raw_audio"},
                                               {"samsungwatch", "raw_csv"},
                                               {"environment", "raw_csv"},
                                               {"pupillabs", "raw_video"},
                                               {"keyboard", "raw_jsonl"},
                                               {"mouse", "raw_jsonl"},
                                               {"browser", "raw_jsonl"},
                                               {"notes", "raw_jsonl"},
                                               {"location", "raw_jsonl"},
                                               {"battery", "raw_jsonl"}}};

constexpr std::string_view kOtherFormat = "raw_other";

const Family* FindFamily(std::string_view family) {
  return std::ranges::find(kFamilies, family, &Family::name);
}

std::string_view FormatOf(std::string_view family) {
  const Family* const known = FindFamily(family);
  return known == kFamilies.end() ? kOtherFormat : known->format;
}

// The slug of a data file; empty where it belongs to none.
std::string SlugOf(std::string_view family, std::string_view name) {
  if (family == "samsungwatch") {
    const auto sidecar = raw::SidecarOf(family, name);
    if (!sidecar) {
      return {};
    }
    std::string slug = "samsungwatch-" + std::string(sidecar->sensor);
    std::ranges::replace(slug, '_', '-');
    return slug;
  }
  if (family == "pupillabs") {
    const bool in_folder = name.find('/') != std::string_view::npos;
    return in_folder                    ? ""
           : name.starts_with("gaze_")  ? "pupillabs-gaze"
           : name.starts_with("world_") ? "pupillabs-scene"
                                        : "";
  }
  return std::string(family);
}

}  // namespace

bool HasModalities(const raw::Worker& worker) {
  return !worker.family.empty() && IsId(worker.name);
}

bool IsKnownFamily(std::string_view family) { return FindFamily(family) != kFamilies.end(); }

std::vector<ModalityFiles> ModalitiesOf(const raw::Worker& worker) {
  std::vector<ModalityFiles> modalities;
  if (!HasModalities(worker)) {
    return modalities;
  }
  for (const store::ObjectInfo& file : worker.data_files) {
    std::string slug = SlugOf(worker.family, worker.NameOf(file));
    if (slug.empty()) {
      continue;
    }
    auto found = std::ranges::find(modalities, slug, &ModalityFiles::slug);
    if (found == modalities.end()) {
      found =
          modalities.insert(found, ModalityFiles{std::move(slug), FormatOf(worker.family), 0, 0});
    }
    ++found->count;
    found->bytes += file.size_bytes;
  }
  std::ranges::sort(modalities, {}, &ModalityFiles::slug);
  return modalities;
}

}  // namespace ursa::ingest
