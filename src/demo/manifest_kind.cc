#include "demo/manifest_kind.h"

#include <array>

#include "demo/damage.h"

namespace ursa::demo {

std::string_view ManifestKindName(ManifestKind kind) {
  constexpr std::array<std::string_view, 7> kNames = {
      "augmented", "augmented_elsewhere", "reconstructed", "legacy", "nodes", "none", "bad"};
  return kNames[static_cast<size_t>(kind)];
}

ManifestKind ManifestKindOf(size_t index) {
  const DamageSet& damage = DamageOfRecording(index);
  if (damage.HasAny({Damage::kLegacyManifest, Damage::kStaleLock})) {
    return ManifestKind::kLegacy;
  }
  if (damage.HasAny({Damage::kNoManifest, Damage::kEmptySession})) {
    return ManifestKind::kNone;
  }
  if (damage.Has(Damage::kNodeManifests)) {
    return ManifestKind::kNodes;
  }
  if (damage.Has(Damage::kBadManifest)) {
    return ManifestKind::kBad;
  }
  // One in ten of the others was reconstructed before, one in ten came by another uploader.
  if (damage.Has(Damage::kUploadTimeDuration) || index % 10 == 4) {
    return ManifestKind::kReconstructed;
  }
  return index % 10 == 7 ? ManifestKind::kElsewhere : ManifestKind::kAugmented;
}

}  // namespace ursa::demo
