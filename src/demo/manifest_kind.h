// Which manifests a recording of a demo laboratory has. Source: raw-recordings.md section 4.
#pragma once

#include <cstddef>
#include <string_view>

namespace ursa::demo {

enum class ManifestKind {
  kAugmented,      // recordings/<id>/manifest.json
  kElsewhere,      // the same in manifests/<id>/manifest.json
  kReconstructed,  // a legacy manifest.json, and manifest.reconstructed.json
  kLegacy,
  kNodes,  // _node_manifests/<host>.json
  kNone,
  kBad,  // neither augmented nor legacy
};

// "augmented", ...; stands in truth.jsonl.
std::string_view ManifestKindName(ManifestKind kind);

// Those of recording number `index`, by its damage (damage.h).
ManifestKind ManifestKindOf(size_t index);

}  // namespace ursa::demo
